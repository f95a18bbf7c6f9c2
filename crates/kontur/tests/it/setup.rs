//! Registering the telephony.

use serde_json::{Value, json};
use vochi_crm_core::connector::{SetupPlan, SetupReport};
use vochi_crm_core::http::{Plan, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Hub, Result, Warning};

use super::operations::INSTANCE;
use super::people_support::{Bench, INBOUND, html, instance, open};

const GET: &str = "GET integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
const PATCH: &str = "PATCH integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
const SETUP: &str = "POST integrations/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001/setup";

fn bench(steps: impl IntoIterator<Item = Step>) -> Bench {
    Bench::with(steps, json!({}), json!({"instance_id": INSTANCE}))
}

fn read(changes: Value) -> Step {
    Step::json(200, &instance(changes))
}

/// The answer to a change, which never shows it.
fn yes() -> Step {
    let result = json!({"id": INSTANCE, "features": {"call": false}, "status": "failed"});
    Step::json(200, &json!({"isSuccessful": true, "responseCode": "ok", "result": result}))
}

fn no(path: &str, value: &str) -> Step {
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

async fn run(bench: &Bench, plan: &SetupPlan) -> Result<SetupReport> {
    bench.connector.setup(&Cx::history(), plan).await
}

fn texts(report: &SetupReport) -> Vec<&str> {
    report.warnings.iter().map(Warning::text).collect()
}

/// As the integration is when it was just installed.
fn fresh() -> Value {
    json!({
        "features": {"call": false, "hangup": false, "sendSms": false},
        "baseUrl": "https://elsewhere.example.test/", "webHooks": [], "status": "notConfigured",
    })
}

#[tokio::test(start_paused = true)]
async fn a_fresh_integration_gets_features_address_schedules_and_a_webhook() {
    let steps = [read(fresh()), yes(), yes(), yes(), yes(), yes(), read(json!({}))];
    let bench = bench(steps);
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(bench.lines(), [GET, PATCH, PATCH, PATCH, PATCH, PATCH, GET]);
    let operation = |index: usize| bench.sent(index)["operations"][0].clone();
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
            "the base address is set to ours",
            "schedule communications/sync is made",
            "schedule setup/upgrade is made",
            "webhook crm-callbacks is made",
        ]
    );
    assert!(report.warnings.is_empty());
    let told = format!("{report:?}");
    assert!(!told.contains("canary") && !told.contains("elsewhere"), "{told}");
    assert!(bench.connector.capabilities().has(Capability::Setup));
}

#[tokio::test(start_paused = true)]
async fn twice_is_the_same_as_once() {
    let bench = bench([read(json!({}))]);
    assert_eq!(run(&bench, &plan()).await.unwrap(), SetupReport::default());
    assert_eq!(bench.lines(), [GET]);
}

/// As the integration is after a removal; the base address is Kontur's to take away.
fn removed() -> Value {
    json!({"features": {"call": false, "hangup": false, "sendSms": true}, "webHooks": []})
}

#[tokio::test(start_paused = true)]
async fn removal_takes_away_our_hooks_and_clicks() {
    let mut there = instance(json!({"features": {"call": true, "hangup": true, "sendSms": true}}));
    let foreign = json!({
        "id": "25d0c0de-5555-4e4e-aeae-000000000009", "relativeUrl": "communications/sync",
        "triggerType": "schedule", "schedule": {"period": "01:00:00"}, "disabled": false,
    });
    there["webHooks"].as_array_mut().unwrap().push(foreign.clone());
    let mut after = removed();
    after["webHooks"] = json!([foreign]);
    let bench = bench([Step::json(200, &there), yes(), yes(), yes(), yes(), read(after)]);
    let report = run(&bench, &SetupPlan::removal()).await.unwrap();
    assert_eq!(bench.lines(), [GET, PATCH, PATCH, PATCH, PATCH, GET]);
    for (index, hook) in (1..4).zip(there["webHooks"].as_array().unwrap()) {
        let path = format!("/webHooks/{}", hook["id"].as_str().unwrap());
        let operation = &bench.sent(index)["operations"][0];
        assert_eq!(*operation, json!({"op": "remove", "path": path}));
    }
    let features = json!({"call": false, "hangup": false, "sendSms": true});
    assert_eq!(bench.sent(4)["operations"][0]["value"], features, "sendSms is not ours");
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
async fn removal_of_what_is_not_registered_writes_nothing() {
    let bench = bench([read(removed())]);
    let report = run(&bench, &SetupPlan::removal()).await.unwrap();
    assert_eq!(bench.lines(), [GET]);
    assert_eq!(report, SetupReport::default());
}

#[tokio::test(start_paused = true)]
async fn removal_shown_only_writes_nothing() {
    let bench = bench([read(json!({}))]);
    let report = run(&bench, &SetupPlan::removal().shown_only()).await.unwrap();
    assert_eq!(bench.lines(), [GET]);
    assert_eq!(report.changes.len(), 4, "{:?}", report.changes);
}

#[tokio::test(start_paused = true)]
async fn removal_warns_that_the_base_address_stays() {
    let account = json!({
        "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
    });
    let bench = Bench::with([read(removed())], account, json!({"instance_id": INSTANCE}));
    let report = run(&bench, &SetupPlan::removal()).await.unwrap();
    assert!(texts(&report)[0].contains("uninstall the integration"), "{report:?}");
    assert!(!format!("{report:?}").contains("canary"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn the_account_says_the_address_where_the_plan_does_not() {
    let account = json!({
        "public_url": "https://pbx.example.test/", "inbound_secret": "canary-inbound-secret",
    });
    let bench = Bench::with([read(json!({}))], account, json!({"instance_id": INSTANCE}));
    let report = run(&bench, &SetupPlan::new(None)).await.unwrap();
    assert_eq!(report, SetupReport::default());

    let bench = self::bench([read(json!({"baseUrl": "https://elsewhere.example.test"}))]);
    let report = run(&bench, &SetupPlan::new(None)).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].contains("no inbound address"));
}

#[tokio::test(start_paused = true)]
async fn foreign_webhooks_stay_and_one_that_calls_the_same_is_taken_for_ours() {
    let hook = |id: u32, url: &str, more: Value| {
        let mut hook = json!({
            "id": format!("25d0c0de-5555-4e4e-aeae-{id:012}"), "relativeUrl": url,
            "triggerType": "schedule", "schedule": {"period": "01:00:00"}, "disabled": false,
        });
        super::people_support::merge(&mut hook, more);
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
    let bench = bench([read(json!({"webHooks": hooks})), yes(), yes(), read(json!({}))]);
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(
        report.changes,
        ["schedule communications/sync is put right", "webhook crm-callbacks is put right"]
    );
    let paths = |index: usize| {
        let sent = bench.sent(index);
        let operations = sent["operations"].as_array().unwrap().clone();
        assert!(operations.iter().all(|one| one["op"] == "replace"));
        operations[0]["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(paths(1), "/webHooks/25d0c0de-5555-4e4e-aeae-000000000502/relativeUrl");
    assert_eq!(paths(2), "/webHooks/25d0c0de-5555-4e4e-aeae-000000000503/relativeUrl");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_with_a_whole_address_is_made_to_follow_the_base_address() {
    let mut hooks = instance(json!({}))["webHooks"].clone();
    hooks[0]["relativeUrl"] = json!("https://elsewhere.example.test/communications/sync");
    let old = json!({"baseUrl": "https://elsewhere.example.test/", "webHooks": hooks});
    let bench = bench([read(old), yes(), yes(), read(json!({}))]);
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(
        report.changes,
        ["the base address is set to ours", "schedule communications/sync is put right"]
    );
    assert_eq!(bench.sent(2)["operations"][0]["value"], "communications/sync");
}

#[tokio::test(start_paused = true)]
async fn features_that_are_on_stay_on() {
    let features = json!({"features": {"call": true, "hangup": false, "sendSms": true}});
    let bench = bench([read(features), yes(), read(json!({}))]);
    run(&bench, &plan()).await.unwrap();
    assert_eq!(
        bench.sent(1)["operations"][0]["value"],
        json!({"call": true, "hangup": true, "sendSms": true})
    );
}

#[tokio::test(start_paused = true)]
async fn what_did_not_take_effect_is_a_warning_and_no_change() {
    let off = || json!({"features": {"call": false, "hangup": false}});
    let bench = bench([read(off()), yes(), read(off())]);
    let report = run(&bench, &plan()).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].contains("did not take effect"));
}

#[tokio::test(start_paused = true)]
async fn an_address_kontur_refuses_is_told_with_what_to_do_and_costs_nothing_else() {
    let bench = bench([
        read(fresh()),
        yes(),
        no("/baseUrl", INBOUND),
        yes(),
        yes(),
        yes(),
        read(json!({"baseUrl": "https://elsewhere.example.test"})),
    ]);
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(report.changes.len(), 4);
    let [warning] = texts(&report)[..] else { panic!("{report:?}") };
    assert!(warning.contains("manifest.json as baseUrl") && warning.contains("Uninstall"));
    assert!(!format!("{report:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_webhook_is_a_warning_of_its_own() {
    let hooks = instance(json!({}))["webHooks"].as_array().unwrap()[..2].to_vec();
    let without = || read(json!({"webHooks": hooks}));
    let bench = bench([without(), no("/webHooks", "x"), without()]);
    let report = run(&bench, &plan()).await.unwrap();
    assert!(report.changes.is_empty());
    assert!(texts(&report)[0].starts_with("webhook crm-callbacks: Kontur refused it"));
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_not_https_is_not_tried() {
    for mode in [SetupPlan::shown_only, |plan| plan] {
        let bench = bench([read(json!({"baseUrl": "https://elsewhere.example.test"}))]);
        let plan = SetupPlan::new(Some("http://127.0.0.1:8080/in/crm/x".parse().unwrap()));
        let report = run(&bench, &mode(plan)).await.unwrap();
        assert!(report.changes.is_empty());
        assert!(texts(&report)[0].contains("no https address"), "{report:?}");
        assert_eq!(bench.lines(), [GET]);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_it_looks_before_it_makes_another() {
    let hooks = instance(json!({}))["webHooks"].as_array().unwrap()[..2].to_vec();
    let without = || read(json!({"webHooks": hooks}));
    let lost = || Step::Fail(TransportError::Broken("reset".into()));
    // It was carried out.
    let bench = bench([without(), lost(), read(json!({})), read(json!({}))]);
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(report.changes, ["webhook crm-callbacks is made"]);
    assert_eq!(bench.lines(), [GET, PATCH, GET, GET]);
    // It was not.
    let bench = self::bench([without(), lost(), without()]);
    let error = run(&bench, &plan()).await.unwrap_err();
    assert_eq!(error.effect(), vochi_crm_core::Effect::Maybe);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_again_is_said() {
    let off = json!({"features": {"call": false, "hangup": false}});
    let bench = Bench::with(
        [read(off), yes(), html()],
        json!({"retries": 0}),
        json!({"instance_id": INSTANCE}),
    );
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(report.changes.len(), 1);
    assert!(texts(&report)[0].contains("could not be read"));
}

#[tokio::test(start_paused = true)]
async fn shown_only_it_reads_and_writes_nothing() {
    let bench = bench([read(fresh())]);
    let shown = run(&bench, &plan().shown_only()).await.unwrap();
    assert_eq!(bench.lines(), [GET]);
    assert_eq!(shown.changes.len(), 5);
    assert!(!format!("{shown:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn a_public_integration_is_set_up_once() {
    let config = || {
        json!({
            "access_key": null, "api_key": "canary-api-key",
            "integration_secret": "secretKey=canary-secret",
        })
    };
    let key = || super::people_support::authorized("vochi-demo");
    let unset = || read(json!({"status": 0}));
    let ok = Step::json(200, &json!("OK"));
    let bench = Bench::with([key(), unset(), ok, read(json!({}))], json!({}), config());
    let report = run(&bench, &plan()).await.unwrap();
    assert_eq!(report.changes, ["the integration is set up"]);
    assert_eq!(bench.lines()[1..], [GET, SETUP, GET]);
    assert_eq!(bench.sent(2), json!({}));

    let ok = Step::json(200, &json!("OK"));
    let bench = Bench::with([key(), unset(), ok, unset()], json!({}), config());
    let report = run(&bench, &plan()).await.unwrap();
    assert!(texts(&report)[0].contains("still calls"));

    let bench = Bench::with([key(), read(json!({}))], json!({}), config());
    assert_eq!(run(&bench, &plan()).await.unwrap(), SetupReport::default());
    // It does not concern private ones.
    let bench = self::bench([unset()]);
    assert_eq!(run(&bench, &plan()).await.unwrap(), SetupReport::default());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_integration_says_what_to_correct() {
    let gone = json!({"status": "notFound", "message": "IntegrationInstance not found"});
    let bench = bench([Step::json(409, &gone)]);
    let error = run(&bench, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("instance_id"), "{error}");
    let bench = Bench::new([]);
    let error = run(&bench, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_dry_run_shows_the_requests_and_no_secret() {
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
