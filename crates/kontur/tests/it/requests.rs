//! Compares every fixture request byte by byte.

use serde_json::{Value, json};
use vochi_crm_core::http::Operation as _;
use vochi_crm_core::testing::conformance::Operation;
use vochi_crm_kontur::api::{NewWebhook, PatchInstance};
use vochi_crm_kontur::model::{InstanceId, WebhookId};

use super::conformance::Kontur;
use super::fixture::{Fixture, assert_same, names};
use super::operations::{INSTANCE, WITHOUT_OPERATION, by_path, operation_of};

fn compare(name: &str, operation: &Operation<Kontur>, wanted: &Value) {
    let request = operation.request().unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_same(name, &request, wanted);
    // The client may repeat the request, so two encodings must be equal.
    let again = operation.request().unwrap();
    assert_eq!(again.body_ref().encode(), request.body_ref().encode());
}

#[test]
fn every_fixture_request_is_as_documented() {
    let mut seen = 0;
    for name in names() {
        let fixture = Fixture::open(&name);
        if fixture.is_to_kontur() && !WITHOUT_OPERATION.contains(&name.as_str()) {
            compare(&name, &operation_of(&name), fixture.request());
            seen += 1;
        }
    }
    assert!(seen > 25, "only {seen} fixtures");
}

#[test]
fn every_scenario_request_is_as_documented() {
    let mut seen = 0;
    for name in names().iter().filter(|name| name.starts_with("scenario-")) {
        for step in Fixture::open(name).our_steps() {
            compare(name, &by_path(name, &step["request"]), &step["request"]);
            seen += 1;
        }
    }
    assert!(seen > 40, "only {seen} steps");
}

#[test]
fn webhook_is_replaced_by_field_and_removed_by_id() {
    let id = WebhookId::new("25d0c0de-5555-4e4e-aeae-000000000502").unwrap();
    let hourly = NewWebhook::every(std::time::Duration::from_secs(3661), "communications/sync");
    let patch = PatchInstance::new(InstanceId::new(INSTANCE).unwrap())
        .replace_webhook(&id, &hourly.disabled())
        .remove_webhook(&id);
    let request = patch.request().unwrap();
    let body: Value = serde_json::from_slice(&request.body_ref().encode()).unwrap();
    let at = |member: &str| format!("/webHooks/{id}{member}");
    assert_eq!(
        body,
        json!({"operations": [
            {"op": "replace", "path": at("/relativeUrl"), "value": "communications/sync"},
            {"op": "replace", "path": at("/triggerType"), "value": "schedule"},
            {"op": "replace", "path": at("/filter"), "value": {"items": []}},
            {"op": "replace", "path": at("/schedule"), "value": {"period": "01:01:01"}},
            {"op": "replace", "path": at("/disabled"), "value": true},
            {"op": "remove", "path": at("")},
        ]})
    );
}
