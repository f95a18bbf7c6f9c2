//! Checks of corporate customers, contacts, companies and notes.

use serde_json::{Value, json};

use super::{CHOICE, Case, INVALID, case, entity, input, says};
use crate::support::{CORPORATE, Wire, corporate, field, note};

fn edit(path: &str, name: &str, value: &Value) -> Wire {
    let form = field("by", "id") + "&" + &field(name, &value.to_string());
    let form = if path.ends_with("/edit") && path.matches('/').count() > 1 {
        field("entityBy", "id") + "&" + &form
    } else {
        form
    };
    Wire::post(&format!("{CORPORATE}/{path}"), form)
}

fn notes() -> Vec<Case> {
    vec![
        case(
            "note.known",
            Wire::post("/api/v5/customers/notes/300/delete", ""),
            404,
            says("Not found"),
        ),
        // The note is on a customer, not on a corporate one.
        case(
            "note.known",
            Wire::post("/api/v5/customers-corporate/notes/301/delete", ""),
            404,
            says("Not found"),
        ),
        case(
            "site.needed",
            Wire::post("/api/v5/customers/notes/create", field("note", &note().to_string())),
            400,
            says("Parameter 'site' is missing"),
        ),
        case(
            "query.filter_known",
            Wire::get("/api/v5/customers/notes?filter[customer][]=60"),
            400,
            input("children[customer]", INVALID),
        ),
        case(
            "parameter.written_object",
            Wire::post("/api/v5/customers/notes/create", "site=shop-one&note=[]"),
            400,
            entity("note", INVALID),
        ),
    ]
}

fn parts() -> Vec<Case> {
    vec![
        case(
            "contact.known",
            edit("5041/contacts/946/edit", "contact", &json!({"isMain": true})),
            404,
            says("Not found"),
        ),
        case(
            "company.known",
            edit("5041/companies/772/edit", "company", &json!({"name": "ООО"})),
            404,
            says("Not found"),
        ),
        case(
            "query.by",
            Wire::post(
                &format!("{CORPORATE}/5041/contacts/944/edit"),
                "by=id&entityBy=phone&contact={}",
            ),
            400,
            input("entityBy", CHOICE),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        // The externalId of a corporate customer in any shop.
        case(
            "corporate.externalId.value",
            edit("5041/edit", "customerCorporate", &json!({"externalId": "corp-5042"})),
            400,
            entity("externalId", "This value is already used."),
        ),
        case(
            "corporate.known",
            edit("60/edit", "customerCorporate", &json!({"vip": true})),
            404,
            says("Not found"),
        ),
        case(
            "site.needed",
            Wire::post(
                &format!("{CORPORATE}/create"),
                field("customerCorporate", &corporate().to_string()),
            ),
            400,
            says("Parameter 'site' is missing"),
        ),
        case(
            "parameter.given",
            Wire::post(&format!("{CORPORATE}/5041/contacts/create"), "by=id"),
            400,
            says("Parameter 'contact' is missing"),
        ),
    ];
    cases.extend(parts());
    cases.extend(notes());
    cases
}
