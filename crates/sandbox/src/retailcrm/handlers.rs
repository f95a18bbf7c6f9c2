//! What the account does when a request has passed every check.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::Answer;

use super::checks::{Endpoint, Seen};
use super::first::{self, LINES, SITES};
use super::state::{Account, Customer, SiteAccess, User};

/// What a request changes in the account.
pub(super) enum Change {
    Nothing,
    Live(LiveRow),
    Calls(Vec<Value>),
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
        Endpoint::Users => users(seen),
        Endpoint::User(id) => json!({"success": true, "user": account.user(id)}),
        Endpoint::UserGroups => user_groups(seen),
    };
    (Answer::json(StatusCode::OK, &body), Change::Nothing)
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
            body.insert("customer".into(), customer_object(customer));
        }
        body.insert("links".into(), links(&account.url, phone, customer));
    }
    Value::Object(body)
}

fn manager_object(account: &Account, user: &User) -> Value {
    known(json!({
        "id": user.id,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "patronymic": user.patronymic,
        "email": user.email,
        "code": account.code_of(user.id),
    }))
}

fn customer_object(customer: &Customer) -> Value {
    let phones: Vec<Value> = customer
        .phones
        .iter()
        .map(|number| json!({"number": number}))
        .collect();
    known(json!({
        "id": customer.id,
        "externalId": customer.external_id,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "patronymic": customer.patronymic,
        "email": customer.email,
        "phones": phones,
    }))
}

/// Leaves out what is not known, as the CRM does.
fn known(object: Value) -> Value {
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
fn page_of<T: serde::Serialize>(seen: &Seen<'_>, name: &str, all: &[T]) -> Value {
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

fn users(seen: &Seen<'_>) -> Value {
    let same = |name: &str, have: &str| {
        seen.parameter(&format!("filter[{name}]"))
            .is_none_or(|wanted| wanted == have)
    };
    let flag = |have: bool| if have { "1" } else { "0" };
    let groups: Vec<&str> = seen.list("filter[groups]");
    let since = seen.parameter("filter[createdAtFrom]").unwrap_or_default();
    let until = seen
        .parameter("filter[createdAtTo]")
        .map(|date| format!("{date} 23:59:59"));
    let in_groups = |user: &User| {
        groups.is_empty()
            || user.groups.iter().any(|group| {
                groups
                    .iter()
                    .any(|wanted| group.get("code").and_then(Value::as_str) == Some(wanted))
            })
    };
    let found: Vec<&User> = seen
        .account
        .users
        .iter()
        .filter(|user| {
            same("email", &user.email)
                && same("status", &user.status)
                && same("online", flag(user.online))
                && same("active", flag(user.active))
                && same("isManager", flag(user.is_manager))
                && same("isAdmin", flag(user.is_admin))
                && same("isPosManager", "0")
                && in_groups(user)
                // Dates of this form sort as text.
                && user.created_at.as_str() >= since
                && until.as_ref().is_none_or(|until| user.created_at <= *until)
        })
        .collect();
    page_of(seen, "users", &found)
}

fn user_groups(seen: &Seen<'_>) -> Value {
    let group = json!({
        "id": 25,
        "name": "Менеджеры",
        "code": "manager",
        "signatureTemplate": "",
        "isManager": true,
        "isDeliveryMen": false,
        "deliveryTypes": [],
        "breakdownOrderTypes": [],
        "breakdownSites": [],
        "breakdownOrderMethods": [],
        "grantedOrderTypes": ["eshop-individual"],
        "grantedSites": [first::SITE],
    });
    page_of(seen, "groups", &[group])
}

/// The outside number to call from, when the shop has one (§3.1).
pub(super) fn outside_number() -> Option<&'static str> {
    LINES
        .iter()
        .find(|(_, _, site)| *site == first::SITE)
        .map(|(_, number, _)| *number)
}
