//! Checks of customer uploads, histories and the account.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, INVALID, case, entity, input, says};
use crate::support::{CUSTOMERS, MODULE, Wire, customer, field, send_customers};

fn scopes(requires: &Value) -> Wire {
    let form = field("requires", &requires.to_string());
    Wire::post(&format!("{MODULE}/update-scopes"), form)
}

pub(super) fn cases() -> Vec<Case> {
    let history = |query: &str| Wire::get(&format!("{CUSTOMERS}/history?{query}"));
    let many = vec![customer(); 51];
    let form = field("customers", &json!([customer()]).to_string());
    vec![
        case(
            "customers.array",
            Wire::post(
                &format!("{CUSTOMERS}/upload"),
                field("site", "shop-one") + "&" + &field("customers", &customer().to_string()),
            ),
            400,
            entity("customers", INVALID),
        ),
        case("customers.array", send_customers(&[json!(1)]), 400, entity("customers", INVALID)),
        case("customers.some", send_customers(&[]), 400, entity("customers", BLANK)),
        case(
            "customers.at_most_50",
            send_customers(&many),
            400,
            entity("customers", "This collection should contain 50 elements or less."),
        ),
        case(
            "site.needed",
            Wire::post(&format!("{CUSTOMERS}/upload"), form),
            400,
            says("Parameter 'site' is missing"),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().merge_customer(60, 61),
            ..case(
                "customer.not_merged",
                Wire::post(&format!("{CUSTOMERS}/60/edit"), "by=id&customer={\"vip\":true}"),
                404,
                says("An attempt was made to edit a nonexistent record"),
            )
        },
        case(
            "query.filter_known",
            history("filter[orderId]=501"),
            400,
            input("children[orderId]", "Значение недопустимо."),
        ),
        case(
            "query.filter_value",
            history("filter[startDate]=14.03.2026"),
            400,
            input("children[startDate]", "Значение недопустимо."),
        ),
        case("query.limit", history("limit=250"), 400, input("limit", CHOICE)),
        case(
            "module.simple_connection",
            scopes(&json!({"scopes": ["customer_read"]})),
            400,
            says("Not enabled simple connection"),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().close_account(true),
            ..case(
                "account.exists",
                Wire::get("/api/credentials"),
                400,
                says("Account does not exist."),
            )
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().close_account(true),
            ..case(
                "account.exists_to_write",
                send_customers(&[customer()]),
                405,
                json!(
                    "<html>\n<head><title>405 Not Allowed</title></head>\n<body></body>\n</html>"
                ),
            )
        },
    ]
}
