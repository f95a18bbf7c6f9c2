//! Checks of the integration's status and of Kontur's callbacks.

use vochi_crm_core::connector::{Check, SetupPlan};
use vochi_crm_core::{Cx, ErrorKind, SecretUrl};

use super::{Health, RUN_SETUP};
use crate::connector::setup::{SYNC, calls};
use crate::model::{Instance, InstanceId, InstanceStatus};

const PAGE: &str = "check the integration's page in Kontur";

impl Health<'_> {
    /// Checks the integration in the workspace, read-only.
    pub(super) async fn instance_checks(&self, cx: &Cx, id: &InstanceId) -> Vec<Check> {
        match self.setup.instance(cx, id).await {
            Ok(instance) => {
                let ours = self.setup.context.account().inbound_address(&SetupPlan::new(None));
                vec![
                    self.instance_check(&instance, ours.is_some()),
                    clicks_check(&instance, ours.as_ref().map(SecretUrl::expose)),
                    schedule_check(&instance, ours.is_some()),
                ]
            }
            Err(error) if error.kind() == ErrorKind::NotFound => vec![Check::failed(
                "instance",
                ErrorKind::Config,
                format!("the workspace has no integration {id}"),
                error.hint().unwrap_or(PAGE).to_owned(),
            )],
            Err(error) => vec![Check::broken("instance", &error)],
        }
    }

    fn instance_check(&self, instance: &Instance, reachable: bool) -> Check {
        let off = |what: &str| {
            Check::failed("instance", ErrorKind::Rejected, format!("the integration {what}"), PAGE)
        };
        let on = match &instance.status {
            Some(InstanceStatus::Paused) => return off("is paused"),
            Some(InstanceStatus::Failed) => return off("has failed"),
            Some(InstanceStatus::NotConfigured) if self.setup.is_public() => {
                return Check::failed(
                    "instance",
                    ErrorKind::Config,
                    "the integration is installed but not set up",
                    RUN_SETUP,
                );
            }
            Some(InstanceStatus::HasErrors) => {
                Check::passed("instance", "the integration is active, with errors").with_hint(PAGE)
            }
            Some(InstanceStatus::Other(word)) => {
                Check::passed("instance", format!("the integration has the status {word}"))
                    .with_hint(PAGE)
            }
            _ => Check::passed("instance", "the integration is installed"),
        };
        let features = &instance.features;
        let missing: Vec<&str> = [("call", features.call), ("hangup", features.hangup)]
            .into_iter()
            .filter(|(_, on)| !on)
            .map(|(name, _)| name)
            .collect();
        if missing.is_empty() {
            return on;
        }
        let missing = missing.join(" and ");
        // A configured inbound address implies that click-to-call is wanted.
        if reachable && !features.call {
            return Check::failed(
                "instance",
                ErrorKind::Config,
                format!("switched off: {missing}; clicks in Kontur have no effect"),
                RUN_SETUP,
            );
        }
        on.with_hint(format!("switched off: {missing}; {RUN_SETUP} to change that"))
    }
}

/// Checks the callback URL. Neither URL is shown, because each may contain a secret.
fn clicks_check(instance: &Instance, ours: Option<&str>) -> Check {
    match ours {
        None => Check::passed("clicks", "no inbound URL: clicks do not arrive")
            .with_hint(format!("set `public_url`, then {RUN_SETUP}, to receive clicks")),
        Some(ours) if calls(instance, ours) => Check::passed("clicks", "Kontur calls our URL"),
        Some(_) => {
            let reason = match &instance.base_url {
                Some(_) => "Kontur calls another URL",
                None => "Kontur reports no callback URL",
            };
            Check::passed("clicks", format!("{reason}: clicks do not arrive")).with_hint(format!(
                "{RUN_SETUP}; if it cannot change that, put the inbound URL into the \
                     manifest as baseUrl and install the integration again"
            ))
        }
    }
}

fn schedule_check(instance: &Instance, reachable: bool) -> Check {
    if SYNC.is_in(instance) {
        return Check::passed("schedule", "Kontur requests the history on a schedule");
    }
    let check = Check::passed("schedule", "Kontur does not request the history on a schedule");
    if reachable {
        check.with_hint(format!("{RUN_SETUP} to create the schedule communications/sync"))
    } else {
        check
    }
}
