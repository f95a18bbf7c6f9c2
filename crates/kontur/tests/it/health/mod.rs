//! Findings and hints of `health`.

mod ready_key;

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::lookup_support::{
    DIMA, Harness, MASHA, authorized, html, instance, page, unauthorized, user,
};
use super::operations::INSTANCE;

/// A harness account whose responses can be changed one by one, in request order.
struct Account {
    key: Step,
    instance: Option<Step>,
    feed: Option<Step>,
    common: Value,
    config: Value,
}

impl Account {
    /// Returns an account without findings.
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
        // Here `null` removes a key of the account.
        if let Some(changes) = self.common.as_object() {
            for (key, value) in changes {
                common[key] = value.clone();
            }
        }
        let mut config = json!({"access_key": null, "api_key": "canary-api-key"});
        super::lookup_support::merge(&mut config, self.config);
        if config.get("access_key").is_none() {
            config["access_key"] = Value::Null;
        }
        let steps = [Some(self.key), self.instance, self.feed];
        let harness = Harness::with(steps.into_iter().flatten(), common, config);
        let report = harness.connector.health(&Cx::history()).await.unwrap();
        assert_eq!(harness.script.left(), 0, "{report:?}");
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
        report.checks().to_vec()
    }

    /// Returns the single failed check.
    async fn failed(self) -> Check {
        let checks = self.checks().await;
        let mut failed = checks.iter().filter(|check| check.failure().is_some());
        let one = failed.next().unwrap_or_else(|| panic!("no check failed: {checks:?}"));
        assert_eq!(failed.next(), None, "{checks:?}");
        one.clone()
    }

    /// Returns the passed check of this name; all others passed too.
    async fn passed(self, name: &str) -> Check {
        let checks = self.checks().await;
        assert!(checks.iter().all(|check| check.failure().is_none()), "{checks:?}");
        let mut named = checks.iter().filter(|check| check.name() == name);
        named.next().unwrap().clone()
    }
}

fn assert_failed(check: &Check, name: &str, kind: ErrorKind, message: &str, hint: &str) {
    assert_eq!((check.name(), check.failure()), (name, Some(kind)), "{check:?}");
    assert!(check.message().contains(message), "{check:?}");
    assert!(check.hint().unwrap_or_default().contains(hint), "{check:?}");
}

fn assert_hint(check: &Check, hint: &str) {
    assert!(check.hint().unwrap_or_default().contains(hint), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn healthy_account_passes_every_check() {
    let checks = Account::good().checks().await;
    for check in &checks {
        assert_eq!((check.failure(), check.hint()), (None, None), "{check:?}");
    }
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "workspace", "instance", "clicks", "schedule", "extensions", "feed"]);
    assert_eq!(checks[6].message(), "the access key opens the feed: 2 users, 0 clients");
}

#[tokio::test(start_paused = true)]
async fn wrong_key_is_only_finding() {
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
        assert_failed(&checks[0], "key", kind, "", hint);
    }
}

#[tokio::test(start_paused = true)]
async fn key_of_other_workspace_stops_checks() {
    let account =
        Account { key: authorized("another"), instance: None, feed: None, ..Account::good() };
    let check = account.failed().await;
    assert_failed(
        &check,
        "workspace",
        ErrorKind::Config,
        "for workspace another",
        "set `workspace` to another",
    );
}

#[tokio::test(start_paused = true)]
async fn workspace_may_be_id_or_missing() {
    let id = "D28F0000-6666-4f4f-bfbf-000000000601";
    let by_id = Account { config: json!({"workspace": id}), ..Account::good() };
    assert_eq!(by_id.passed("workspace").await.hint(), None);
    let without_workspace = json!({"accessKey": "k", "integrationInstance": {"id": INSTANCE}});
    let without_workspace = Account { key: Step::json(200, &without_workspace), ..Account::good() };
    assert_hint(&without_workspace.passed("workspace").await, "returns no workspace");
}

#[tokio::test(start_paused = true)]
async fn other_instance_id_is_reported() {
    let account = Account {
        instance: None,
        config: json!({"instance_id": "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002"}),
        ..Account::good()
    };
    assert_failed(
        &account.failed().await,
        "instance",
        ErrorKind::Config,
        "the key is for integration 5b7c",
        "leave",
    );

    let not_found = json!({"status": "notFound", "message": "not found"});
    let account = Account { instance: Some(Step::json(409, &not_found)), ..Account::good() };
    assert_failed(
        &account.failed().await,
        "instance",
        ErrorKind::Config,
        "no integration",
        "instance_id",
    );

    let account = Account { instance: Some(html()), ..Account::good() };
    assert_failed(&account.failed().await, "instance", ErrorKind::Decode, "", "");
}

#[tokio::test(start_paused = true)]
async fn missing_instance_id_skips_checks() {
    let key = json!({"accessKey": "k", "workspace": {"name": "vochi-demo"}});
    let account = Account { key: Step::json(200, &key), instance: None, ..Account::good() };
    assert_hint(&account.passed("instance").await, "instance_id");
}

#[tokio::test(start_paused = true)]
async fn integration_status_is_reported() {
    for (status, kind, message, hint) in [
        (json!("paused"), ErrorKind::Rejected, "is paused", "page"),
        (json!(4), ErrorKind::Rejected, "failed", "page"),
    ] {
        let account = Account::instance_with(json!({"status": status}));
        assert_failed(&account.failed().await, "instance", kind, message, hint);
    }
    for (status, hint) in [
        (json!("hasErrors"), "page"),
        (json!("melted"), "page"),
        (json!("notConfigured"), ""),
        (json!(""), ""),
    ] {
        let account = Account::instance_with(json!({"status": status}));
        assert_hint(&account.passed("instance").await, hint);
    }
    let public = Account {
        config: json!({"integration_secret": "secretKey=canary-secret"}),
        ..Account::instance_with(json!({"status": "notConfigured"}))
    };
    assert_failed(&public.failed().await, "instance", ErrorKind::Config, "not set up", "run setup");
}

#[tokio::test(start_paused = true)]
async fn disabled_features_fail_with_inbound_url() {
    let off = || Account::instance_with(json!({"features": {"call": false, "hangup": false}}));
    assert_failed(
        &off().failed().await,
        "instance",
        ErrorKind::Config,
        "switched off: call and hangup",
        "run setup",
    );
    let without_url = Account { common: json!({"public_url": null}), ..off() };
    assert_hint(&without_url.passed("instance").await, "call and hangup");
    let hangup = Account::instance_with(json!({"features": {"call": true}}));
    assert_hint(&hangup.passed("instance").await, "switched off: hangup");
}

#[tokio::test(start_paused = true)]
async fn other_callback_url_is_hint_without_urls() {
    for url in [json!("https://elsewhere.example.test/canary"), Value::Null] {
        let account = Account::instance_with(json!({"baseUrl": url}));
        let check = account.passed("clicks").await;
        assert_hint(&check, "manifest");
        assert!(check.message().contains("clicks do not arrive"));
    }
    let without_url = Account { common: json!({"public_url": null}), ..Account::good() };
    assert_hint(&without_url.passed("clicks").await, "public_url");
}

#[tokio::test(start_paused = true)]
async fn missing_schedule_is_hint() {
    let account = Account::instance_with(json!({"webHooks": []}));
    assert_hint(&account.passed("schedule").await, "communications/sync");
    let unreachable = Account {
        common: json!({"inbound_secret": null}),
        ..Account::instance_with(json!({"webHooks": []}))
    };
    assert_eq!(unreachable.passed("schedule").await.hint(), None);
}

#[tokio::test(start_paused = true)]
async fn extensions_of_unknown_users_are_named() {
    let account =
        Account { feed: Some(page(1, &[user(MASHA, "Мария", "active")])), ..Account::good() };
    let wanted = format!("extension 102 is mapped to unknown user {DIMA}");
    assert_failed(
        &account.failed().await,
        "extensions",
        ErrorKind::Config,
        &wanted,
        "correct `extensions`",
    );
    let account =
        Account { common: json!({"default_user": super::lookup_support::PETR}), ..Account::good() };
    assert_failed(
        &account.failed().await,
        "extensions",
        ErrorKind::Config,
        "default_user is mapped",
        "correct `extensions`",
    );
    let account = Account { common: json!({"extensions": {}}), ..Account::good() };
    assert_failed(
        &account.failed().await,
        "extensions",
        ErrorKind::Config,
        "no extension",
        "fill in",
    );
    let account = Account {
        feed: Some(page(2, &[user(MASHA, "Мария", "active"), user(DIMA, "Дмитрий", "inactive")])),
        ..Account::good()
    };
    assert_hint(&account.passed("extensions").await, "extension 102");
}

#[tokio::test(start_paused = true)]
async fn refused_feed_is_hint_unless_bearer() {
    // A refused request is retried once with a new key.
    let harness = Harness::with(
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
    let report = harness.connector.health(&Cx::history()).await.unwrap();
    assert!(report.is_healthy(), "{report:?}");
    let [.., extensions, feed] = report.checks() else { panic!("{report:?}") };
    assert_hint(feed, "set `bearer`");
    assert_hint(extensions, "were not checked");

    let account = Account {
        feed: Some(unauthorized()),
        config: json!({"bearer": "canary-bearer"}),
        ..Account::good()
    };
    assert_failed(&account.failed().await, "feed", ErrorKind::Auth, "", "bearer");
}

#[tokio::test(start_paused = true)]
async fn long_feed_is_hint() {
    let Step::Response(response) = page(1, &[]) else { unreachable!("expected a response") };
    let account =
        Account { feed: Some(Step::Slow(Duration::from_secs(20), response)), ..Account::good() };
    assert_hint(&account.passed("feed").await, "first reading");
    let account = Account { feed: Some(html()), ..Account::good() };
    assert_failed(&account.failed().await, "feed", ErrorKind::Decode, "", "");
    let odd = Account {
        feed: Some(page(3, &[user(MASHA, "М", ""), user(DIMA, "Д", ""), json!(7)])),
        ..Account::good()
    };
    assert_hint(&odd.passed("feed").await, "1 events");
}

#[tokio::test(start_paused = true)]
async fn documented_instance_leaks_no_secret() {
    let fixture = super::fixture::Fixture::open("instances-get");
    let account = Account {
        instance: Some(Step::Response(fixture.response("ok_with_secrets"))),
        ..Account::good()
    };
    let checks = account.checks().await;
    let text = format!("{checks:?}");
    assert!(!text.contains("test-secret") && !text.contains("crm-hook"), "{text}");
    assert_failed(&checks[2], "instance", ErrorKind::Rejected, "failed", "page");
}
