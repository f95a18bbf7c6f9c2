//! Checks of customers.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, case, entity, input, of_strict, says};
use crate::support::{CREATE, CUSTOMERS, Wire, customer, field, send_customer, with};

/// A new customer with these changes, refused for this field.
fn created(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_customer(&with(customer(), changes));
    case(row, wire, 400, entity(at, text))
}

fn edited(row: &'static str, changes: &Value, at: &str, text: &str) -> Case {
    let form = field("by", "id") + "&" + &field("customer", &changes.to_string());
    let wire = Wire::post(&format!("{CUSTOMERS}/60/edit"), form);
    case(row, wire, 400, entity(at, text))
}

fn written() -> Vec<Case> {
    vec![
        of_strict(case(
            "customer.external_id_given",
            send_customer(&with(customer(), json!({"externalId": null}))),
            400,
            says("Parameter 'externalId' in 'customer' is missing"),
        )),
        created("customer.known_fields", json!({"company": "ООО"}), "company", EXTRA),
        created(
            "customer.known_fields",
            json!({"phones": [{"number": "1", "type": "home"}]}),
            "phones[0].type",
            EXTRA,
        ),
        edited("customer.known_fields", &json!({"segments": [1]}), "segments", EXTRA),
        created("customer.nothing_empty", json!({"lastName": ""}), "lastName", BLANK),
        edited("customer.nothing_empty", &json!({"phones": []}), "phones", BLANK),
        created(
            "customer.first_name_given",
            json!({"firstName": null}),
            "firstName",
            "Specify the first name",
        ),
        created(
            "customer.external_id_free",
            json!({"externalId": "ext-60"}),
            "externalId",
            "This value is already used.",
        ),
        edited(
            "customer.external_id_free",
            &json!({"externalId": "ext-61"}),
            "externalId",
            "This value is already used.",
        ),
        created("customer.type", json!({"type": "customer_corporate"}), "type", CHOICE),
        created("customer.texts", json!({"firstName": 5}), "firstName", INVALID),
        created("customer.flags", json!({"vip": "true"}), "vip", INVALID),
        created("customer.phones_form", json!({"phones": ["+375291112233"]}), "phones", INVALID),
        created("customer.phones_form", json!({"phones": "375291112233"}), "phones", INVALID),
        created("customer.manager_form", json!({"managerId": "7"}), "managerId", INVALID),
        edited("customer.manager_known", &json!({"managerId": 4711}), "managerId", CHOICE),
        created("customer.dates", json!({"birthday": "14.03.1990"}), "birthday", INVALID),
        created(
            "customer.dates",
            json!({"createdAt": "2026-02-30 10:00:00"}),
            "createdAt",
            INVALID,
        ),
        created("customer.objects", json!({"customFields": [1]}), "customFields", INVALID),
        created("customer.tags", json!({"addTags": "vip"}), "addTags", INVALID),
        created("customer.others", json!({"sex": "м"}), "sex", CHOICE),
        created("customer.others", json!({"source": {"from": "call"}}), "source", INVALID),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case(
            "parameter.written_object",
            Wire::post(CREATE, field("site", "shop-one") + "&customer=Array"),
            400,
            entity("customer", INVALID),
        ),
        // As seen from a live service.
        case(
            "parameter.given",
            Wire::post(&format!("{CUSTOMERS}/60/edit"), "by=id&firstName=1"),
            400,
            says("Parameter 'customer' is missing"),
        ),
        case(
            "parameter.scalar",
            Wire::post(CREATE, "site=shop-one&customer[firstName]=1"),
            400,
            says("Input value \"customer\" contains a non-scalar value."),
        ),
        case(
            "query.by",
            Wire::get(&format!("{CUSTOMERS}/60?by=phone&site=shop-one")),
            400,
            input("by", CHOICE),
        ),
        case(
            "query.status",
            Wire::post("/api/v5/users/7/status", "status=away"),
            400,
            input("status", CHOICE),
        ),
        case(
            "site.known",
            Wire::get(&format!("{CUSTOMERS}/60?by=id&site=shop-nine")),
            400,
            input("site", CHOICE),
        ),
        case(
            "site.needed",
            Wire::get(&format!("{CUSTOMERS}/60")),
            400,
            says("Parameter 'site' is missing"),
        ),
        case(
            "site.needed",
            Wire::post(CREATE, field("customer", &customer().to_string())),
            400,
            says("Parameter 'site' is missing"),
        ),
        // Without by=id the id is an externalId, which is unknown here.
        case(
            "customer.known",
            Wire::get(&format!("{CUSTOMERS}/60?site=shop-one")),
            404,
            says("Not found"),
        ),
        case(
            "customer.known",
            Wire::get(&format!("{CUSTOMERS}/4711?by=id")),
            404,
            says("Not found"),
        ),
        case(
            "corporate.known",
            Wire::get("/api/v5/customers-corporate/60/contacts?by=id"),
            404,
            says("Not found"),
        ),
        case(
            "path",
            Wire::get("/api/v5/customers-corporate/contacts"),
            404,
            says("API method not found"),
        ),
        case("verb", Wire::post(CUSTOMERS, "customer={}"), 405, says("Method Not Allowed")),
        case(
            "query.filter_known",
            Wire::get(&format!("{CUSTOMERS}?filter[phones]=375291112233")),
            400,
            input("children[phones]", INVALID),
        ),
        case(
            "query.filter_known",
            Wire::get(&format!("{CUSTOMERS}?filter[ids]=60")),
            400,
            input("children[ids]", INVALID),
        ),
        case(
            "query.filter_value",
            Wire::get("/api/v5/customers-corporate?filter[contactIds][]=ext-60"),
            400,
            input("children[contactIds]", INVALID),
        ),
    ];
    cases.extend(written());
    cases
}
