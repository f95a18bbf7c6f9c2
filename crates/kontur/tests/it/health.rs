//! `health`: what is wrong with an account, and what to do about it.

mod ready;

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::operations::INSTANCE;
use super::people_support::{
    Bench, DIMA, MASHA, authorized, html, instance, page, unauthorized, user,
};

/// An account whose answers can be changed one by one, in the order `health` asks for them.
struct Account {
    key: Step,
    instance: Option<Step>,
    feed: Option<Step>,
    common: Value,
    config: Value,
}

impl Account {
    /// Everything is as it should be.
    fn good() -> Self {
        Self {
            key: authorized("vochi-demo"),
            instance: Some(Step::json(200, &instance(json!({})))),
            feed: Some(page(2, &[user(MASHA, "Мария", "active"), user(DIMA, "Дмитрий", "active")])),
            common: json!({}),
            config: json!({}),
        }
    }

    fn instance_with(changes: Value) -> Self {
        Self { instance: Some(Step::json(200, &instance(changes))), ..Self::good() }
    }

    async fn checks(self) -> Vec<Check> {
        let mut common = json!({
            "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
            "retries": 0,
        });
        // Here a null stands in the account's settings and so takes a key out.
        if let Some(changes) = self.common.as_object() {
            for (key, value) in changes {
                common[key] = value.clone();
            }
        }
        let mut config = json!({"access_key": null, "api_key": "canary-api-key"});
        super::people_support::merge(&mut config, self.config);
        if config.get("access_key").is_none() {
            config["access_key"] = Value::Null;
        }
        let steps = [Some(self.key), self.instance, self.feed];
        let bench = Bench::with(steps.into_iter().flatten(), common, config);
        let report = bench.connector.health(&Cx::history()).await.unwrap();
        assert_eq!(bench.script.left(), 0, "{report:?}");
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
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

fn says(check: &Check, name: &str, kind: ErrorKind, message: &str, hint: &str) {
    assert_eq!((check.name(), check.failure()), (name, Some(kind)), "{check:?}");
    assert!(check.message().contains(message), "{check:?}");
    assert!(check.hint().unwrap_or_default().contains(hint), "{check:?}");
}

fn hints(check: &Check, hint: &str) {
    assert!(check.hint().unwrap_or_default().contains(hint), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn a_healthy_account_passes_every_check() {
    let checks = Account::good().checks().await;
    for check in &checks {
        assert_eq!((check.failure(), check.hint()), (None, None), "{check:?}");
    }
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "workspace", "instance", "clicks", "schedule", "extensions", "feed"]);
    assert_eq!(checks[6].message(), "the access key opens the feed: 2 users, 0 clients");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_ends_the_check_and_says_where_the_right_one_is() {
    let not_installed = json!({"status": "notInstalled", "message": "Integration not installed"});
    for (key, kind, hint) in [
        (unauthorized(), ErrorKind::Auth, "check api_key"),
        (Step::json(409, &not_installed), ErrorKind::Auth, "Install"),
        (html(), ErrorKind::Decode, ""),
        (Step::text(503, "text/html", "down"), ErrorKind::Unavailable, "later"),
    ] {
        let account = Account { key, instance: None, feed: None, ..Account::good() };
        let checks = account.checks().await;
        assert_eq!(checks.len(), 1);
        says(&checks[0], "key", kind, "", hint);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_of_another_workspace_ends_the_check() {
    let account =
        Account { key: authorized("another"), instance: None, feed: None, ..Account::good() };
    let check = account.failed().await;
    says(
        &check,
        "workspace",
        ErrorKind::Config,
        "for workspace another",
        "set `workspace` to another",
    );
}

#[tokio::test(start_paused = true)]
async fn a_workspace_may_be_named_by_its_id_or_not_at_all() {
    let id = "D28F0000-6666-4f4f-bfbf-000000000601";
    let by_id = Account { config: json!({"workspace": id}), ..Account::good() };
    assert_eq!(by_id.passed("workspace").await.hint(), None);
    let silent = json!({"accessKey": "k", "integrationInstance": {"id": INSTANCE}});
    let silent = Account { key: Step::json(200, &silent), ..Account::good() };
    hints(&silent.passed("workspace").await, "does not say");
}

#[tokio::test(start_paused = true)]
async fn another_instance_than_the_keys_is_named() {
    let account = Account {
        instance: None,
        config: json!({"instance_id": "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002"}),
        ..Account::good()
    };
    says(
        &account.failed().await,
        "instance",
        ErrorKind::Config,
        "the key is for integration 5b7c",
        "leave",
    );

    let gone = json!({"status": "notFound", "message": "not found"});
    let account = Account { instance: Some(Step::json(409, &gone)), ..Account::good() };
    says(&account.failed().await, "instance", ErrorKind::Config, "no integration", "instance_id");

    let account = Account { instance: Some(html()), ..Account::good() };
    says(&account.failed().await, "instance", ErrorKind::Decode, "", "");
}

#[tokio::test(start_paused = true)]
async fn an_instance_without_a_name_is_not_looked_at() {
    let key = json!({"accessKey": "k", "workspace": {"name": "vochi-demo"}});
    let account = Account { key: Step::json(200, &key), instance: None, ..Account::good() };
    hints(&account.passed("instance").await, "instance_id");
}

#[tokio::test(start_paused = true)]
async fn what_state_the_integration_is_in_is_told() {
    for (status, kind, message, hint) in [
        (json!("paused"), ErrorKind::Rejected, "switched off for a while", "page"),
        (json!(4), ErrorKind::Rejected, "failed", "page"),
    ] {
        let account = Account::instance_with(json!({"status": status}));
        says(&account.failed().await, "instance", kind, message, hint);
    }
    for (status, hint) in [
        (json!("hasErrors"), "page"),
        (json!("melted"), "page"),
        (json!("notConfigured"), ""),
        (json!(""), ""),
    ] {
        let account = Account::instance_with(json!({"status": status}));
        hints(&account.passed("instance").await, hint);
    }
    let public = Account {
        config: json!({"integration_secret": "secretKey=canary-secret"}),
        ..Account::instance_with(json!({"status": "notConfigured"}))
    };
    says(&public.failed().await, "instance", ErrorKind::Config, "not set up", "vochi-crm setup");
}

#[tokio::test(start_paused = true)]
async fn features_that_are_off_matter_where_clicks_are_wanted() {
    let off = || Account::instance_with(json!({"features": {"call": false, "hangup": false}}));
    says(
        &off().failed().await,
        "instance",
        ErrorKind::Config,
        "switched off: call and hangup",
        "vochi-crm setup",
    );
    let nowhere = Account { common: json!({"public_url": null}), ..off() };
    hints(&nowhere.passed("instance").await, "call and hangup");
    let hangup = Account::instance_with(json!({"features": {"call": true}}));
    hints(&hangup.passed("instance").await, "switched off: hangup");
}

#[tokio::test(start_paused = true)]
async fn clicks_that_go_elsewhere_are_a_hint_and_no_address_is_told() {
    for url in [json!("https://elsewhere.example.test/canary"), Value::Null] {
        let account = Account::instance_with(json!({"baseUrl": url}));
        let check = account.passed("clicks").await;
        hints(&check, "manifest");
        assert!(check.message().contains("do not reach us"));
    }
    let nowhere = Account { common: json!({"public_url": null}), ..Account::good() };
    hints(&nowhere.passed("clicks").await, "public_url");
}

#[tokio::test(start_paused = true)]
async fn a_missing_schedule_is_a_hint() {
    let account = Account::instance_with(json!({"webHooks": []}));
    hints(&account.passed("schedule").await, "communications/sync");
    let unreachable = Account {
        common: json!({"inbound_secret": null}),
        ..Account::instance_with(json!({"webHooks": []}))
    };
    assert_eq!(unreachable.passed("schedule").await.hint(), None);
}

#[tokio::test(start_paused = true)]
async fn extensions_of_users_who_are_not_there_are_named() {
    let account =
        Account { feed: Some(page(1, &[user(MASHA, "Мария", "active")])), ..Account::good() };
    let wanted = format!("extension 102 is mapped to user {DIMA}, whom Kontur does not know");
    says(&account.failed().await, "extensions", ErrorKind::Config, &wanted, "vochi-crm users");
    let account =
        Account { common: json!({"default_user": super::people_support::PETR}), ..Account::good() };
    says(
        &account.failed().await,
        "extensions",
        ErrorKind::Config,
        "default_user is mapped",
        "vochi-crm users",
    );
    let account = Account { common: json!({"extensions": {}}), ..Account::good() };
    says(&account.failed().await, "extensions", ErrorKind::Config, "no extension", "fill in");
    let account = Account {
        feed: Some(page(2, &[user(MASHA, "Мария", "active"), user(DIMA, "Дмитрий", "inactive")])),
        ..Account::good()
    };
    hints(&account.passed("extensions").await, "extension 102");
}

#[tokio::test(start_paused = true)]
async fn a_feed_closed_to_the_access_key_is_a_hint_and_to_a_person_a_failure() {
    // What is refused is tried once more with a new key.
    let bench = Bench::with(
        [
            authorized("vochi-demo"),
            Step::json(200, &instance(json!({}))),
            unauthorized(),
            authorized("vochi-demo"),
            unauthorized(),
        ],
        json!({}),
        json!({"access_key": null, "api_key": "canary-api-key"}),
    );
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    assert!(report.is_healthy(), "{report:?}");
    let [.., extensions, feed] = report.checks() else { panic!("{report:?}") };
    hints(feed, "need `bearer`");
    hints(extensions, "could not be looked at");

    let account = Account {
        feed: Some(unauthorized()),
        config: json!({"bearer": "canary-bearer"}),
        ..Account::good()
    };
    says(&account.failed().await, "feed", ErrorKind::Auth, "", "bearer");
}

#[tokio::test(start_paused = true)]
async fn a_feed_too_long_for_a_check_is_a_hint() {
    let Step::Response(answer) = page(1, &[]) else { unreachable!("it is an answer") };
    let account =
        Account { feed: Some(Step::Slow(Duration::from_secs(20), answer)), ..Account::good() };
    hints(&account.passed("feed").await, "first reading");
    let account = Account { feed: Some(html()), ..Account::good() };
    says(&account.failed().await, "feed", ErrorKind::Decode, "", "");
    let odd = Account {
        feed: Some(page(3, &[user(MASHA, "М", ""), user(DIMA, "Д", ""), json!(7)])),
        ..Account::good()
    };
    hints(&odd.passed("feed").await, "1 events");
}

#[tokio::test(start_paused = true)]
async fn the_documented_instance_with_its_secrets_in_clear_tells_none() {
    let fixture = super::fixture::Fixture::open("instances-get");
    let account = Account {
        instance: Some(Step::Response(fixture.answer("ok_with_secrets"))),
        ..Account::good()
    };
    let checks = account.checks().await;
    let told = format!("{checks:?}");
    assert!(!told.contains("test-secret") && !told.contains("crm-hook"), "{told}");
    says(&checks[2], "instance", ErrorKind::Rejected, "failed", "page");
}
