//! `changes`: what is new among the customers.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::API_KEY;

use crate::support::{Stage, keys};

/// The path of the history, which the stand-in does not have: a fault answers in its place.
const HISTORY: &str = "/api/v5/customers/history";

fn tell(stage: &Stage, history: &Value) {
    let count = history.as_array().map_or(0, Vec::len);
    let body = json!({
        "success": true, "generatedAt": "2026-03-14 11:00:00", "history": history,
        "pagination": {"limit": 100, "totalCount": count, "currentPage": 1, "totalPageCount": 1},
    });
    stage.fault(|fault| fault.path(HISTORY).body(body.to_string()));
}

fn change(id: u64, customer: u64) -> Value {
    json!({
        "id": id, "createdAt": "2026-03-14 10:05:00", "source": "user", "user": {"id": 7},
        "field": "phones", "oldValue": null, "newValue": "+375446370646",
        "customer": {"id": customer, "site": "shop-one"},
    })
}

#[test]
fn changed_customers_come_one_a_line_and_the_cursor_last() {
    let stage = Stage::new();
    tell(
        &stage,
        &json!([change(2695, 202), change(2696, 201), change(2699, 202)]),
    );
    let ran = stage.json(&["changes", "--since", "2691"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran}")))
        .collect();
    let [first, second, end] = lines.as_slice() else {
        panic!("two customers and the cursor: {ran}")
    };
    assert_eq!(
        keys(first),
        ["customer", "ok"],
        "the keys of a customer's line"
    );
    assert_eq!(
        (&first["customer"]["id"], &second["customer"]["id"]),
        (&json!("201"), &json!("202")),
        "each once, the one that changed last at the end: {ran}"
    );
    assert_eq!(
        keys(&first["customer"]),
        ["company", "id", "kind", "name", "responsible", "url"],
        "the keys of a customer"
    );
    assert_eq!(
        first["customer"]["responsible"]["extension"], "151",
        "{ran}"
    );
    assert_eq!(
        *end,
        json!({"ok": true, "cursor": "2699", "customers": 2}),
        "the new cursor"
    );
}

#[test]
fn where_nothing_changed_the_cursor_stays() {
    let stage = Stage::new();
    tell(&stage, &json!([]));
    let value = stage.json(&["changes", "--since", "2691"]).ends(0);
    assert_eq!(
        value,
        json!({"ok": true, "cursor": "2691", "customers": 0}),
        "the cursor alone"
    );
    tell(&stage, &json!([change(2695, 201)]));
    let ran = stage.run(&["changes", "--since", "2691"]);
    assert!(ran.stdout.contains("Ольга"), "people read the name: {ran}");
    assert!(
        ran.stdout.ends_with("cursor: 2695\n"),
        "people read the cursor: {ran}"
    );
}

#[test]
fn a_cursor_that_is_none_is_bad_input() {
    let stage = Stage::new();
    let value = stage.json(&["changes", "--since", "yesterday"]).ends(4);
    assert_eq!(value["error"]["kind"], "input", "{value}");
    assert_eq!(stage.requests(), 0, "nothing went out");
}

#[test]
fn a_dry_run_of_changes_shows_the_first_question() {
    let stage = Stage::new();
    let ran = stage.json(&["--dry-run", "changes", "--since", "2691"]);
    let value = ran.ends(0);
    let url = value["requests"][0]["url"].as_str().unwrap_or_default();
    assert!(url.contains(HISTORY) && url.contains("2691"), "{ran}");
    assert!(!ran.stdout.contains(API_KEY), "the key is not shown: {ran}");
    assert_eq!(stage.requests(), 0, "nothing went out");
}
