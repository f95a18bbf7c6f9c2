//! Checks of contacts, companies and patches.

use serde_json::{Value, json};

use super::{Case, Says, case};
use crate::kontur::support::{CONTACT, INSTANCE, WS, patch, write};
use crate::support::with;

fn contacts(row: &'static str, body: &Value, field: &'static str) -> Case {
    let wire = write("POST", &format!("{WS}/contacts/create"), body);
    case(row, wire, Says::Problem(field, ""))
}

fn company(row: &'static str, body: &Value, field: &'static str) -> Case {
    let wire = write("POST", &format!("{WS}/companies"), body);
    case(row, wire, Says::Problem(field, ""))
}

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

fn not_a_patch(body: &Value) -> Case {
    let wire = write("PATCH", INSTANCE, body);
    case("patch.operations", wire, Says::Problem("operations", ""))
}

pub(super) fn cases() -> Vec<Case> {
    let remove = json!({"op": "remove", "path": "/features/call"});
    vec![
        contacts("contacts.items", &json!({}), "items"),
        contacts("contacts.items", &json!({"items": []}), "items"),
        contacts("contacts.items", &json!({"items": {"name": "Нина"}}), "items"),
        contacts(
            "entity.known_fields",
            &json!({"items": [{"name": "Нина", "phone": "375291112233"}]}),
            "items[0].phone",
        ),
        company("entity.known_fields", &json!({"name": "Лютик", "unp": "1"}), "unp"),
        contacts("entity.name_given", &json!({"items": [{}]}), "items[0].name"),
        company("entity.name_given", &json!({"inn": "6663003127"}), "name"),
        company(
            "entity.phones_form",
            &json!({"name": "Лютик", "phones": ["375291112233"]}),
            "phones",
        ),
        contacts(
            "entity.phones_form",
            &json!({"items": [{"name": "Нина", "emails": [{"value": "nina@example.org"}]}]}),
            "items[0].emails",
        ),
        not_a_patch(&json!({"operations": []})),
        not_a_patch(&json!({"operations": [{"op": "move", "path": "/features"}]})),
        not_a_patch(&json!({"operations": [{"op": "add", "path": "/webHooks"}]})),
        not_a_patch(&json!({"operations": [remove], "more": 1})),
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
