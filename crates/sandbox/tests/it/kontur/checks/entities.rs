//! Checks of patches that no schema generates.

use serde_json::{Value, json};

use super::{Case, Says, case};
use crate::kontur::support::{CONTACT, INSTANCE, patch};
use crate::support::with;

fn change(row: &'static str, operations: &Value, kind: &'static str) -> Case {
    case(row, patch(INSTANCE, operations), Says::Patch(kind))
}

fn hook(changes: Value) -> Value {
    let hook = json!({
        "id": "25d0c0de-5555-4e4e-aeae-000000000503",
        "relativeUrl": "crm-callbacks",
        "triggerType": "entityEvent",
        "filter": {"items": [{"entityType": "contact"}]},
        "schedule": {},
        "disabled": false,
    });
    json!([{"op": "add", "path": "/webHooks", "value": with(hook, changes)}])
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        change(
            "patch.paths",
            &json!([{"op": "replace", "path": "/id", "value": "x"}]),
            "invalidPaths",
        ),
        change(
            "patch.paths",
            &json!([{"op": "add", "path": "/webHooks/-", "value": {}}]),
            "invalidPaths",
        ),
        change("patch.paths", &json!([{"op": "remove", "path": "/webHooks/0"}]), "invalidPaths"),
        change(
            "patch.paths",
            &json!([{"op": "add", "path": "/IntegrationInstance", "value": {}}]),
            "invalidPaths",
        ),
        case(
            "patch.paths",
            patch(CONTACT, &json!([{"op": "Remove", "path": "/phones/0"}])),
            Says::Status("invalidArgs", "Patch contains invalid operations"),
        ),
        change(
            "patch.features_form",
            &json!([{"op": "replace", "path": "/features", "value": {"call": "True"}}]),
            "invalidValueTypes",
        ),
        change("patch.web_hook_form", &hook(json!({"filter": {"items": []}})), "invalidValueTypes"),
        change("patch.web_hook_form", &hook(json!({"triggerType": "event"})), "invalidValueTypes"),
        change(
            "patch.web_hook_form",
            &hook(json!({"triggerType": "schedule", "schedule": {"period": "5m"}})),
            "invalidValueTypes",
        ),
        change(
            "patch.web_hook_url",
            &hook(json!({"relativeUrl": "/crm-callbacks"})),
            "invalidDatas",
        ),
    ]
}
