//! Checks of orders.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, case, entity, input, says};
use crate::support::{ORDERS, Wire, edit_order, field, order, send_order, with};

/// A new order with these changes, refused for this field.
fn created(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_order(&with(order(), changes));
    case(row, wire, 400, entity(at, text))
}

fn edited(row: &'static str, changes: &Value, at: &str, text: &str) -> Case {
    case(row, edit_order(501, changes), 400, entity(at, text))
}

const UNNAMED: &str = "Set one of the following fields: id, externalId";

fn asked() -> Vec<Case> {
    let get = |rest: &str| Wire::get(&format!("{ORDERS}{rest}"));
    vec![
        case(
            "parameter.given",
            Wire::post(&format!("{ORDERS}/501/edit"), "by=id&status=new"),
            400,
            says("Parameter 'order' is missing"),
        ),
        case(
            "parameter.written_object",
            Wire::post(&format!("{ORDERS}/create"), "site=shop-one&order=[]"),
            400,
            entity("order", INVALID),
        ),
        case(
            "site.needed",
            Wire::post(&format!("{ORDERS}/create"), field("order", &order().to_string())),
            400,
            says("Parameter 'site' is missing"),
        ),
        case("site.needed", get("/site-1499"), 400, says("Parameter 'site' is missing")),
        case("query.by", get("/501?by=number"), 400, input("by", CHOICE)),
        case(
            "query.filter_known",
            get("?filter[phone]=375291112233"),
            400,
            input("children[phone]", INVALID),
        ),
        case(
            "query.filter_value",
            get("?filter[customerId]=ext-60"),
            400,
            input("children[customerId]", INVALID),
        ),
        case("query.limit", get("?limit=250"), 400, input("limit", CHOICE)),
        case("path", get("/payments?by=id"), 404, says("API method not found")),
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["order_read"]),
            ..case("key.scope", send_order(&order()), 403, says("Access denied."))
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["order_write"]),
            ..case("key.scope", get(""), 403, says("Access denied."))
        },
        // Without by=id the id is an externalId, and no order has this one.
        case("order.known", get("/501?site=shop-one"), 404, says("Not found")),
        case("order.known", get("/4711?by=id"), 404, says("Not found")),
        case(
            "order.known_to_edit",
            edit_order(4711, &json!({"managerId": 7})),
            404,
            says("Not found map"),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = asked();
    cases.extend([
        case(
            "order.external_id_given",
            send_order(&with(order(), json!({"externalId": null}))),
            400,
            says("Parameter 'externalId' in 'order' is missing"),
        ),
        created("order.known_fields", json!({"call_id": "pbx-1"}), "call_id", EXTRA),
        created(
            "order.known_fields",
            json!({"customer": {"id": 205, "phone": "1"}}),
            "customer.phone",
            EXTRA,
        ),
        edited("order.known_fields", &json!({"summ": 5}), "summ", EXTRA),
        created("order.nothing_empty", json!({"lastName": " "}), "lastName", BLANK),
        edited("order.nothing_empty", &json!({"delivery": {"address": {}}}), "delivery", BLANK),
        created(
            "order.whose",
            json!({"firstName": null, "customer": null}),
            "firstName",
            "Specify the first name",
        ),
        created(
            "order.external_id_free",
            json!({"externalId": "site-1499"}),
            "externalId",
            "This value is already used.",
        ),
        edited(
            "order.external_id_free",
            &json!({"externalId": "site-1499"}),
            "externalId",
            "This value is already used.",
        ),
        edited("order.items_stay", &json!({"items": [{"productName": "Чай"}]}), "items", EXTRA),
        created("order.texts", json!({"phone": 375}), "phone", INVALID),
        created("order.texts", json!({"status": 1}), "status", INVALID),
        created("order.codes_known", json!({"orderMethod": "telephone"}), "orderMethod", CHOICE),
        edited("order.codes_known", &json!({"status": "closed"}), "status", CHOICE),
        created("order.numbers", json!({"weight": "5"}), "weight", INVALID),
        created("order.flags", json!({"call": 1}), "call", INVALID),
        created("order.manager_form", json!({"managerId": "7"}), "managerId", INVALID),
        edited("order.manager_known", &json!({"managerId": 4711}), "managerId", CHOICE),
        created("order.customer_form", json!({"customer": {}}), "customer", UNNAMED),
        created("order.customer_form", json!({"customer": {"id": "205"}}), "customer", INVALID),
        created("order.customer_form", json!({"customer": 205}), "customer", INVALID),
        created("order.customer_known", json!({"customer": {"id": 4711}}), "customer", CHOICE),
        created(
            "order.customer_known",
            json!({"customer": {"id": 205, "site": "shop-two"}}),
            "customer",
            CHOICE,
        ),
        // An externalId belongs to a shop, here another one than the order's.
        case(
            "order.customer_known",
            Wire::post(
                &format!("{ORDERS}/create"),
                field("site", "shop-two")
                    + "&"
                    + &field(
                        "order",
                        &with(order(), json!({"customer": {"externalId": "ext-60"}})).to_string(),
                    ),
            ),
            400,
            entity("customer", CHOICE),
        ),
        created("order.dates", json!({"createdAt": "2026-03-14"}), "createdAt", INVALID),
        created("order.dates", json!({"shipmentDate": "2026-02-30"}), "shipmentDate", INVALID),
        created("order.objects", json!({"customFields": ["a"]}), "customFields", INVALID),
        created("order.objects", json!({"items": [1]}), "items", INVALID),
        case(
            "order.offer_known",
            send_order(&with(order(), json!({"items": [{"quantity": 1}, {"offer": {"id": 5}}]}))),
            400,
            json!({
                "success": false,
                "errorMsg": "Order is not loaded",
                "errors": ["items[1].offer.id: Offer with id 5 not found."],
            }),
        ),
    ]);
    cases
}
