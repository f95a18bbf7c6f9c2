//! Whether the integration is switched on and Kontur calls us.

use vochi_crm_core::connector::{Check, SetupPlan};
use vochi_crm_core::{Cx, ErrorKind, SecretUrl};

use super::{Health, RUN_SETUP};
use crate::connector::setup::{SYNC, calls};
use crate::model::{Instance, InstanceId, InstanceStatus};

const PAGE: &str = "look at the integration's page in Kontur";

impl Health<'_> {
    /// The integration in the workspace. Nothing is written.
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
            Some(InstanceStatus::Paused) => return off("is switched off for a while"),
            Some(InstanceStatus::Failed) => return off("failed and does not work"),
            Some(InstanceStatus::NotConfigured) if self.setup.is_public() => {
                return Check::failed(
                    "instance",
                    ErrorKind::Config,
                    "the integration is installed and not set up",
                    RUN_SETUP,
                );
            }
            Some(InstanceStatus::HasErrors) => {
                Check::passed("instance", "the integration works, with errors").with_hint(PAGE)
            }
            Some(InstanceStatus::Other(word)) => {
                Check::passed("instance", format!("Kontur calls the integration {word}"))
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
        // Whoever gave an address wants clicks to come.
        if reachable && !features.call {
            return Check::failed(
                "instance",
                ErrorKind::Config,
                format!("switched off: {missing}; clicks in Kontur do nothing"),
                RUN_SETUP,
            );
        }
        on.with_hint(format!("switched off: {missing}; {RUN_SETUP} to change that"))
    }
}

/// Whether Kontur calls us. Neither address is told: a part of ours is secret, and so may be a part
/// of another one.
fn clicks_check(instance: &Instance, ours: Option<&str>) -> Check {
    match ours {
        None => Check::passed("clicks", "there is no inbound address: clicks do not reach us")
            .with_hint(format!("set `public_url`, then {RUN_SETUP}, if they shall")),
        Some(ours) if calls(instance, ours) => Check::passed("clicks", "Kontur calls our address"),
        Some(_) => {
            let where_to = match &instance.base_url {
                Some(_) => "Kontur calls another address than ours",
                None => "Kontur says no address it calls",
            };
            Check::passed("clicks", format!("{where_to}: clicks do not reach us")).with_hint(
                format!(
                    "{RUN_SETUP}; if it cannot change that, put the inbound address into the \
                     manifest as baseUrl and install the integration again"
                ),
            )
        }
    }
}

fn schedule_check(instance: &Instance, reachable: bool) -> Check {
    if SYNC.is_in(instance) {
        return Check::passed("schedule", "Kontur asks for the history by the clock");
    }
    let check = Check::passed("schedule", "Kontur does not ask for the history by the clock");
    if reachable {
        check.with_hint(format!("{RUN_SETUP} to make the schedule communications/sync"))
    } else {
        check
    }
}
