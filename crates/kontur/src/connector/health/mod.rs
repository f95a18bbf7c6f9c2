//! Health checks of a Kontur account.

mod people;
mod registration;

use std::time::Duration;

use tokio::time::Instant;
use vochi_crm_core::connector::Check;
use vochi_crm_core::{Cx, ErrorKind, HealthReport};

use super::feed::FeedReader;
use super::setup::Setup;
use crate::client::non_blank;
use crate::model::{Authorized, Workspace};

const RUN_SETUP: &str = "run setup";

/// Checks a workspace end to end, read-only.
pub(super) struct Health<'a> {
    pub(super) setup: Setup<'a>,
    pub(super) feed: FeedReader<'a>,
}

impl Health<'_> {
    pub(super) async fn check(&self, cx: &Cx) -> HealthReport {
        let began = Instant::now();
        let (checks, latency) = if self.has_ready_key() {
            self.with_ready_key(cx, began).await
        } else {
            let authorized = self.setup.client.authorized(cx).await;
            let latency = began.elapsed();
            let checks = match authorized {
                Ok(authorized) => self.as_authorized(cx, &authorized).await,
                // All other checks would fail for the same reason.
                Err(error) => vec![Check::broken("key", &error)],
            };
            (checks, latency)
        };
        HealthReport::new(latency, checks)
    }

    fn has_ready_key(&self) -> bool {
        non_blank(self.setup.config.access_key.as_ref()).is_some()
    }

    async fn as_authorized(&self, cx: &Cx, authorized: &Authorized) -> Vec<Check> {
        let mut checks = vec![Check::passed("key", "Kontur returns an access key for api_key")];
        let workspace = self.workspace_check(&authorized.workspace);
        let elsewhere = workspace.failure().is_some();
        checks.push(workspace);
        // The remaining checks would query the wrong workspace.
        if elsewhere {
            return checks;
        }
        let returned = authorized.instance.id.as_ref();
        match (self.setup.config.instance_id.as_ref(), returned) {
            (Some(ours), Some(returned)) if ours != returned => checks.push(Check::failed(
                "instance",
                ErrorKind::Config,
                format!("`instance_id` is {ours}, but the key is for integration {returned}"),
                "leave `instance_id` out: the authorization response contains it",
            )),
            (Some(id), _) | (None, Some(id)) => {
                checks.extend(self.instance_checks(cx, id).await);
            }
            (None, None) => checks.push(unknown_instance()),
        }
        let (people, _) = self.people_checks(cx).await;
        checks.extend(people);
        checks
    }

    /// Checks with a ready key, which shows neither its workspace nor its expiry.
    async fn with_ready_key(&self, cx: &Cx, began: Instant) -> (Vec<Check>, Duration) {
        let mut checks = match &self.setup.config.instance_id {
            Some(id) => self.instance_checks(cx, id).await,
            None => vec![unknown_instance()],
        };
        let answered = self.setup.config.instance_id.is_some();
        let latency = answered.then(|| began.elapsed());
        let mut refused = checks.iter().any(|check| check.failure() == Some(ErrorKind::Auth));
        if !refused {
            let (people, no_feed) = self.people_checks(cx).await;
            checks.extend(people);
            // No other request used the ready key.
            refused = no_feed && !answered && !self.feed.reads_as_person();
        }
        let latency = latency.unwrap_or_else(|| began.elapsed());
        if refused {
            let check = Check::failed(
                "key",
                ErrorKind::Auth,
                "Kontur rejects the ready access key",
                "replace access_key, which expires after 20 minutes, or set api_key",
            );
            return (vec![check], latency);
        }
        let ready = Check::passed("key", "a ready access key is configured").with_hint(
            "set api_key except for trials: a ready key expires after 20 minutes and does not identify its workspace",
        );
        checks.insert(0, ready);
        (checks, latency)
    }

    fn workspace_check(&self, returned: &Workspace) -> Check {
        let ours = self.setup.config.workspace.trim();
        let names: Vec<&str> =
            [&returned.name, &returned.id].into_iter().flatten().map(String::as_str).collect();
        match names.first() {
            None => Check::passed("workspace", format!("{ours}, as configured"))
                .with_hint("Kontur returns no workspace for the key"),
            Some(_) if names.iter().any(|name| name.eq_ignore_ascii_case(ours)) => {
                let title = returned.title.as_deref().map(|title| format!(" ({title})"));
                Check::passed("workspace", format!("{ours}{}", title.unwrap_or_default()))
            }
            Some(name) => Check::failed(
                "workspace",
                ErrorKind::Config,
                format!("the key is for workspace {name}, but `workspace` is {ours}"),
                format!("set `workspace` to {name}, or use the key of the integration in {ours}"),
            ),
        }
    }
}

fn unknown_instance() -> Check {
    Check::passed("instance", "the integration id is unknown")
        .with_hint("set `instance_id` from the integration's page to check it")
}
