//! Checks of whole lists, and of objects in certain states of the account.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, INVALID, case, entity, says};
use crate::support::{
    CUSTOMERS, FORM, MODULE, ORDERS, Wire, call, customer, field, module, order, send_calls,
    send_customer, send_customers, send_module, send_order, upload, with,
};

const FIFTY: &str = "This collection should contain 50 elements or less.";

fn in_calls(row: &'static str, calls: &[Value], error: &str) -> Case {
    let errors = json!({"errors": [error]});
    case(row, send_calls(calls), 400, with(says("Errors in the entity format"), errors))
}

/// A request that only a strict account refuses.
fn of_strict(case: Case) -> Case {
    Case { arrange: |sandbox| sandbox.retailcrm().set_strict(true), ..case }
}

/// A request that only an account without money refuses.
fn of_poor(case: Case) -> Case {
    Case { arrange: |sandbox| sandbox.retailcrm().set_funds(false), ..case }
}

fn lists() -> Vec<Case> {
    let many: Vec<Value> =
        (0..51).map(|n| with(call(), json!({"externalId": format!("pbx-{n}")}))).collect();
    let one = field("site", "shop-one") + "&" + &field("customers", &customer().to_string());
    let one = Wire::post(&format!("{CUSTOMERS}/upload"), one);
    let customers = |row, wire, text| case(row, wire, 400, entity("customers", text));
    vec![
        in_calls("calls.some", &[], &format!("calls: {BLANK}")),
        in_calls("calls.at_most_50", &many, &format!("calls: {FIFTY}")),
        customers("customers.array", one, INVALID),
        customers("customers.array", send_customers(&[json!(1)]), INVALID),
        customers("customers.some", send_customers(&[]), BLANK),
        customers("customers.at_most_50", send_customers(&vec![customer(); 51]), FIFTY),
    ]
}

fn files() -> Vec<Case> {
    let missing = |row, wire| case(row, wire, 400, says("Parameter 'file' is missing"));
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nRIFF\r\n--b--\r\n";
    let typed = |body: &str, media_type: &str| upload(body).header("Content-Type", media_type);
    vec![
        missing("file.raw_bytes", typed(multipart, "multipart/form-data; boundary=b")),
        missing("file.raw_bytes", typed("file=RIFF", FORM)),
        missing("file.raw_bytes", typed("{}", "application/json")),
        missing("file.raw_bytes", typed("RIFF", "")),
        missing("file.some_bytes", upload("")),
        of_poor(case(
            "file.paid",
            upload("RIFF"),
            400,
            says("Your account doesn't have enough money to upload files."),
        )),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let without_id = json!({"externalId": null});
    let no_id = |name| says(&format!("Parameter 'externalId' in '{name}' is missing"));
    let plain = with(call(), json!({"recordUrl": "http://pbx.example.test/1.mp3"}));
    let elsewhere = with(order(), json!({"customer": {"externalId": "ext-60"}}));
    let elsewhere = field("site", "shop-two") + "&" + &field("order", &elsewhere.to_string());
    let offers = json!({"items": [{"quantity": 1}, {"offer": {"id": 5}}]});
    let offer = json!({"errors": ["items[1].offer.id: Offer with id 5 not found."]});
    let funds = "Your account has insufficient funds to activate integration module";
    let scopes = field("requires", &json!({"scopes": ["customer_read"]}).to_string());
    let scopes = Wire::post(&format!("{MODULE}/update-scopes"), scopes);
    let mut cases = vec![
        of_strict(in_calls(
            "call.recordUrl.form",
            &[plain],
            &format!("calls[0].recordUrl: {INVALID}"),
        )),
        of_strict(case(
            "customer.externalId.required",
            send_customer(&with(customer(), without_id.clone())),
            400,
            no_id("customer"),
        )),
        case(
            "order.externalId.required",
            send_order(&with(order(), without_id)),
            400,
            no_id("order"),
        ),
        // An externalId belongs to a shop, here another one than the order's.
        case(
            "order.customer.value.2",
            Wire::post(&format!("{ORDERS}/create"), elsewhere),
            400,
            entity("customer", CHOICE),
        ),
        case(
            "order.items.offer.known",
            send_order(&with(order(), offers)),
            400,
            with(says("Order is not loaded"), offer),
        ),
        of_poor(case(
            "module.paid",
            send_module(&module()),
            400,
            with(says("Failed to activate module"), json!({"errors": [funds]})),
        )),
        case("module.simple_connection", scopes, 400, says("Not enabled simple connection")),
    ];
    cases.extend(lists());
    cases.extend(files());
    cases
}
