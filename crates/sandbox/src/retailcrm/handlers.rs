//! What the account does when a request has passed every check.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::Answer;

use super::checks::{Endpoint, Seen};
use super::customers::{self, Customer};
use super::first::{self, LINES, SITES};
use super::state::{Account, SiteAccess, User};
use super::{corporate, employees, history, modules};

/// What a request changes in the account.
pub(super) enum Change {
    Nothing,
    Live(LiveRow),
    Calls(Vec<Value>),
    Status(u64, String),
    Module(String, Map<String, Value>),
    Customer(Box<Customer>),
}

/// What a request that passed every check is answered, and what it changes.
pub(super) fn carry_out(endpoint: Endpoint, seen: &Seen<'_>) -> (Answer, Change) {
    let account = seen.account;
    let body = match endpoint {
        Endpoint::CallEvent => return call_event(seen),
        Endpoint::CallsUpload => return calls_upload(seen),
        Endpoint::Manager => manager(seen),
        Endpoint::Credentials => credentials(account),
        Endpoint::ApiVersions => json!({"success": true, "versions": ["3.0", "4.0", "5.0"]}),
        Endpoint::SystemInfo => json!({
            "success": true,
            "systemVersion": "8.9.0",
            "publicUrl": account.url,
            "technicalUrl": "https://abcdef.retailcrm.io",
        }),
        Endpoint::Settings => settings(),
        Endpoint::Sites => sites(account),
        Endpoint::Users => employees::users(seen),
        Endpoint::User(id) => json!({"success": true, "user": account.user(id)}),
        Endpoint::UserGroups => employees::groups(seen),
        Endpoint::UserStatus(id) => {
            let status = seen.parameter("status").unwrap_or_default().to_owned();
            let done = Answer::json(StatusCode::OK, &json!({"success": true}));
            return (done, Change::Status(id, status));
        }
        Endpoint::Module => {
            json!({"success": true, "integrationModule": account.module(&seen.thing)})
        }
        Endpoint::ModuleEdit => return module_edit(seen),
        Endpoint::Customers => customers::list(seen),
        Endpoint::Customer => match customers::one(seen) {
            Ok(body) => body,
            Err(merged) => {
                return (
                    Answer::json(StatusCode::NOT_FOUND, &merged),
                    Change::Nothing,
                );
            }
        },
        Endpoint::CustomerCreate | Endpoint::CustomerEdit => {
            return customer_written(endpoint, seen);
        }
        Endpoint::Corporates => corporate::list(seen),
        Endpoint::Corporate => corporate::one(seen),
        Endpoint::CorporateContacts => corporate::contacts(seen),
        Endpoint::CorporateCompanies => corporate::companies(seen),
        Endpoint::History(subject) => history::page(seen, subject),
    };
    (Answer::json(StatusCode::OK, &body), Change::Nothing)
}

/// §2.4. A module that is new is answered 201 (a guess; both were seen).
fn module_edit(seen: &Seen<'_>) -> (Answer, Change) {
    let status = if seen.account.modules.contains_key(&seen.thing) {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let answer = Answer::json(status, &modules::info(seen));
    let written = seen.written.clone().unwrap_or_default();
    (answer, Change::Module(seen.thing.clone(), written))
}

/// §5.3, §5.4.
fn customer_written(endpoint: Endpoint, seen: &Seen<'_>) -> (Answer, Change) {
    let customer = customers::written(endpoint, seen);
    let status = if endpoint == Endpoint::CustomerCreate {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let body = json!({"success": true, "id": customer.id});
    (
        Answer::json(status, &body),
        Change::Customer(Box::new(customer)),
    )
}

fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = object
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// §2.1: unknown extensions and users are named, and the event is a success all the same.
fn call_event(seen: &Seen<'_>) -> (Answer, Change) {
    let account = seen.account;
    let nothing = Map::new();
    let event = seen.event.as_ref().unwrap_or(&nothing);
    let codes = texts(event, "codes");
    let ids = event
        .get("userIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let ids: Vec<u64> = ids.filter_map(Value::as_u64).collect();

    let unknown_codes: Vec<&String> = codes
        .iter()
        .filter(|code| account.user_of(code).is_none())
        .collect();
    let unknown_ids: Vec<u64> = ids
        .iter()
        .copied()
        .filter(|id| account.user(*id).is_none())
        .collect();
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
        at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
            .to_string(),
    };
    (Answer::json(StatusCode::OK, &body), Change::Live(row))
}

/// §2.2: a call whose `externalId` is already stored is a duplicate and changes nothing.
fn calls_upload(seen: &Seen<'_>) -> (Answer, Change) {
    let mut fresh: Vec<Value> = Vec::new();
    let mut duplicates: Vec<String> = Vec::new();
    for call in seen.calls.iter().flatten() {
        let id = call
            .get("externalId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let twice = |known: &Value| known.get("externalId") == call.get("externalId");
        if seen.account.holds_call(id) || fresh.iter().any(twice) {
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
    (Answer::json(StatusCode::OK, &body), Change::Calls(fresh))
}

/// §2.3. Without `ignoreStatus` only a manager who is free is named (a guess).
fn manager(seen: &Seen<'_>) -> Value {
    let account = seen.account;
    let phone = seen.parameter("phone").unwrap_or_default();
    let switched_on = |name| matches!(seen.parameter(name), Some("1" | "True"));
    let customer = account.customer_by_phone(phone);
    let responsible = customer
        .and_then(|customer| account.user(customer.manager_id?))
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
        body.insert("links".into(), links(&account.url, phone, customer));
    }
    Value::Object(body)
}

fn manager_object(account: &Account, user: &User) -> Value {
    known(json!({
        "id": account.tells_id(user.id),
        "firstName": user.first_name,
        "lastName": user.last_name,
        "patronymic": user.patronymic,
        "email": user.email,
        "code": account.code_of(user.id),
    }))
}

fn customer_object(account: &Account, customer: &Customer) -> Value {
    let phones: Vec<Value> = customer
        .phones
        .iter()
        .map(|number| json!({"number": number}))
        .collect();
    known(json!({
        "id": account.tells_id(customer.id),
        "externalId": customer.external_id,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "patronymic": customer.patronymic,
        "email": customer.email,
        "phones": phones,
    }))
}

/// Leaves out what is not known, as the CRM does.
pub(super) fn known(object: Value) -> Value {
    match object {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        other => other,
    }
}

fn links(url: &str, phone: &str, customer: Option<&Customer>) -> Value {
    let phone: String = url::form_urlencoded::byte_serialize(phone.as_bytes()).collect();
    let mut links = Map::new();
    links.insert(
        "newOrderLink".into(),
        json!(format!("{url}/orders/add?phone={phone}")),
    );
    match customer {
        None => {
            let link = format!("{url}/customers/add?phone={phone}");
            links.insert("newCustomerLink".into(), json!(link));
        }
        Some(customer) => {
            if let Some(order) = customer.last_order {
                links.insert(
                    "lastOrderLink".into(),
                    json!(format!("{url}/orders/{order}/edit")),
                );
            }
            links.insert(
                "customerLink".into(),
                json!(format!("{url}/customers/{}", customer.id)),
            );
        }
    }
    Value::Object(links)
}

fn credentials(account: &Account) -> Value {
    let mut body = Map::from_iter([
        ("success".to_owned(), json!(true)),
        ("scopes".to_owned(), json!(account.scopes)),
    ]);
    match &account.site_access {
        SiteAccess::Full => {
            body.insert("credentials".into(), json!(["/api/telephony/call/event"]));
            body.insert("siteAccess".into(), json!("access_full"));
        }
        SiteAccess::Selective(codes) => {
            body.insert("siteAccess".into(), json!("access_selective"));
            body.insert("sitesAvailable".into(), json!(codes));
        }
    }
    Value::Object(body)
}

fn settings() -> Value {
    let set = |value: &str| json!({"value": value, "updated_at": "2026-01-02 14:54:16"});
    let day = |name: &str| {
        json!({
            "day_type": name,
            "start_time": "09:00",
            "end_time": "18:00",
            "lunch_start_time": "13:00",
            "lunch_end_time": "14:00",
        })
    };
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"].map(day);
    json!({
        "success": true,
        "settings": {
            "default_currency": set("BYN"),
            "system_language": set("RU"),
            "timezone": set(first::TIMEZONE),
            "work_times": days,
            "non_working_days": [{"start_date": "01.01", "end_date": "01.02"}],
        },
    })
}

fn sites(account: &Account) -> Value {
    let open = SITES.iter().filter(|site| account.reaches_site(site.code));
    let by_code: Map<String, Value> = open
        .map(|site| {
            let value = json!({
                "id": site.id,
                "name": site.name,
                "url": format!("https://{}.example.test", site.code),
                "code": site.code,
                "defaultForCrm": false,
                "ymlUrl": "",
                "loadFromYml": false,
                "catalogUpdatedAt": "2026-02-24 12:30:46",
                "catalogLoadingAt": "2026-03-02 15:09:24",
                "contragent": {
                    "contragentType": "legal-entity",
                    "legalName": "ООО Пример",
                    "code": "main",
                    "countryIso": "BY",
                },
                "countryIso": "BY",
                "currency": "BYN",
                "ordering": 990,
                "isDemo": false,
                "isCatalogMainSite": true,
            });
            (site.code.to_owned(), value)
        })
        .collect();
    // An empty PHP map leaves as a list (§1.8).
    let sites = if by_code.is_empty() {
        json!([])
    } else {
        Value::Object(by_code)
    };
    json!({"success": true, "sites": sites})
}

/// One page of these, with `pagination` (§1.6).
pub(super) fn page_of<T: serde::Serialize>(seen: &Seen<'_>, name: &str, all: &[T]) -> Value {
    let number = |name, otherwise: usize| {
        seen.parameter(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    };
    let (limit, page) = (number("limit", 20).max(1), number("page", 1).max(1));
    let shown: Vec<&T> = all
        .iter()
        .skip(limit.saturating_mul(page - 1))
        .take(limit)
        .collect();
    json!({
        "success": true,
        "pagination": {
            "limit": limit,
            "totalCount": all.len(),
            "currentPage": page,
            "totalPageCount": all.len().div_ceil(limit),
        },
        name: shown,
    })
}

/// The outside number to call from, when the shop has one (§3.1).
pub(super) fn outside_number() -> Option<&'static str> {
    LINES
        .iter()
        .find(|(_, _, site)| *site == first::SITE)
        .map(|(_, number, _)| *number)
}
