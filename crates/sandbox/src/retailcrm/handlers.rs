//! What the account does when a request has passed every check.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::Answer;

use super::checks::{Endpoint, Seen};
use super::corporate::Corporate;
use super::customers::{self, Customer};
use super::files::{self, StoredFile};
use super::first::{self, LINES, SITES};
use super::notes::Note;
use super::orders::{self, Order};
use super::state::{Account, SiteAccess};
use super::tasks::{self, Task};
use super::{corporate, employees, history, modules, notes, telephony, uploads};
use crate::check::Finding;

/// What a request changes in the account.
pub(super) enum Change {
    Nothing,
    Live(LiveRow),
    Calls(Vec<Value>),
    Status(u64, String),
    Module(String, Map<String, Value>),
    Customer(Box<Customer>),
    /// The customers of an upload, and what was wrong with those that are not among them.
    Customers(Vec<Customer>, Vec<Finding>),
    Corporate(Box<Corporate>),
    Note(Note),
    NoteGone(u64),
    /// Another key, with these scopes.
    Key(String, Vec<String>),
    Order(Box<Order>),
    Task(Box<Task>),
    File(Box<StoredFile>),
    FileGone(u64),
}

/// What a request that passed every check is answered, and what it changes.
pub(super) fn carry_out(endpoint: Endpoint, seen: &Seen<'_>) -> (Answer, Change) {
    let account = seen.account;
    let body = match endpoint {
        Endpoint::CallEvent => return telephony::call_event(seen),
        Endpoint::CallsUpload => return telephony::calls_upload(seen),
        Endpoint::Manager => telephony::manager(seen),
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
        Endpoint::Module => modules::one(seen),
        Endpoint::ModuleEdit => return module_edit(seen),
        Endpoint::ModuleScopes => return modules::scopes_updated(seen),
        Endpoint::Customers => customers::list(seen),
        Endpoint::Customer => match customers::one(seen) {
            Ok(body) => body,
            Err(merged) => {
                return (Answer::json(StatusCode::NOT_FOUND, &merged), Change::Nothing);
            }
        },
        Endpoint::CustomerCreate | Endpoint::CustomerEdit => {
            return customer_written(endpoint, seen);
        }
        Endpoint::CustomersUpload => return uploads::uploaded(seen),
        Endpoint::Corporates => corporate::list(seen),
        Endpoint::Corporate => corporate::one(seen),
        Endpoint::CorporateContacts => corporate::contacts(seen),
        Endpoint::CorporateCompanies => corporate::companies(seen),
        Endpoint::CorporateCreate
        | Endpoint::CorporateEdit
        | Endpoint::ContactCreate
        | Endpoint::ContactEdit
        | Endpoint::CompanyCreate
        | Endpoint::CompanyEdit => return corporate::written(endpoint, seen),
        Endpoint::Notes(subject) => notes::list(seen, subject),
        Endpoint::NoteCreate(subject) => return notes::created(seen, subject),
        Endpoint::NoteDelete(subject) => return notes::deleted(seen, subject),
        Endpoint::History(subject) => history::page(seen, subject),
        Endpoint::Orders => orders::list(seen),
        Endpoint::Order => orders::one(seen),
        Endpoint::OrderCreate | Endpoint::OrderEdit => return orders::written(endpoint, seen),
        Endpoint::Tasks => tasks::list(seen),
        Endpoint::Task => tasks::one(seen),
        Endpoint::TaskCreate | Endpoint::TaskEdit => return tasks::written(endpoint, seen),
        Endpoint::Files => files::list(seen),
        Endpoint::File => files::one(seen),
        Endpoint::FileDownload => return files::download(seen),
        Endpoint::FileUpload => return files::uploaded(seen),
        Endpoint::FileEdit => return files::edited(seen),
        Endpoint::FileDelete => return files::deleted(seen),
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
    let status =
        if endpoint == Endpoint::CustomerCreate { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({"success": true, "id": customer.id});
    (Answer::json(status, &body), Change::Customer(Box::new(customer)))
}

/// Leaves out what is not known, as the CRM does.
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
    } else if account.sites_as_list {
        by_code.into_values().collect()
    } else {
        Value::Object(by_code)
    };
    json!({"success": true, "sites": sites})
}

/// One page of these, with `pagination` (§1.6).
pub(super) fn page_of<T: serde::Serialize>(seen: &Seen<'_>, name: &str, all: &[T]) -> Value {
    let number = |name, otherwise: usize| {
        seen.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
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

/// The outside number to call from, when the shop has one (§3.1).
pub(super) fn outside_number() -> Option<&'static str> {
    LINES.iter().find(|(_, _, site)| *site == first::SITE).map(|(_, number, _)| *number)
}
