//! Checks of corporate customers, contacts, companies and notes.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, case, entity, input, says};
use crate::support::{CORPORATE, Wire, corporate, field, note, send_corporate, send_note, with};

const SET_ONE: &str = "Set one of the following fields: id, externalId";

/// A new corporate customer with these changes, refused for this field.
fn created(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_corporate(&with(corporate(), changes));
    case(row, wire, 400, entity(at, text))
}

fn edit(path: &str, name: &str, value: &Value) -> Wire {
    let form = field("by", "id") + "&" + &field(name, &value.to_string());
    let form = if path.ends_with("/edit") && path.matches('/').count() > 1 {
        field("entityBy", "id") + "&" + &form
    } else {
        form
    };
    Wire::post(&format!("{CORPORATE}/{path}"), form)
}

fn edited(row: &'static str, changes: &Value, at: &str, text: &str) -> Case {
    let wire = edit("5041/edit", "customerCorporate", changes);
    case(row, wire, 400, entity(at, text))
}

fn contact(row: &'static str, contact: &Value, at: &str, text: &str) -> Case {
    let wire = edit("5041/contacts/create", "contact", contact);
    case(row, wire, 400, entity(at, text))
}

fn company(row: &'static str, company: &Value, at: &str, text: &str) -> Case {
    let wire = edit("5041/companies/create", "company", company);
    case(row, wire, 400, entity(at, text))
}

fn noted(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_note(&with(note(), changes));
    case(row, wire, 400, entity(at, text))
}

fn notes() -> Vec<Case> {
    vec![
        noted("note.known_fields", json!({"kind": "call"}), "kind", EXTRA),
        noted(
            "note.known_fields",
            json!({"customer": {"id": 60, "name": "Иван"}}),
            "customer.name",
            EXTRA,
        ),
        noted("note.nothing_empty", json!({"text": ""}), "text", BLANK),
        noted("note.customer_given", json!({"customer": null}), "customer", SET_ONE),
        noted("note.customer_given", json!({"customer": {}}), "customer", SET_ONE),
        noted("note.customer_known", json!({"customer": {"id": 4711}}), "customer", CHOICE),
        // A corporate customer's id is not a customer's id.
        noted("note.customer_known", json!({"customer": {"id": 5041}}), "customer", CHOICE),
        noted("note.text_given", json!({"text": null}), "text", BLANK),
        noted("note.text_given", json!({"text": 5}), "text", INVALID),
        noted("note.manager_form", json!({"managerId": "7"}), "managerId", INVALID),
        noted("note.manager_known", json!({"managerId": 4711}), "managerId", CHOICE),
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
    let by_id = json!({"customer": {"id": 61}});
    vec![
        contact(
            "contact.known_fields",
            &with(by_id.clone(), json!({"phone": "+375291112233"})),
            "phone",
            EXTRA,
        ),
        contact(
            "contact.nothing_empty",
            &with(by_id.clone(), json!({"companies": []})),
            "companies",
            BLANK,
        ),
        contact("contact.customer_given", &json!({"isMain": true}), "customer", SET_ONE),
        contact("contact.customer_given", &json!({"customer": {}}), "customer", SET_ONE),
        contact("contact.customer_known", &json!({"customer": {"id": 4711}}), "customer", CHOICE),
        created(
            "contact.customer_known",
            json!({"customerContacts": [{"customer": {"externalId": "ext-99"}}]}),
            "customerContacts[0].customer",
            CHOICE,
        ),
        contact("contact.others", &with(by_id.clone(), json!({"isMain": 1})), "isMain", INVALID),
        contact(
            "contact.others",
            &with(by_id.clone(), json!({"companies": [771]})),
            "companies",
            INVALID,
        ),
        contact(
            "contact.companies_known",
            &with(by_id, json!({"companies": [{"id": 772}]})),
            "companies",
            CHOICE,
        ),
        case(
            "contact.known",
            edit("5041/contacts/946/edit", "contact", &json!({"isMain": true})),
            404,
            says("Not found"),
        ),
        company("company.known_fields", &json!({"name": "ООО", "phone": "1"}), "phone", EXTRA),
        company("company.nothing_empty", &json!({"name": "ООО", "brand": ""}), "brand", BLANK),
        company("company.name_given", &json!({"brand": "Проба"}), "name", BLANK),
        created(
            "company.name_given",
            json!({"companies": [{"brand": "Проба"}]}),
            "companies[0].name",
            BLANK,
        ),
        company("company.others", &json!({"name": "ООО", "active": "yes"}), "active", INVALID),
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
        created("corporate.known_fields", json!({"company": "ООО"}), "company", EXTRA),
        edited(
            "corporate.known_fields",
            &json!({"companies": [{"name": "ООО"}]}),
            "companies",
            EXTRA,
        ),
        created("corporate.nothing_empty", json!({"addTags": []}), "addTags", BLANK),
        created("corporate.nick_name_given", json!({"nickName": null}), "nickName", BLANK),
        edited(
            "corporate.external_id_free",
            &json!({"externalId": "corp-5042"}),
            "externalId",
            "This value is already used.",
        ),
        created("corporate.type", json!({"type": "customer"}), "type", CHOICE),
        created("corporate.texts", json!({"nickName": 5}), "nickName", INVALID),
        created("corporate.manager_form", json!({"managerId": "7"}), "managerId", INVALID),
        edited("corporate.manager_known", &json!({"managerId": 4711}), "managerId", CHOICE),
        created("corporate.others", json!({"vip": 1}), "vip", INVALID),
        created("corporate.others", json!({"customFields": [1]}), "customFields", INVALID),
        created(
            "corporate.parts_form",
            json!({"customerContacts": [60]}),
            "customerContacts",
            INVALID,
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
