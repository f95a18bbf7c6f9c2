//! Checks of tasks.

use super::{Case, INVALID, case, entity, input, says};
use crate::support::{TASKS, Wire, edit_task, field, send_task, task};

pub(super) fn cases() -> Vec<Case> {
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
