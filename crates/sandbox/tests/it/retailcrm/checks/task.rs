//! Checks of tasks.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, case, entity, input, says};
use crate::support::{TASKS, Wire, edit_task, field, send_task, task, with};

fn not_loaded(at: &str, text: &str) -> Value {
    json!({"success": false, "errorMsg": "Task is not loaded", "errors": {at: text}})
}

/// A new task with these changes, refused for this field.
fn created(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_task(&with(task(), changes));
    case(row, wire, 400, not_loaded(at, text))
}

fn asked() -> Vec<Case> {
    let get = |rest: &str| Wire::get(&format!("{TASKS}{rest}"));
    vec![
        case(
            "parameter.given",
            Wire::post(&format!("{TASKS}/create"), "site=shop-one"),
            400,
            says("Parameter 'task' is missing"),
        ),
        case(
            "parameter.scalar",
            Wire::post(&format!("{TASKS}/create"), "task[text]=1"),
            400,
            says("Input value \"task\" contains a non-scalar value."),
        ),
        case(
            "parameter.written_object",
            Wire::post(&format!("{TASKS}/433/edit"), "task=1"),
            400,
            entity("task", INVALID),
        ),
        case(
            "site.needed",
            Wire::post(&format!("{TASKS}/create"), field("task", &task().to_string())),
            400,
            says("Parameter 'site' is missing"),
        ),
        case(
            "query.filter_known",
            get("?filter[performerId]=7"),
            400,
            input("children[performerId]", INVALID),
        ),
        case(
            "query.filter_value",
            get("?filter[status]=done"),
            400,
            input("children[status]", INVALID),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["task_read"]),
            ..case("key.scope", send_task(&task()), 403, says("Access denied."))
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["task_write"]),
            ..case("key.scope", get("/433"), 403, says("Access denied."))
        },
        case("task.known", get("/4711"), 404, says("Not found")),
        case("task.known", get("/ext-1"), 404, says("Not found")),
        case("task.known", edit_task(4711, &task()), 404, says("Not found")),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = asked();
    cases.extend([
        created("task.known_fields", json!({"managerId": 7}), "managerId", EXTRA),
        created(
            "task.known_fields",
            json!({"order": {"id": 501, "status": "new"}}),
            "order.status",
            EXTRA,
        ),
        created("task.nothing_empty", json!({"commentary": ""}), "commentary", BLANK),
        created("task.text_given", json!({"text": null}), "text", BLANK),
        created("task.performer_given", json!({"performerId": null}), "performerId", BLANK),
        case(
            "task.performer_kept",
            edit_task(433, &json!({"text": "Позвонить ещё раз"})),
            400,
            not_loaded("performerId", BLANK),
        ),
        created("task.texts", json!({"text": 5}), "text", INVALID),
        created("task.texts", json!({"phone": 375}), "phone", INVALID),
        created("task.datetime", json!({"datetime": "2026-03-14 11:20:00"}), "datetime", INVALID),
        created("task.datetime", json!({"datetime": "2026-02-30 11:20"}), "datetime", INVALID),
        created("task.flags", json!({"complete": "true"}), "complete", INVALID),
        created("task.performer_form", json!({"performerId": "7"}), "performerId", INVALID),
        created("task.performer_known", json!({"performerId": 4711}), "performerId", CHOICE),
        created(
            "task.link_form",
            json!({"customer": {"site": "shop-one"}}),
            "customer",
            "Set one of the following fields: id, externalId",
        ),
        created(
            "task.link_form",
            json!({"order": {}}),
            "order",
            "Set one of the following fields: id, externalId, number",
        ),
        created(
            "task.link_known",
            json!({"customer": {"id": 204, "site": "shop-one"}}),
            "customer",
            CHOICE,
        ),
        created("task.link_known", json!({"order": {"number": "4711A"}}), "order", CHOICE),
        created("task.phone_form", json!({"phone": "8 (029) 111-22-33"}), "phone", INVALID),
        created(
            "task.phone_site",
            json!({"phone": "+375291112233", "phoneSite": "shop-nine"}),
            "phoneSite",
            CHOICE,
        ),
        created("task.phone_site", json!({"phoneSite": "shop-one"}), "phone", BLANK),
    ]);
    cases
}
