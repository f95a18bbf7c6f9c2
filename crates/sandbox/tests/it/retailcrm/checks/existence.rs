//! Checks that the entities of a path exist.

use serde_json::{Value, json};

use super::{Case, case, entity, says};
use crate::support::{CORPORATE, CUSTOMERS, FILES, ORDERS, TASKS, Wire, edit_order, edit_task};
use crate::support::{field, task};

pub(super) fn edit(path: &str, name: &str, value: &Value) -> Wire {
    let by = if path.matches('/').count() > 1 { "by=id&entityBy=id&" } else { "by=id&" };
    Wire::post(&format!("{CORPORATE}/{path}"), by.to_owned() + &field(name, &value.to_string()))
}

pub(super) fn cases() -> Vec<Case> {
    let get = |base: &str, rest: &str| Wire::get(&format!("{base}/{rest}"));
    let mut cases: Vec<Case> = [
        ("user.known", Wire::get("/api/v5/users/4711")),
        ("module.known", Wire::get("/api/v5/integration-modules/another")),
        // Without by=id the id is an externalId, which is unknown here.
        ("customer.known", get(CUSTOMERS, "60?site=shop-one")),
        ("customer.known", get(CUSTOMERS, "4711?by=id")),
        ("corporate.known", get(CORPORATE, "60/contacts?by=id")),
        ("corporate.known", edit("60/edit", "customerCorporate", &json!({"vip": true}))),
        ("contact.known", edit("5041/contacts/946/edit", "contact", &json!({"isMain": true}))),
        ("company.known", edit("5041/companies/772/edit", "company", &json!({"name": "ООО"}))),
        ("note.known", Wire::post(&format!("{CUSTOMERS}/notes/300/delete"), "")),
        // The note is on a customer, not on a corporate one.
        ("note.known", Wire::post(&format!("{CORPORATE}/notes/301/delete"), "")),
        ("order.known", get(ORDERS, "501?site=shop-one")),
        ("order.known", get(ORDERS, "4711?by=id")),
        ("task.known", get(TASKS, "4711")),
        ("task.known", get(TASKS, "ext-1")),
        ("task.known", edit_task(4711, &task())),
        ("file.known", get(FILES, "4711")),
        ("file.known", get(FILES, "4711/download")),
        ("file.known", Wire::post(&format!("{FILES}/4711/delete"), "")),
    ]
    .into_iter()
    .map(|(row, wire)| case(row, wire, 404, says("Not found")))
    .collect();
    let manager = json!({"managerId": 7});
    cases.extend([
        case("order.known_to_edit", edit_order(4711, &manager), 404, says("Not found map")),
        Case {
            arrange: |sandbox| sandbox.retailcrm().merge_customer(60, 61),
            ..case(
                "customer.not_merged",
                Wire::post(&format!("{CUSTOMERS}/60/edit"), "by=id&customer={\"vip\":true}"),
                404,
                says("An attempt was made to edit a nonexistent record"),
            )
        },
        // An edited entity keeps its own externalId, and takes none of another one.
        case(
            "order.externalId.value",
            edit_order(501, &json!({"externalId": "site-1499"})),
            400,
            entity("externalId", "This value is already used."),
        ),
        case(
            "corporate.externalId.value",
            edit("5041/edit", "customerCorporate", &json!({"externalId": "corp-5042"})),
            400,
            entity("externalId", "This value is already used."),
        ),
    ]);
    cases
}
