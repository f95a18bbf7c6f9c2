//! Checks of customers.

use serde_json::json;

use super::{CHOICE, Case, INVALID, case, entity, input, of_strict, says};
use crate::support::{CREATE, CUSTOMERS, Wire, customer, field, send_customer, with};

pub(super) fn cases() -> Vec<Case> {
    vec![
        of_strict(case(
            "customer.externalId.required",
            send_customer(&with(customer(), json!({"externalId": null}))),
            400,
            says("Parameter 'externalId' in 'customer' is missing"),
        )),
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
    ]
}
