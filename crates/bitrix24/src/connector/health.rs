//! Health checks of a Bitrix24 account.

use std::collections::BTreeMap;

use tokio::time::Instant;
use vochi_crm_core::connector::{Check, Context, SetupPlan};
use vochi_crm_core::spi::extensions_check;
use vochi_crm_core::{Cx, ErrorKind, HealthReport};

use super::lookup::Lookup;
use super::mapping::common_user;
use super::setup::{EVENTS, Setup, is_at};
use crate::Client;
use crate::api::{GetAppInfo, GetProfile, ListBoundEvents, ListLines, ListScopes, ListStatistics};
use crate::error::WRONG_AUTH_TYPE;
use crate::model::User;

const RUN_SETUP: &str = "run setup";

/// The scopes that are needed; any of a group is enough.
const SCOPES: [&[&str]; 3] = [&["telephony"], &["crm"], &["user", "user_basic", "user_brief"]];

/// Checks an account end to end. It writes nothing.
pub(super) struct Health<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) lookup: Lookup<'a>,
    pub(super) setup: Setup<'a>,
}

impl Health<'_> {
    pub(super) async fn check(&self, cx: &Cx) -> HealthReport {
        let began = Instant::now();
        let profile = self.client.send(cx, GetProfile).await;
        let latency = began.elapsed();
        let mut checks = vec![match &profile {
            Ok(Some(user)) => {
                let admin = if user.admin == Some(true) { ", an administrator" } else { "" };
                let portal = self.client.portal();
                Check::passed("access", format!("{portal} accepts user {}{admin}", user.id))
            }
            Ok(None) => Check::failed(
                "access",
                ErrorKind::Auth,
                "the employee of the webhook or application is inactive",
                "create the webhook, or authorize the application, with an active employee",
            ),
            Err(error) => Check::broken("access", error),
        }];
        // All other checks would fail for the same reason.
        if checks.iter().all(|check| check.failure().is_none()) {
            checks.push(self.authorization_check(cx).await);
            checks.push(self.scopes_check(cx).await);
            checks.push(self.telephony_check(cx).await);
            checks.push(self.statistics_check(cx).await);
            checks.push(self.events_check(cx).await);
            checks.extend(self.application_token_check().await);
            let users = self.lookup.all_users(cx).await;
            checks.extend(inner_numbers_check(users.as_deref().unwrap_or_default()));
            let users = users.map(|all| all.iter().map(common_user).collect());
            checks.push(extensions_check(self.context, users));
        }
        HealthReport::new(latency, checks)
    }

    /// The way of access: what an application's authorization is worth, and until when.
    async fn authorization_check(&self, cx: &Cx) -> Check {
        const NAME: &str = "authorization";
        let Some(oauth) = self.client.oauth() else {
            return Check::passed(NAME, "an incoming webhook: it reports no clicks on numbers")
                .with_hint(
                    "for clicks create a local application and set client_id and client_secret",
                );
        };
        let authorization = match oauth.status().await {
            Ok(Some(authorization)) => authorization,
            Ok(None) => {
                return Check::failed(
                    NAME,
                    ErrorKind::Auth,
                    "the application is not authorized",
                    "an administrator has to authorize the application of client_id in the portal",
                );
            }
            Err(error) => return Check::broken(NAME, &error),
        };
        let until = authorization.refresh_until;
        match self.client.send(cx, GetAppInfo).await {
            Ok(app) if app.installed == Some(false) => Check::failed(
                NAME,
                ErrorKind::Config,
                "the installation of the application is not complete: Bitrix24 sends no events",
                "open the application in the portal and complete its installation",
            ),
            Ok(app) if app.payment_expired == Some(true) => Check::failed(
                NAME,
                ErrorKind::Auth,
                "the paid period of the application is over",
                "pay for the application in the portal",
            ),
            Ok(app) => {
                let plan = app.license.map(|plan| format!(", plan {plan}")).unwrap_or_default();
                Check::passed(NAME, format!("an application, renewable until {until}{plan}"))
            }
            Err(error) => Check::broken(NAME, &error),
        }
    }

    async fn scopes_check(&self, cx: &Cx) -> Check {
        let scopes = match self.client.send(cx, ListScopes).await {
            Ok(scopes) => scopes,
            Err(error) => return Check::broken("scopes", &error),
        };
        let missing = SCOPES
            .iter()
            .filter(|group| !group.iter().any(|wanted| scopes.iter().any(|scope| scope == wanted)));
        let missing: Vec<&str> = missing.filter_map(|group| group.first().copied()).collect();
        if missing.is_empty() {
            return Check::passed("scopes", scopes.join(", "));
        }
        Check::failed(
            "scopes",
            ErrorKind::Auth,
            format!("missing scopes: {}", missing.join(", ")),
            "add them to the webhook or application in the portal",
        )
    }

    /// Whether the portal lets this way of access register calls: lines need the same right.
    async fn telephony_check(&self, cx: &Cx) -> Check {
        const NAME: &str = "telephony";
        let lines = match self.client.send(cx, ListLines).await {
            Ok(lines) => lines.items.good,
            Err(error) if error.code() == Some(WRONG_AUTH_TYPE) => {
                return Check::failed(
                    NAME,
                    ErrorKind::Auth,
                    "this portal lets applications register calls, and no webhooks",
                    "create a local application in the portal, and set client_id and client_secret \
                     in place of webhook_url",
                );
            }
            Err(error) => return Check::broken(NAME, &error),
        };
        let configured = self.setup.configured_lines();
        let missing: Vec<String> = configured
            .iter()
            .filter(|(number, _)| lines.iter().all(|line| line.number != *number))
            .map(|(number, _)| number.to_string())
            .collect();
        let registered = configured.len() - missing.len();
        let text = format!("the portal has {registered} of our {} lines", configured.len());
        let check = Check::passed(NAME, text);
        if missing.is_empty() {
            return check;
        }
        check.with_hint(format!(
            "run setup: the lines {} are not registered, and get no settings in the portal",
            missing.join(", ")
        ))
    }

    /// Whether lost responses can be resolved.
    async fn statistics_check(&self, cx: &Cx) -> Check {
        let list = ListStatistics::new().filter("CALL_ID", "vochi-crm-health");
        match self.client.send(cx, list).await {
            Ok(_) => Check::passed("statistics", "the call statistics can be read"),
            Err(error) if error.kind() == ErrorKind::Auth => Check::failed(
                "statistics",
                ErrorKind::Auth,
                "the call statistics cannot be read: a lost response cannot be resolved",
                "give the employee the right to view call statistics, in the telephony's access \
                 rights",
            ),
            Err(error) => Check::broken("statistics", &error),
        }
    }

    async fn events_check(&self, cx: &Cx) -> Check {
        const NAME: &str = "events";
        let address = self.setup.address(&SetupPlan::new(None));
        let none = || Check::passed(NAME, "no events are expected, so none are checked");
        let address = match (self.client.oauth(), address) {
            (Some(_), Some(address)) => address,
            (Some(_), None) => {
                return none()
                    .with_hint("for clicks set public_url and inbound_secret, and run setup");
            }
            (None, _) => return none(),
        };
        let bound = match self.client.send(cx, ListBoundEvents).await {
            Ok(bound) => bound.items.good,
            Err(error) => return Check::broken(NAME, &error),
        };
        let is_bound = |event: &crate::model::EventName| {
            bound.iter().any(|bound| bound.event == *event && is_at(bound, &address))
        };
        let missing: Vec<&str> = EVENTS
            .iter()
            .filter(|event| !is_bound(event))
            .map(crate::model::EventName::as_str)
            .collect();
        if missing.is_empty() {
            return Check::passed(NAME, "Bitrix24 sends clicks and callbacks to us");
        }
        let text = format!("no subscription to {}", missing.join(", "));
        Check::failed(NAME, ErrorKind::Config, text, RUN_SETUP)
    }
}

impl Health<'_> {
    /// Whether the sender of events can be proved; nothing if none are expected.
    async fn application_token_check(&self) -> Option<Check> {
        const NAME: &str = "application token";
        let oauth = self.client.oauth()?;
        self.setup.address(&SetupPlan::new(None))?;
        Some(match oauth.knows_application_token().await {
            Ok(true) => Check::passed(NAME, "events of the portal are recognized by their token"),
            Ok(false) => Check::passed(NAME, "no event came yet: the first click brings the token"),
            Err(error) => Check::broken(NAME, &error),
        })
    }
}

/// Names inner numbers that several active users have: the portal takes any of them.
fn inner_numbers_check(users: &[User]) -> Option<Check> {
    let mut by_number: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for user in users.iter().filter(|user| user.active != Some(false)) {
        if let Some(number) = user.inner_phone.as_deref().map(str::trim) {
            by_number.entry(number).or_default().push(user.id.to_string());
        }
    }
    by_number.retain(|number, users| !number.is_empty() && users.len() > 1);
    let shared: Vec<String> = by_number
        .iter()
        .map(|(number, users)| format!("{number} ({})", users.join(", ")))
        .collect();
    (!shared.is_empty()).then(|| {
        let text = format!("several users have the same inner number: {}", shared.join("; "));
        Check::passed("inner numbers", text)
            .with_hint("only `extensions` counts; correct the numbers in the portal")
    })
}
