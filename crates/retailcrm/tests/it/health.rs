//! `health`: what is wrong with an account, and what to do about it.

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::fixture::Fixture;
use super::support::Bench;

/// An account whose answers can be changed one by one, in the order `health` asks for them.
struct Account {
    key: Value,
    module: Step,
    users: Value,
    sites: Step,
    common: Value,
    config: Value,
}

impl Account {
    /// Everything is as it should be.
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

    /// The one check that failed.
    async fn failed(self) -> Check {
        let checks = self.checks().await;
        let mut failed = checks.iter().filter(|check| check.failure().is_some());
        let one = failed.next().unwrap_or_else(|| panic!("all is well: {checks:?}"));
        assert_eq!(failed.next(), None, "{checks:?}");
        one.clone()
    }

    /// The check of this name, which passed, as all others did.
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
async fn a_healthy_account_passes_every_check() {
    let checks = Account::good().checks().await;
    for check in &checks {
        assert_eq!((check.failure(), check.hint()), (None, None), "{check:?}");
    }
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "scopes", "module", "codes", "extensions", "site", "timezone"]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_and_a_wrong_account_end_the_check_with_what_to_do() {
    let wrong_key = Fixture::open("credentials").answer("wrong_key");
    let wrong_account = Fixture::open("api_versions").answer("account_does_not_exist");
    for (step, hint) in [(wrong_key, "check api_key"), (wrong_account, "check url")] {
        let bench = Bench::new([step]);
        let report = bench.connector.health(&Cx::history()).await.unwrap();
        let [check] = report.checks() else {
            panic!("nothing else can work: {report:?}");
        };
        says(check, ErrorKind::Auth, "", hint);
    }
}

#[tokio::test(start_paused = true)]
async fn missing_scopes_are_named() {
    let mut account = Account::good();
    account.key["scopes"] = json!(["telephony_write", "integration_read"]);
    let check = account.failed().await;
    says(&check, ErrorKind::Auth, "the key lacks telephony_read, user_read", "tick these");
}

#[tokio::test(start_paused = true)]
async fn the_policies_need_further_scopes() {
    let mut account = Account::good();
    account.common = json!({"unknown_caller": "client", "missed_task": true});
    let check = account.failed().await;
    says(&check, ErrorKind::Auth, "the key lacks customer_write, task_write", "tick these");
}

#[tokio::test(start_paused = true)]
async fn what_the_telephony_can_do_without_is_a_hint() {
    let mut account = Account::good();
    account.key["scopes"] = json!(["telephony_read", "telephony_write", "user_read"]);
    let check = account.passed("scopes").await;
    assert_eq!(
        check.hint(),
        Some(
            "it lacks customer_read for looking up who is calling, integration_read for checking \
             the registration, integration_write for setup, reference_read for reading the time \
             zone and the shops"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_module_nobody_registered_is_named() {
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
        "run `vochi-crm setup`, or set `module_code`",
    );
}

#[tokio::test(start_paused = true)]
async fn a_module_that_is_off_or_frozen_is_named() {
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
async fn a_module_with_another_client_id_is_named_without_showing_either() {
    let account = Account { config: json!({"client_id": "another-client-id"}), ..Account::good() };
    let check = account.failed().await;
    says(&check, ErrorKind::Config, "another clientId", "setup");
    assert!(!format!("{check:?}").contains("-client-id"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn clicks_that_go_elsewhere_or_nowhere_are_a_hint() {
    let ours = json!({
        "public_url": "https://pbx.example.test",
        "inbound_secret": "invented-secret",
    });
    let elsewhere = Account { common: ours, ..Account::good() };
    let check = elsewhere.passed("module").await;
    assert!(check.hint().unwrap().contains("another address"), "{check:?}");
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
async fn a_key_that_may_not_see_the_module_is_no_failure() {
    let account = Account {
        module: Fixture::open("integration_module_get").answer("access_denied"),
        ..Account::good()
    };
    let check = account.passed("module").await;
    assert!(check.hint().unwrap().contains("integration_read"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_no_missing_module() {
    let account = Account::good();
    let page = || Step::text(200, "text/html", "<html>maintenance</html>");
    let users = json!({"success": true, "users": account.users});
    // What was only read is read once more.
    let steps =
        [Step::json(200, &account.key), page(), page(), Step::json(200, &users), account.sites];
    let bench = Bench::new(steps);
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    let module = &report.checks()[2];
    assert_eq!(module.failure(), Some(ErrorKind::Decode), "{report:?}");
    assert!(!module.message().contains("has no module"), "{module:?}");
}

#[tokio::test(start_paused = true)]
async fn an_extension_unknown_to_the_crm_and_one_of_another_user_are_named() {
    let account =
        Account { common: json!({"extensions": {"151": "16", "170": "18"}}), ..Account::good() };
    let check = account.failed().await;
    says(
        &check,
        ErrorKind::Config,
        "extension 151 is user 18's in RetailCRM and user 16's in `extensions`; RetailCRM does \
         not know extension 170",
        "setup",
    );
    assert_eq!(check.name(), "codes");
}

#[tokio::test(start_paused = true)]
async fn an_extension_of_a_user_who_is_not_there_is_named() {
    let account = Account { users: json!([{"id": 18, "active": true}]), ..Account::good() };
    let check = account.failed().await;
    assert_eq!(check.name(), "extensions");
    says(&check, ErrorKind::Config, "user 16", "vochi-crm users");
}

#[tokio::test(start_paused = true)]
async fn several_shops_are_a_failure_only_where_one_has_to_be_named() {
    let several = Account { sites: sites(&["shop-one", "shop-two"]), ..Account::good() };
    let check = several.failed().await;
    says(&check, ErrorKind::Config, "several shops: shop-one, shop-two", "set `site`");

    let events_alone = Account {
        sites: sites(&["shop-one", "shop-two"]),
        common: json!({"lines": null}),
        ..Account::good()
    };
    let check = events_alone.passed("site").await;
    assert!(check.hint().unwrap().contains("nothing configured needs one"));
}

#[tokio::test(start_paused = true)]
async fn a_shop_the_key_does_not_reach_is_named() {
    let account = Account { config: json!({"site": "shop-three"}), ..Account::good() };
    says(
        &account.failed().await,
        ErrorKind::Config,
        "the key does not reach shop shop-three; it reaches shop-one",
        "set `site`",
    );
}

#[tokio::test(start_paused = true)]
async fn a_configured_shop_that_cannot_be_looked_up_is_believed() {
    let account = Account {
        sites: Fixture::open("reference_sites").answer("access_denied"),
        config: json!({"site": "shop-three"}),
        ..Account::good()
    };
    let check = account.passed("site").await;
    assert!(check.hint().unwrap().contains("reference_read"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn an_assumed_zone_is_named() {
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
    assert!(zone.message().contains("Europe/Moscow is assumed"), "{zone:?}");
}
