//! Registration of the telephony.

use serde_json::{Value, json};
use vochi_crm_core::connector::{SetupPlan, SetupReport};
use vochi_crm_core::http::{Plan, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Hub, Result, Warning};

use super::lookup_support::{Harness, INBOUND, html, instance, open};
use super::operations::INSTANCE;

const GET: &str = "GET integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
const PATCH: &str = "PATCH integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
const SETUP: &str = "POST integrations/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001/setup";

fn harness(steps: impl IntoIterator<Item = Step>) -> Harness {
    Harness::with(steps, json!({}), json!({"instance_id": INSTANCE}))
}

fn read(changes: Value) -> Step {
    Step::json(200, &instance(changes))
}

/// Returns the response to a change, which never shows it.
fn changed() -> Step {
    let result = json!({"id": INSTANCE, "features": {"call": false}, "status": "failed"});
    Step::json(200, &json!({"isSuccessful": true, "responseCode": "ok", "result": result}))
}

fn rejected(path: &str, value: &str) -> Step {
    let path = json!({"op": "replace", "path": path, "value": value});
    let info = json!({
        "invalidPaths": [path], "status": "invalidArgs",
        "message": "Patch contains invalid operations",
    });
    Step::json(409, &json!({"isSuccessful": false, "responseCode": "conflict", "errorInfo": info}))
}

fn plan() -> SetupPlan {
    SetupPlan::new(Some(INBOUND.parse().unwrap()))
}

async fn run(harness: &Harness, plan: &SetupPlan) -> Result<SetupReport> {
    harness.connector.setup(&Cx::history(), plan).await
}

fn texts(report: &SetupReport) -> Vec<&str> {
    report.warnings.iter().map(Warning::text).collect()
}

/// Returns a freshly installed integration.
fn fresh() -> Value {
    json!({
        "features": {"call": false, "hangup": false, "sendSms": false},
        "baseUrl": "https://elsewhere.example.test/", "webHooks": [], "status": "notConfigured",
    })
}

#[tokio::test(start_paused = true)]
async fn fresh_integration_is_fully_registered() {
    let steps =
        [read(fresh()), changed(), changed(), changed(), changed(), changed(), read(json!({}))];
    let harness = harness(steps);
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(harness.lines(), [GET, PATCH, PATCH, PATCH, PATCH, PATCH, GET]);
    let operation = |index: usize| harness.sent(index)["operations"][0].clone();
    let features =
        json!({"op": "replace", "path": "/features", "value": {"call": true, "hangup": true}});
    assert_eq!(operation(1), features);
    assert_eq!(operation(2), json!({"op": "replace", "path": "/baseUrl", "value": INBOUND}));
    let hooks = instance(json!({}))["webHooks"].clone();
    for (index, hook) in hooks.as_array().unwrap().iter().enumerate() {
        assert_eq!(operation(3 + index), json!({"op": "add", "path": "/webHooks", "value": hook}));
    }
    assert_eq!(
        report.changes,
        [
            "features call and hangup are switched on",
            "the base URL is set to ours",
            "schedule communications/sync is created",
            "schedule setup/upgrade is created",
            "webhook crm-callbacks is created",
        ]
    );
    assert!(report.warnings.is_empty());
    let text = format!("{report:?}");
    assert!(!text.contains("canary") && !text.contains("elsewhere"), "{text}");
    assert!(harness.connector.capabilities().has(Capability::Setup));
}

/// Returns the integration after a removal; Kontur cannot remove the base URL.
fn removed() -> Value {
    json!({"features": {"call": false, "hangup": false, "sendSms": true}, "webHooks": []})
}

#[tokio::test(start_paused = true)]
async fn removal_removes_own_hooks_and_features() {
    let mut there = instance(json!({"features": {"call": true, "hangup": true, "sendSms": true}}));
    let foreign = json!({
        "id": "25d0c0de-5555-4e4e-aeae-000000000009", "relativeUrl": "communications/sync",
        "triggerType": "schedule", "schedule": {"period": "01:00:00"}, "disabled": false,
    });
    there["webHooks"].as_array_mut().unwrap().push(foreign.clone());
    let mut after = removed();
    after["webHooks"] = json!([foreign]);
    let harness =
        harness([Step::json(200, &there), changed(), changed(), changed(), changed(), read(after)]);
    let report = run(&harness, &SetupPlan::removal()).await.unwrap();
    assert_eq!(harness.lines(), [GET, PATCH, PATCH, PATCH, PATCH, GET]);
    for (index, hook) in (1..4).zip(there["webHooks"].as_array().unwrap()) {
        let path = format!("/webHooks/{}", hook["id"].as_str().unwrap());
        let operation = &harness.sent(index)["operations"][0];
        assert_eq!(*operation, json!({"op": "remove", "path": path}));
    }
    let features = json!({"call": false, "hangup": false, "sendSms": true});
    assert_eq!(harness.sent(4)["operations"][0]["value"], features, "sendSms is not ours");
    assert_eq!(
        report.changes,
        [
            "schedule communications/sync is removed",
            "schedule setup/upgrade is removed",
            "webhook crm-callbacks is removed",
            "features call and hangup are switched off",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn removal_without_registration_writes_nothing() {
    let harness = harness([read(removed())]);
    let report = run(&harness, &SetupPlan::removal()).await.unwrap();
    assert_eq!(harness.lines(), [GET]);
    assert_eq!(report, SetupReport::default());
}

#[tokio::test(start_paused = true)]
async fn removal_in_show_mode_writes_nothing() {
    let harness = harness([read(json!({}))]);
    let report = run(&harness, &SetupPlan::removal().shown_only()).await.unwrap();
    assert_eq!(harness.lines(), [GET]);
    assert_eq!(report.changes.len(), 4, "{:?}", report.changes);
}

#[tokio::test(start_paused = true)]
async fn removal_warns_that_base_url_remains() {
    let account = json!({
        "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
    });
    let harness = Harness::with([read(removed())], account, json!({"instance_id": INSTANCE}));
    let report = run(&harness, &SetupPlan::removal()).await.unwrap();
    assert!(texts(&report)[0].contains("uninstall the integration"), "{report:?}");
    assert!(!format!("{report:?}").contains("canary"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn inbound_url_comes_from_plan_or_account() {
    let account = json!({
        "public_url": "https://pbx.example.test/", "inbound_secret": "canary-inbound-secret",
    });
    let harness = Harness::with([read(json!({}))], account, json!({"instance_id": INSTANCE}));
    let report = run(&harness, &SetupPlan::new(None)).await.unwrap();
    assert_eq!(report, SetupReport::default());

    let harness = self::harness([read(json!({"baseUrl": "https://elsewhere.example.test"}))]);
    let report = run(&harness, &SetupPlan::new(None)).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].contains("no inbound URL"));
}

#[tokio::test(start_paused = true)]
async fn foreign_webhooks_stay_and_equivalent_ones_are_updated() {
    let hook = |id: u32, url: &str, more: Value| {
        let mut hook = json!({
            "id": format!("25d0c0de-5555-4e4e-aeae-{id:012}"), "relativeUrl": url,
            "triggerType": "schedule", "schedule": {"period": "01:00:00"}, "disabled": false,
        });
        super::lookup_support::merge(&mut hook, more);
        hook
    };
    let event = json!({
        "triggerType": "entityEvent", "filter": {"items": [
            {"eventType": "change", "entityType": "contact", "changeType": "patch"},
            {"entityType": "Company"},
        ]},
    });
    let hooks = json!([
        hook(501, "/setup/upgrade", json!({})),
        hook(502, &format!("{INBOUND}/communications/sync"), json!({"disabled": true})),
        hook(503, "crm-callbacks", event),
        hook(504, "reports/nightly", json!({})),
    ]);
    let harness =
        harness([read(json!({"webHooks": hooks})), changed(), changed(), read(json!({}))]);
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(
        report.changes,
        ["schedule communications/sync is updated", "webhook crm-callbacks is updated"]
    );
    let paths = |index: usize| {
        let sent = harness.sent(index);
        let operations = sent["operations"].as_array().unwrap().clone();
        assert!(operations.iter().all(|one| one["op"] == "replace"));
        operations[0]["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(paths(1), "/webHooks/25d0c0de-5555-4e4e-aeae-000000000502/relativeUrl");
    assert_eq!(paths(2), "/webHooks/25d0c0de-5555-4e4e-aeae-000000000503/relativeUrl");
}

#[tokio::test(start_paused = true)]
async fn absolute_schedule_url_becomes_relative() {
    let mut hooks = instance(json!({}))["webHooks"].clone();
    hooks[0]["relativeUrl"] = json!("https://elsewhere.example.test/communications/sync");
    let old = json!({"baseUrl": "https://elsewhere.example.test/", "webHooks": hooks});
    let harness = harness([read(old), changed(), changed(), read(json!({}))]);
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(
        report.changes,
        ["the base URL is set to ours", "schedule communications/sync is updated"]
    );
    assert_eq!(harness.sent(2)["operations"][0]["value"], "communications/sync");
}

#[tokio::test(start_paused = true)]
async fn enabled_features_stay_enabled() {
    let features = json!({"features": {"call": true, "hangup": false, "sendSms": true}});
    let harness = harness([read(features), changed(), read(json!({}))]);
    run(&harness, &plan()).await.unwrap();
    assert_eq!(
        harness.sent(1)["operations"][0]["value"],
        json!({"call": true, "hangup": true, "sendSms": true})
    );
}

#[tokio::test(start_paused = true)]
async fn change_without_effect_is_warning() {
    let off = || json!({"features": {"call": false, "hangup": false}});
    let harness = harness([read(off()), changed(), read(off())]);
    let report = run(&harness, &plan()).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].contains("without effect"));
}

#[tokio::test(start_paused = true)]
async fn rejected_base_url_warns_with_instructions() {
    let harness = harness([
        read(fresh()),
        changed(),
        rejected("/baseUrl", INBOUND),
        changed(),
        changed(),
        changed(),
        read(json!({"baseUrl": "https://elsewhere.example.test"})),
    ]);
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(report.changes.len(), 4);
    let [warning] = texts(&report)[..] else { panic!("{report:?}") };
    assert!(warning.contains("manifest.json as baseUrl") && warning.contains("Uninstall"));
    assert!(!format!("{report:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn rejected_webhook_is_separate_warning() {
    let hooks = instance(json!({}))["webHooks"].as_array().unwrap()[..2].to_vec();
    let without = || read(json!({"webHooks": hooks}));
    let harness = harness([without(), rejected("/webHooks", "x"), without()]);
    let report = run(&harness, &plan()).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].starts_with("webhook crm-callbacks: rejected by Kontur"));
}

#[tokio::test(start_paused = true)]
async fn http_base_url_is_not_sent() {
    for mode in [SetupPlan::shown_only, |plan| plan] {
        let harness = harness([read(json!({"baseUrl": "https://elsewhere.example.test"}))]);
        let plan = SetupPlan::new(Some("http://127.0.0.1:8080/in/crm/x".parse().unwrap()));
        let report = run(&harness, &mode(plan)).await.unwrap();
        assert!(report.changes.is_empty());
        assert!(texts(&report)[0].contains("https URLs only"), "{report:?}");
        assert_eq!(harness.lines(), [GET]);
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_checked_before_retry() {
    let hooks = instance(json!({}))["webHooks"].as_array().unwrap()[..2].to_vec();
    let without = || read(json!({"webHooks": hooks}));
    let lost = || Step::Fail(TransportError::Broken("reset".into()));
    // The change was applied.
    let harness = harness([without(), lost(), read(json!({})), read(json!({}))]);
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(report.changes, ["webhook crm-callbacks is created"]);
    assert_eq!(harness.lines(), [GET, PATCH, GET, GET]);
    // The change was not applied.
    let harness = self::harness([without(), lost(), without()]);
    let error = run(&harness, &plan()).await.unwrap_err();
    assert_eq!(error.effect(), vochi_crm_core::Effect::Maybe);
}

#[tokio::test(start_paused = true)]
async fn failed_verification_is_warning() {
    let off = json!({"features": {"call": false, "hangup": false}});
    let harness = Harness::with(
        [read(off), changed(), html()],
        json!({"retries": 0}),
        json!({"instance_id": INSTANCE}),
    );
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(report.changes.len(), 1);
    assert!(texts(&report)[0].contains("cannot verify"));
}

#[tokio::test(start_paused = true)]
async fn show_mode_reads_and_writes_nothing() {
    let harness = harness([read(fresh())]);
    let shown = run(&harness, &plan().shown_only()).await.unwrap();
    assert_eq!(harness.lines(), [GET]);
    assert_eq!(shown.changes.len(), 5);
    assert!(!format!("{shown:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn public_integration_is_set_up_once() {
    let config = || {
        json!({
            "access_key": null, "api_key": "canary-api-key",
            "integration_secret": "secretKey=canary-secret",
        })
    };
    let key = || super::lookup_support::authorized("vochi-demo");
    let unset = || read(json!({"status": 0}));
    let ok = Step::json(200, &json!("OK"));
    let harness = Harness::with([key(), unset(), ok, read(json!({}))], json!({}), config());
    let report = run(&harness, &plan()).await.unwrap();
    assert_eq!(report.changes, ["the integration is set up"]);
    assert_eq!(harness.lines()[1..], [GET, SETUP, GET]);
    assert_eq!(harness.sent(2), json!({}));

    let ok = Step::json(200, &json!("OK"));
    let harness = Harness::with([key(), unset(), ok, unset()], json!({}), config());
    let report = run(&harness, &plan()).await.unwrap();
    assert!(texts(&report)[0].contains("still not configured"));

    let harness = Harness::with([key(), read(json!({}))], json!({}), config());
    assert_eq!(run(&harness, &plan()).await.unwrap(), SetupReport::default());
    // Private integrations need no setup.
    let harness = self::harness([unset()]);
    assert_eq!(run(&harness, &plan()).await.unwrap(), SetupReport::default());
}

#[tokio::test(start_paused = true)]
async fn unknown_integration_hints_to_instance_id() {
    let not_found = json!({"status": "notFound", "message": "IntegrationInstance not found"});
    let harness = harness([Step::json(409, &not_found)]);
    let error = run(&harness, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("instance_id"), "{error}");
    let harness = Harness::new([]);
    let error = run(&harness, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn dry_run_lists_requests_without_secrets() {
    let plan_of_requests = Plan::new();
    let hub = Hub::builder().plan(plan_of_requests.clone()).build().unwrap();
    let account = json!({
        "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
    });
    let connector = open(&hub, account, json!({"instance_id": INSTANCE})).unwrap();
    let report = connector.setup(&Cx::history(), &plan()).await.unwrap();
    assert_eq!(report.changes.len(), 5);
    assert!(report.warnings.is_empty());
    let requests = plan_of_requests.requests();
    assert_eq!(requests.len(), 6);
    assert!(!format!("{requests:?}").contains("canary"));
}
