//! Execution of valid requests.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::Response;

use super::checks::{Endpoint, RequestContext};
use super::corporate::Corporate;
use super::customers::{self, Customer};
use super::files::{self, StoredFile};
use super::notes::Note;
use super::orders::{self, Order};
use super::seed::{self, LINES, SITES};
use super::state::{Account, SiteAccess};
use super::tasks::{self, Task};
use super::{corporate, employees, history, modules, notes, telephony, uploads};
use crate::check::Finding;

/// Change of the account by a request.
pub(super) enum Change {
    Nothing,
    Live(LiveRow),
    Calls(Vec<Value>),
    Status(u64, String),
    Module(String, Map<String, Value>),
    Customer(Box<Customer>),
    /// The accepted customers of an upload, and the errors of the others.
    Customers(Vec<Customer>, Vec<Finding>),
    Corporate(Box<Corporate>),
    Note(Note),
    NoteGone(u64),
    /// A new key with these scopes.
    Key(String, Vec<String>),
    Order(Box<Order>),
    Task(Box<Task>),
    File(Box<StoredFile>),
    FileGone(u64),
}

/// Returns the response of a valid request and its change.
pub(super) fn carry_out(endpoint: Endpoint, cx: &RequestContext<'_>) -> (Response, Change) {
    let account = cx.account;
    let body = match endpoint {
        Endpoint::CallEvent => return telephony::call_event(cx),
        Endpoint::CallsUpload => return telephony::calls_upload(cx),
        Endpoint::Manager => telephony::manager(cx),
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
        Endpoint::Users => employees::users(cx),
        Endpoint::User(id) => json!({"success": true, "user": account.user(id)}),
        Endpoint::UserGroups => employees::groups(cx),
        Endpoint::UserStatus(id) => {
            let status = cx.parameter("status").unwrap_or_default().to_owned();
            let success = Response::json(StatusCode::OK, &json!({"success": true}));
            return (success, Change::Status(id, status));
        }
        Endpoint::Module => modules::one(cx),
        Endpoint::ModuleEdit => return module_edit(cx),
        Endpoint::ModuleScopes => return modules::scopes_updated(cx),
        Endpoint::Customers => customers::list(cx),
        Endpoint::Customer => match customers::one(cx) {
            Ok(body) => body,
            Err(merged) => {
                return (Response::json(StatusCode::NOT_FOUND, &merged), Change::Nothing);
            }
        },
        Endpoint::CustomerCreate | Endpoint::CustomerEdit => {
            return customer_written(endpoint, cx);
        }
        Endpoint::CustomersUpload => return uploads::uploaded(cx),
        Endpoint::Corporates => corporate::list(cx),
        Endpoint::Corporate => corporate::one(cx),
        Endpoint::CorporateContacts => corporate::contacts(cx),
        Endpoint::CorporateCompanies => corporate::companies(cx),
        Endpoint::CorporateCreate
        | Endpoint::CorporateEdit
        | Endpoint::ContactCreate
        | Endpoint::ContactEdit
        | Endpoint::CompanyCreate
        | Endpoint::CompanyEdit => return corporate::written(endpoint, cx),
        Endpoint::RequestLog(subject) => notes::list(cx, subject),
        Endpoint::NoteCreate(subject) => return notes::created(cx, subject),
        Endpoint::NoteDelete(subject) => return notes::deleted(cx, subject),
        Endpoint::History(subject) => history::page(cx, subject),
        Endpoint::Orders => orders::list(cx),
        Endpoint::Order => orders::one(cx),
        Endpoint::OrderCreate | Endpoint::OrderEdit => return orders::written(endpoint, cx),
        Endpoint::Tasks => tasks::list(cx),
        Endpoint::Task => tasks::one(cx),
        Endpoint::TaskCreate | Endpoint::TaskEdit => return tasks::written(endpoint, cx),
        Endpoint::Files => files::list(cx),
        Endpoint::File => files::one(cx),
        Endpoint::FileDownload => return files::download(cx),
        Endpoint::FileUpload => return files::uploaded(cx),
        Endpoint::FileEdit => return files::edited(cx),
        Endpoint::FileDelete => return files::deleted(cx),
    };
    (Response::json(StatusCode::OK, &body), Change::Nothing)
}

/// §2.4. A new module gets status 201 (assumed; both were seen).
fn module_edit(cx: &RequestContext<'_>) -> (Response, Change) {
    let status = if cx.account.modules.contains_key(&cx.thing) {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let answer = Response::json(status, &modules::info(cx));
    let written = cx.written.clone().unwrap_or_default();
    (answer, Change::Module(cx.thing.clone(), written))
}

/// §5.3, §5.4.
fn customer_written(endpoint: Endpoint, cx: &RequestContext<'_>) -> (Response, Change) {
    let customer = customers::written(endpoint, cx);
    let status =
        if endpoint == Endpoint::CustomerCreate { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({"success": true, "id": customer.id});
    (Response::json(status, &body), Change::Customer(Box::new(customer)))
}

/// Removes null fields, as the CRM does.
pub(super) fn known(object: Value) -> Value {
    match object {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
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
            "timezone": set(seed::TIMEZONE),
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
    // PHP serializes an empty map as a list (§1.8).
    let sites = if by_code.is_empty() {
        json!([])
    } else if account.sites_as_list {
        by_code.into_values().collect()
    } else {
        Value::Object(by_code)
    };
    json!({"success": true, "sites": sites})
}

/// A page of a list, with `pagination` (§1.6).
pub(super) fn page_of<T: serde::Serialize>(
    cx: &RequestContext<'_>,
    name: &str,
    all: &[T],
) -> Value {
    let number = |name, otherwise: usize| {
        cx.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (limit, page) = (number("limit", 20).max(1), number("page", 1).max(1));
    let shown: Vec<&T> = all.iter().skip(limit.saturating_mul(page - 1)).take(limit).collect();
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

/// Outside number of the shop's outgoing calls, if any (§3.1).
pub(super) fn outside_number() -> Option<&'static str> {
    LINES.iter().find(|(_, _, site)| *site == seed::SITE).map(|(_, number, _)| *number)
}
