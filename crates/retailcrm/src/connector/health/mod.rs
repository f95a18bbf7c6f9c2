//! Health checks of a RetailCRM account.

mod module;
mod site;

use tokio::time::Instant;
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::connector::{Check, Context};
use vochi_crm_core::spi::extensions_check;
use vochi_crm_core::{Cx, ErrorKind, HealthReport};

use super::mapping;
use super::settings::ZoneSource;
use super::setup::Setup;
use crate::api::{GetCredentials, UserFilter};
use crate::model::Credentials;
use crate::{Client, Config};

/// The scopes that the connector needs in any configuration.
const NEEDED_SCOPES: [&str; 3] = ["telephony_read", "telephony_write", "user_read"];

/// Optional scopes, and what needs them.
const USEFUL_SCOPES: [(&str, &str); 4] = [
    ("customer_read", "looking up callers"),
    ("integration_read", "checking the registration"),
    ("integration_write", "setup"),
    ("reference_read", "reading the time zone and the shops"),
];

/// Checks an account end to end. It writes nothing.
pub(super) struct Health<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) config: &'a Config,
    pub(super) setup: Setup<'a>,
}

impl Health<'_> {
    pub(super) async fn check(&self, cx: &Cx) -> HealthReport {
        let began = Instant::now();
        let credentials = self.client.send(cx, GetCredentials).await;
        let latency = began.elapsed();
        let mut checks = Vec::new();
        match credentials {
            Ok(credentials) => {
                checks.push(Check::passed("key", "RetailCRM accepts the key"));
                checks.push(scopes(&credentials, &self.needed_scopes()));
                checks.extend(self.module_checks(cx).await);
                checks.push(self.users_check(cx).await);
                checks.push(self.site_check(cx, &credentials).await);
                checks.push(self.zone_check(cx).await);
            }
            // All other checks would fail for the same reason.
            Err(error) => checks.push(Check::broken("key", &error)),
        }
        HealthReport::new(latency, checks)
    }

    /// Options that write to the CRM need further scopes.
    fn needed_scopes(&self) -> Vec<&'static str> {
        let config = self.context.account().config();
        let policies = config.unknown_caller;
        let mut needed = NEEDED_SCOPES.to_vec();
        if [policies.inbound, policies.outbound].contains(&UnknownCaller::Client) {
            needed.extend(["customer_read", "customer_write"]);
        }
        if config.missed_task {
            needed.push("task_write");
        }
        needed
    }

    async fn users_check(&self, cx: &Cx) -> Check {
        let users = self.client.list(cx, UserFilter::new()).all().await;
        let users = users.map(|users| users.iter().map(mapping::common_user).collect());
        extensions_check(self.context, users)
    }

    async fn zone_check(&self, cx: &Cx) -> Check {
        match self.setup.settings.zone(cx).await {
            Ok((zone, ZoneSource::Configured)) => {
                Check::passed("timezone", format!("{zone}, as configured"))
            }
            Ok((zone, ZoneSource::Account)) => {
                Check::passed("timezone", format!("{zone}, by the account's settings"))
            }
            Ok((zone, ZoneSource::Assumed)) => Check::passed(
                "timezone",
                format!("assumed {zone}: the zone is neither configured nor readable"),
            )
            .with_hint("set `timezone`, or give the key the scope to read the settings"),
            Err(error) => Check::broken("timezone", &error),
        }
    }
}

fn scopes(credentials: &Credentials, needed: &[&'static str]) -> Check {
    let has = |wanted: &str| credentials.scopes.iter().any(|scope| scope == wanted);
    let missing: Vec<&str> = needed.iter().copied().filter(|scope| !has(scope)).collect();
    // A response without any scopes is from an older account.
    if credentials.scopes.is_empty() {
        return Check::passed("scopes", "RetailCRM does not list the key's permissions");
    }
    if !missing.is_empty() {
        return Check::failed(
            "scopes",
            ErrorKind::Auth,
            format!("missing scopes of the key: {}", missing.join(", ")),
            "add them in the key's settings in RetailCRM",
        );
    }
    let check = Check::passed("scopes", "the key has all scopes the telephony needs");
    let without: Vec<String> = USEFUL_SCOPES
        .iter()
        .filter(|(scope, _)| !has(scope))
        .map(|(scope, what)| format!("{scope} for {what}"))
        .collect();
    if without.is_empty() {
        return check;
    }
    check.with_hint(format!("optional scopes missing: {}", without.join(", ")))
}
