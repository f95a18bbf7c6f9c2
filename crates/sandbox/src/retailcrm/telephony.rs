//! Telephony: events, uploads, and the responsible manager of a number (§2).

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::Response;

use super::checks::RequestContext;
use super::handlers::Change;
use super::state::{Account, User};
use super::store::{Fields, fields, id_of, only};

fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = object.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// §2.1: unknown extensions and users are reported in a successful response.
pub(super) fn call_event(cx: &RequestContext<'_>) -> (Response, Change) {
    let account = cx.account;
    let nothing = Map::new();
    let event = cx.event.as_ref().unwrap_or(&nothing);
    let codes = texts(event, "codes");
    let ids = event.get("userIds").and_then(Value::as_array).into_iter().flatten();
    let ids: Vec<u64> = ids.filter_map(Value::as_u64).collect();

    let unknown_codes: Vec<&String> =
        codes.iter().filter(|code| account.user_of(code).is_none()).collect();
    let unknown_ids: Vec<u64> =
        ids.iter().copied().filter(|id| account.user(*id).is_none()).collect();
    let mut shown: Vec<u64> = codes
        .iter()
        .filter_map(|code| account.user_of(code))
        .map(|user| user.id)
        .chain(ids.iter().copied().filter(|id| account.user(*id).is_some()))
        .collect();
    shown.sort_unstable();
    shown.dedup();

    let mut body = Map::from_iter([("success".to_owned(), json!(true))]);
    if !unknown_codes.is_empty() {
        body.insert("notExistCodes".into(), json!(unknown_codes));
    }
    if !unknown_ids.is_empty() {
        body.insert("notExistUsers".into(), json!(unknown_ids));
    }
    let row = LiveRow {
        call_id: text(event, "callExternalId"),
        r#type: text(event, "type").unwrap_or_default(),
        phone: text(event, "phone"),
        codes,
        users: shown.iter().map(u64::to_string).collect(),
        hangup_status: text(event, "hangupStatus"),
        at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
    };
    (Response::json(StatusCode::OK, &body), Change::Live(row))
}

/// §2.2: a call with a known `externalId` is a duplicate and changes nothing.
pub(super) fn calls_upload(cx: &RequestContext<'_>) -> (Response, Change) {
    let mut fresh: Vec<Value> = Vec::new();
    let mut duplicates: Vec<String> = Vec::new();
    for call in cx.calls.iter().flatten() {
        let id = call.get("externalId").and_then(Value::as_str).unwrap_or_default();
        let twice = |known: &Value| known.get("externalId") == call.get("externalId");
        if cx.account.holds_call(id) || fresh.iter().any(twice) {
            duplicates.push(id.to_owned());
        } else {
            fresh.push(call.clone());
        }
    }
    let mut body = Map::from_iter([
        ("success".to_owned(), json!(true)),
        ("processedCallsCount".to_owned(), json!(fresh.len())),
    ]);
    if !duplicates.is_empty() {
        body.insert("duplicateCalls".into(), json!(duplicates));
    }
    (Response::json(StatusCode::OK, &body), Change::Calls(fresh))
}

/// §2.3. Without `ignoreStatus` only a free manager is returned (assumed).
pub(super) fn manager(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
    let phone = cx.parameter("phone").unwrap_or_default();
    let switched_on = |name| matches!(cx.parameter(name), Some("1" | "True"));
    let customer = account.customer_by_phone(phone);
    let responsible = customer
        .and_then(|customer| account.user(customer.get("managerId")?.as_u64()?))
        .filter(|user| user.active)
        .filter(|user| switched_on("ignoreStatus") || user.status == "free");

    let mut body = Map::from_iter([("success".to_owned(), json!(true))]);
    if let Some(user) = responsible {
        body.insert("manager".into(), manager_object(account, user));
    }
    if switched_on("details") {
        if let Some(customer) = customer {
            body.insert("customer".into(), customer_object(account, customer));
        }
        body.insert("links".into(), links(account, phone, customer));
    }
    Value::Object(body)
}

fn manager_object(account: &Account, user: &User) -> Value {
    Value::Object(fields(json!({
        "id": account.id_json(user.id),
        "firstName": user.first_name,
        "lastName": user.last_name,
        "patronymic": user.patronymic,
        "email": user.email,
        "code": account.code_of(user.id),
    })))
}

fn customer_object(account: &Account, customer: &Fields) -> Value {
    let names = ["externalId", "firstName", "lastName", "patronymic", "email", "phones"];
    let mut object = only(customer, &names);
    object.retain(|_, value| *value != json!(""));
    object.insert("id".into(), account.id_json(id_of(customer)));
    Value::Object(object)
}

fn links(account: &Account, phone: &str, customer: Option<&Fields>) -> Value {
    let url = &account.url;
    let phone: String = url::form_urlencoded::byte_serialize(phone.as_bytes()).collect();
    let mut links = Map::new();
    links.insert("newOrderLink".into(), json!(format!("{url}/orders/add?phone={phone}")));
    match customer {
        None => {
            let link = format!("{url}/customers/add?phone={phone}");
            links.insert("newCustomerLink".into(), json!(link));
        }
        Some(customer) => {
            if let Some(order) = account.last_order_of(id_of(customer)) {
                links.insert(
                    "lastOrderLink".into(),
                    json!(format!("{url}/orders/{}/edit", id_of(order))),
                );
            }
            let link = format!("{url}/customers/{}", id_of(customer));
            links.insert("customerLink".into(), json!(link));
        }
    }
    Value::Object(links)
}
