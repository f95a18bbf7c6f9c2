//! Checks of orders.

use serde_json::json;

use super::{CHOICE, Case, INVALID, case, entity, input, says};
use crate::support::{ORDERS, Wire, edit_order, field, order, send_order, with};

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
        // An order keeps its own externalId.
        case(
            "order.externalId.value",
            edit_order(501, &json!({"externalId": "site-1499"})),
            400,
            entity("externalId", "This value is already used."),
        ),
        case(
            "order.externalId.required",
            send_order(&with(order(), json!({"externalId": null}))),
            400,
            says("Parameter 'externalId' in 'order' is missing"),
        ),
        // An externalId belongs to a shop, here another one than the order's.
        case(
            "order.customer.value.2",
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
        case(
            "order.items.offer.known",
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
