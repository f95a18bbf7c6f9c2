//! Registration of webhooks.

use serde_json::{Value, json};
use vochi_crm_core::connector::SetupPlan;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, Hub};

use super::support::{Bench, INBOUND_SECRET, created, nothing, open, success};

const PUBLIC: &str = "https://pbx.example.test";

fn address() -> String {
    format!("{PUBLIC}/in/agency/{INBOUND_SECRET}/hook")
}

fn bench(steps: impl IntoIterator<Item = Step>) -> Bench {
    Bench::with(steps, json!({"public_url": PUBLIC}))
}

fn hook(id: u64, kind: u16, url: &str, method: &str, note: &str) -> Value {
    json!({"id": id, "type_id": kind, "url": url, "method": method, "note": note})
}

fn hooks(all: &[Value]) -> Step {
    Step::json(200, &json!({"records": all}))
}

async fn run(bench: &Bench, plan: SetupPlan) -> Vec<String> {
    let report = bench.connector.setup(&Cx::history(), &plan).await.unwrap();
    assert_eq!(bench.script.left(), 0, "{:?}", bench.lines());
    report.changes
}

#[tokio::test(start_paused = true)]
async fn missing_webhooks_are_created_with_post() {
    let steps = [nothing(), created(1), created(2), created(3), created(4)];
    let bench = bench(steps);
    let changes = run(&bench, SetupPlan::new(None)).await;
    assert_eq!(changes[0], "create webhook 47 (phone_clicked)");
    assert_eq!(
        bench.body(1),
        json!({"type_id": 47, "method": "POST", "url": address(), "note": "vochi-crm"})
    );
    let types: Vec<Value> = (1..5).map(|index| bench.body(index)["type_id"].clone()).collect();
    assert_eq!(types, [47, 44, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn own_webhooks_are_corrected_and_repeated_ones_deleted() {
    let old = format!("{PUBLIC}/in/agency/old-secret/hook");
    let all = [
        hook(1, 47, &address(), "POST", ""),
        hook(2, 47, &address(), "POST", "vochi-crm"),
        hook(3, 3, &old, "POST", "vochi-crm"),
        hook(4, 4, &address(), "GET", ""),
        hook(5, 44, &address(), "POST", ""),
    ];
    let bench = bench([hooks(&all), success(), success(), success()]);
    let changes = run(&bench, SetupPlan::new(None)).await;
    assert_eq!(
        changes,
        [
            "delete webhook 47 (phone_clicked) (2)",
            "change webhook 3 (client_created) (3): address, POST",
            "change webhook 4 (client_changed) (4): address, POST",
        ]
    );
    assert_eq!(
        bench.lines()[1..],
        ["POST webhook/delete/2", "POST webhook/update/3", "POST webhook/update/4"]
    );
    assert_eq!(bench.body(2)["url"], address());
}

#[tokio::test(start_paused = true)]
async fn webhooks_of_others_stay_and_another_click_is_a_warning() {
    let others = [
        hook(1, 47, "https://other.example.test/in/agency/x/hook", "POST", "vochi-crm"),
        hook(2, 3, &format!("{PUBLIC}/in/another/x/hook"), "POST", "vochi-crm"),
        hook(3, 4, &format!("{PUBLIC}/in/agency/x/hook"), "POST", "another program"),
    ];
    let removal = bench([hooks(&others)]);
    assert_eq!(run(&removal, SetupPlan::removal()).await, [""; 0]);
    let steps = [hooks(&others), created(1), created(2), created(3), created(4)];
    let bench = bench(steps);
    let report = bench.connector.setup(&Cx::history(), &SetupPlan::new(None)).await.unwrap();
    assert_eq!(report.changes.len(), 4);
    assert!(report.warnings[0].text().contains("may start two calls"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn removal_deletes_every_own_webhook() {
    let all = [
        hook(1, 47, &address(), "POST", ""),
        hook(2, 60, &address(), "POST", ""),
        hook(3, 3, "https://other.example.test/hook", "POST", ""),
    ];
    // One is gone already.
    let bench = bench([hooks(&all), success(), nothing()]);
    run(&bench, SetupPlan::removal()).await;
    assert_eq!(bench.lines()[1..], ["POST webhook/delete/1", "POST webhook/delete/2"]);
}

#[tokio::test(start_paused = true)]
async fn shown_setup_writes_nothing() {
    let bench = bench([nothing()]);
    assert_eq!(run(&bench, SetupPlan::new(None).shown_only()).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn setup_without_an_address_names_the_key() {
    let connector = open(&Hub::new().unwrap(), &json!({})).unwrap();
    let error = connector.setup(&Cx::history(), &SetupPlan::new(None)).await.unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("public_url")));
}
