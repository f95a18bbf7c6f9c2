//! Health checks of a U-ON account.

use tokio::time::Instant;
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::connector::{Check, Context, SetupPlan};
use vochi_crm_core::spi::extensions_check;
use vochi_crm_core::{Cx, Directory, ErrorKind, HealthReport, Result, Zone};

use super::mapping::common_user;
use super::setup::{HOOKS, Setup, is_right};
use crate::api::{ListCompanies, ListLeadStatuses, ListManagers, ListWebhooks};
use crate::model::{HookType, User, UserId};
use crate::{Client, Config};

const RUN_SETUP: &str = "run setup";

/// Checks an account end to end. It writes nothing.
pub(super) struct Health<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) number: Option<u64>,
    pub(super) zone: &'a Zone,
    pub(super) setup: Setup<'a>,
}

impl Health<'_> {
    pub(super) async fn check(&self, cx: &Cx) -> HealthReport {
        let began = Instant::now();
        let companies = self.client.all(cx, ListCompanies).await;
        let latency = began.elapsed();
        let mut checks = vec![match &companies {
            Ok(companies) if companies.is_empty() => Check::failed(
                "key",
                ErrorKind::Auth,
                "U-ON names no company for this key: it is unknown, or belongs to no account",
                "check api_key: U-ON shows it under Settings, Integration, API",
            ),
            Ok(companies) => {
                let names: Vec<&str> =
                    companies.iter().filter_map(|company| company.name.as_deref()).collect();
                Check::passed("key", format!("U-ON accepts the key of {}", names.join(", ")))
            }
            Err(error) => Check::broken("key", error),
        }];
        // All other checks would fail for the same reason.
        if checks.iter().all(|check| check.failure().is_none()) {
            checks.push(self.account_check());
            let managers = self.client.all(cx, ListManagers).await;
            checks.extend(self.proposals(managers.as_deref().unwrap_or_default()));
            let managers = managers.map(|all| all.iter().map(common_user).collect());
            checks.push(extensions_check(self.context, managers));
            checks.push(self.hooks_check(cx).await);
            checks.extend(self.lead_check(cx).await);
            checks.push(self.zone_check());
        }
        HealthReport::new(latency, checks)
    }

    fn account_check(&self) -> Check {
        match self.number {
            Some(number) => {
                Check::passed("account", format!("{number}, at https://id{number}.u-on.ru"))
            }
            None => Check::passed("account", "the number of the account is not configured").with_hint(
                "set `account_id`: without it popups have no link and U-ON's requests are refused",
            ),
        }
    }

    /// Names the inner numbers of managers without an extension. They are proposals only: what the
    /// field holds is not documented.
    fn proposals(&self, managers: &[User]) -> Option<Check> {
        let proposed: Vec<String> = managers
            .iter()
            .filter(|user| user.is_at_work() && self.directory.extension_of(&user.id).is_none())
            .filter_map(|user| {
                let number = user.inner_number.as_deref()?;
                Some(format!("{number} for user {} ({})", user.id, user.display_name()))
            })
            .collect();
        let text = format!("U-ON's records propose extensions: {}", proposed.join(", "));
        (!proposed.is_empty()).then(|| {
            Check::passed("proposals", text)
                .with_hint("check them, and add them to `extensions`; they are not used otherwise")
        })
    }

    async fn hooks_check(&self, cx: &Cx) -> Check {
        let plan = SetupPlan::new(None);
        let Some(address) = self.setup.address(&plan) else {
            return Check::passed("webhooks", "there is no inbound address, so none are checked")
                .with_hint("set `public_url` and `inbound_secret`, and run setup, for clicks");
        };
        let hooks = match self.client.list(cx, ListWebhooks::new()).all().await {
            Ok(hooks) => hooks,
            Err(error) => return Check::broken("webhooks", &error),
        };
        let count = |kind: HookType| {
            let right =
                |hook: &&crate::model::Webhook| hook.kind == Some(kind) && is_right(hook, &address);
            hooks.iter().filter(right).count()
        };
        let list = |wrong: fn(usize) -> bool| {
            let kinds = HOOKS.into_iter().filter(|kind| wrong(count(*kind)));
            kinds.map(|kind| kind.number().to_string()).collect::<Vec<_>>().join(", ")
        };
        let (none, many) = (list(|count| count == 0), list(|count| count > 1));
        if none.is_empty() && many.is_empty() {
            return Check::passed("webhooks", "U-ON sends clicks and changed clients to us");
        }
        let (what, types) = if none.is_empty() { ("repeated", many) } else { ("missing", none) };
        Check::failed(
            "webhooks",
            ErrorKind::Config,
            format!("{what} webhooks of types {types}"),
            RUN_SETUP,
        )
    }

    /// Checks the status of new leads, if leads are made.
    async fn lead_check(&self, cx: &Cx) -> Option<Check> {
        let account = self.context.account();
        let policies = account.config().unknown_caller;
        if ![policies.inbound, policies.outbound].contains(&UnknownCaller::Lead) {
            return None;
        }
        let check: Result<Check> = async {
            let Some(wanted) = Config::lead_status(account)? else {
                return Ok(Check::passed("leads", "new leads get the first status of the account"));
            };
            let statuses = self.client.all(cx, ListLeadStatuses).await?;
            let found = statuses.iter().find(|status| status.id == wanted);
            Ok(match found {
                Some(status) if status.is_archive == Some(true) => Check::failed(
                    "leads",
                    ErrorKind::Config,
                    format!("lead status {wanted} is archived: new leads would be closed"),
                    "set `lead_status` to a status that is not archived",
                ),
                Some(status) => {
                    let name = status.name.as_deref().unwrap_or_default();
                    Check::passed("leads", format!("new leads get the status {wanted} ({name})"))
                }
                None => {
                    let known: Vec<String> =
                        statuses.iter().map(|status| status.id.to_string()).collect();
                    Check::failed(
                        "leads",
                        ErrorKind::Config,
                        format!("U-ON has no lead status {wanted}, only {}", known.join(", ")),
                        "set `lead_status` to one of them",
                    )
                }
            })
        }
        .await;
        Some(check.unwrap_or_else(|error| Check::broken("leads", &error)))
    }

    fn zone_check(&self) -> Check {
        let zone = self.zone.name();
        if self.context.account().zone().is_some() {
            return Check::passed("timezone", format!("{zone}, as configured"));
        }
        Check::passed("timezone", format!("assumed {zone}: U-ON does not show the account's zone"))
            .with_hint("set `timezone` if calls in U-ON have the wrong time")
    }
}
