//! `health`: the checks of an account and their hints.

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::fixture::Fixture;
use super::support::Bench;

/// An account with exchangeable responses, in the order `health` requests them.
struct Account {
    key: Value,
    module: Step,
    users: Value,
    sites: Step,
    common: Value,
    config: Value,
}

impl Account {
    /// The responses of a healthy account.
    fn good() -> Self {
        Self {
            key: json!({
                "success": true,
                "siteAccess": "access_full",
                "scopes": [
                    "telephony_read", "telephony_write", "customer_read", "user_read",
                    "reference_read", "integration_read", "integration_write",
                ],
            }),
            module: module(|_| {}),
            users: json!([{"id": 18, "active": true}, {"id": 16, "active": true}]),
            sites: sites(&["shop-one"]),
            common: json!({}),
            config: json!({}),
        }
    }

    async fn checks(self) -> Vec<Check> {
        let users = json!({"success": true, "users": self.users});
        let steps = [Step::json(200, &self.key), self.module, Step::json(200, &users), self.sites];
        let bench = Bench::with(steps, self.common, self.config);
        let report = bench.connector.health(&Cx::history()).await.unwrap();
        assert_eq!(bench.script.left(), 0, "{report:?}");
        report.checks().to_vec()
    }

    /// Returns the only failed check.
    async fn failed(self) -> Check {
        let checks = self.checks().await;
        let mut failed = checks.iter().filter(|check| check.failure().is_some());
        let one = failed.next().unwrap_or_else(|| panic!("all checks passed: {checks:?}"));
        assert_eq!(failed.next(), None, "{checks:?}");
        one.clone()
    }

    /// Returns the check of this name; all checks must pass.
    async fn passed(self, name: &str) -> Check {
        let checks = self.checks().await;
        assert!(checks.iter().all(|check| check.failure().is_none()), "{checks:?}");
        let mut named = checks.iter().filter(|check| check.name() == name);
        named.next().unwrap().clone()
    }
}

fn module(change: fn(&mut Value)) -> Step {
    let mut module = json!({
        "code": "vochi-telephony",
        "active": true,
        "freeze": false,
        "clientId": "invented-client-id",
        "integrations": {"telephony": {
            "makeCallUrl": "https://connector.example.test/in/shop/invented-secret/make-call",
            "additionalCodes": [{"userId": 18, "code": "151"}, {"userId": "16", "code": "152"}],
        }},
    });
    change(&mut module);
    Step::json(200, &json!({"success": true, "integrationModule": module}))
}

fn sites(codes: &[&str]) -> Step {
    let sites: Vec<Value> = codes.iter().map(|code| json!({"code": code})).collect();
    Step::json(200, &json!({"success": true, "sites": sites}))
}

fn says(check: &Check, kind: ErrorKind, message: &str, hint: &str) {
    assert_eq!(check.failure(), Some(kind), "{check:?}");
    assert!(check.message().contains(message), "{check:?}");
    let said = check.hint().unwrap_or_default();
    assert!(said.contains(hint), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn healthy_account_passes_every_check() {
    let checks = Account::good().checks().await;
    for check in &checks {
        assert_eq!((check.failure(), check.hint()), (None, None), "{check:?}");
    }
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "scopes", "module", "codes", "extensions", "site", "timezone"]);
}

#[tokio::test(start_paused = true)]
async fn wrong_key_or_account_ends_the_checks_with_a_hint() {
    let wrong_key = Fixture::open("credentials").answer("wrong_key");
    let wrong_account = Fixture::open("api_versions").answer("account_does_not_exist");
    for (step, hint) in [(wrong_key, "check api_key"), (wrong_account, "check url")] {
        let bench = Bench::new([step]);
        let report = bench.connector.health(&Cx::history()).await.unwrap();
        let [check] = report.checks() else {
            panic!("expected the key check only: {report:?}");
        };
        says(check, ErrorKind::Auth, "", hint);
    }
}

#[tokio::test(start_paused = true)]
async fn missing_scopes_are_named() {
    let mut account = Account::good();
    account.key["scopes"] = json!(["telephony_write", "integration_read"]);
    let check = account.failed().await;
    says(
        &check,
        ErrorKind::Auth,
        "missing scopes of the key: telephony_read, user_read",
        "add them",
    );
}

#[tokio::test(start_paused = true)]
async fn policies_need_further_scopes() {
    let mut account = Account::good();
    account.common = json!({"unknown_caller": "client", "missed_task": true});
    let check = account.failed().await;
    says(
        &check,
        ErrorKind::Auth,
        "missing scopes of the key: customer_write, task_write",
        "add them",
    );
}

#[tokio::test(start_paused = true)]
async fn optional_scopes_are_a_hint() {
    let mut account = Account::good();
    account.key["scopes"] = json!(["telephony_read", "telephony_write", "user_read"]);
    let check = account.passed("scopes").await;
    assert_eq!(
        check.hint(),
        Some(
            "optional scopes missing: customer_read for looking up callers, integration_read for \
             checking the registration, integration_write for setup, reference_read for reading \
             the time zone and the shops"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn missing_module_is_a_failure() {
    let missing = Fixture::open("integration_module_get").answer("not_found");
    let account = Account {
        module: missing,
        config: json!({"module_code": "another-telephony"}),
        ..Account::good()
    };
    says(
        &account.failed().await,
        ErrorKind::Config,
        "RetailCRM has no module another-telephony",
        "run setup, or set `module_code`",
    );
}

#[tokio::test(start_paused = true)]
async fn inactive_or_frozen_module_is_a_failure() {
    let off =
        Account { module: module(|module| module["active"] = json!(false)), ..Account::good() };
    says(
        &off.failed().await,
        ErrorKind::Rejected,
        "module vochi-telephony is switched off",
        "switch it on",
    );
    let frozen =
        Account { module: module(|module| module["freeze"] = json!(true)), ..Account::good() };
    says(&frozen.failed().await, ErrorKind::Rejected, "frozen", "balance");
}

#[tokio::test(start_paused = true)]
async fn different_client_id_is_a_failure_without_secrets() {
    let account = Account { config: json!({"client_id": "another-client-id"}), ..Account::good() };
    let check = account.failed().await;
    says(&check, ErrorKind::Config, "another clientId", "run setup");
    assert!(!format!("{check:?}").contains("-client-id"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn missing_or_other_click_address_is_a_hint() {
    let ours = json!({
        "public_url": "https://pbx.example.test",
        "inbound_secret": "invented-secret",
    });
    let elsewhere = Account { common: ours, ..Account::good() };
    let check = elsewhere.passed("module").await;
    assert!(check.hint().unwrap().contains("an address other than the account's"), "{check:?}");
    assert!(!format!("{check:?}").contains("invented-secret"), "{check:?}");

    let nowhere = Account {
        module: module(|module| {
            module["integrations"]["telephony"]["makeCallUrl"] = Value::Null;
        }),
        ..Account::good()
    };
    let check = nowhere.passed("module").await;
    assert!(check.hint().unwrap().contains("no makeCallUrl"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn unreadable_module_is_not_a_failure() {
    let account = Account {
        module: Fixture::open("integration_module_get").answer("access_denied"),
        ..Account::good()
    };
    let check = account.passed("module").await;
    assert!(check.hint().unwrap().contains("integration_read"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn unreadable_response_is_not_a_missing_module() {
    let account = Account::good();
    let page = || Step::text(200, "text/html", "<html>maintenance</html>");
    let users = json!({"success": true, "users": account.users});
    // A read with an unreadable response is retried once.
    let steps =
        [Step::json(200, &account.key), page(), page(), Step::json(200, &users), account.sites];
    let bench = Bench::new(steps);
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    let module = &report.checks()[2];
    assert_eq!(module.failure(), Some(ErrorKind::Decode), "{report:?}");
    assert!(!module.message().contains("has no module"), "{module:?}");
}

#[tokio::test(start_paused = true)]
async fn unknown_and_foreign_extensions_are_named() {
    let account =
        Account { common: json!({"extensions": {"151": "16", "170": "18"}}), ..Account::good() };
    let check = account.failed().await;
    says(
        &check,
        ErrorKind::Config,
        "extension 151 belongs to user 18 in RetailCRM and to user 16 in `extensions`; extension \
         170 is unknown to RetailCRM",
        "run setup",
    );
    assert_eq!(check.name(), "codes");
}

#[tokio::test(start_paused = true)]
async fn extension_of_an_unknown_user_is_named() {
    let account = Account { users: json!([{"id": 18, "active": true}]), ..Account::good() };
    let check = account.failed().await;
    assert_eq!(check.name(), "extensions");
    says(&check, ErrorKind::Config, "user 16", "default_user");
}

#[tokio::test(start_paused = true)]
async fn several_shops_fail_only_if_one_is_needed() {
    let several = Account { sites: sites(&["shop-one", "shop-two"]), ..Account::good() };
    let check = several.failed().await;
    says(&check, ErrorKind::Config, "several shops: shop-one, shop-two", "set `site`");

    let events_alone = Account {
        sites: sites(&["shop-one", "shop-two"]),
        common: json!({"lines": null}),
        ..Account::good()
    };
    let check = events_alone.passed("site").await;
    assert!(check.hint().unwrap().contains("the configuration does not need one"));
}

#[tokio::test(start_paused = true)]
async fn inaccessible_shop_is_named() {
    let account = Account { config: json!({"site": "shop-three"}), ..Account::good() };
    says(
        &account.failed().await,
        ErrorKind::Config,
        "the key cannot access shop shop-three, only shop-one",
        "set `site`",
    );
}

#[tokio::test(start_paused = true)]
async fn unverifiable_configured_shop_passes() {
    let account = Account {
        sites: Fixture::open("reference_sites").answer("access_denied"),
        config: json!({"site": "shop-three"}),
        ..Account::good()
    };
    let check = account.passed("site").await;
    assert!(check.hint().unwrap().contains("reference_read"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn assumed_zone_is_named() {
    let account = Account::good();
    let users = json!({"success": true, "users": account.users});
    let denied = Fixture::open("settings").answer("access_denied");
    let steps = [
        Step::json(200, &account.key),
        account.module,
        Step::json(200, &users),
        account.sites,
        denied,
    ];
    let bench = Bench::with(steps, json!({"timezone": null}), json!({}));
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    let zone = report.checks().last().unwrap();
    assert!(zone.message().contains("assumed Europe/Moscow"), "{zone:?}");
}
