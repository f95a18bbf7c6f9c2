//! Changes by requests, and responses about the account.

use serde_json::{Map, Value, json};

use crate::check::Finding;
use crate::report::LiveRow;

use super::checks::RequestContext;
use super::files::StoredFile;
use super::journal::Subject;
use super::seed::{self, LINES, SITES};
use super::state::SiteAccess;
use super::store::Fields;

/// Change of the account by a request.
pub(super) enum Change {
    Nothing,
    Live(LiveRow),
    Calls(Vec<Value>),
    Status(u64, String),
    Module(String, Fields),
    /// A customer, a corporate customer or an order.
    Entity(Subject, Fields),
    /// The accepted customers of an upload, and the errors of the others.
    Customers(Vec<Fields>, Vec<Finding>),
    Note(Fields),
    NoteGone(u64),
    /// A new key with these scopes.
    Key(String, Vec<String>),
    Task(Fields),
    File(Box<StoredFile>),
    FileGone(u64),
}

pub(super) fn credentials(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
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

pub(super) fn api_versions(_: &RequestContext<'_>) -> Value {
    json!({"success": true, "versions": ["3.0", "4.0", "5.0"]})
}

pub(super) fn system_info(cx: &RequestContext<'_>) -> Value {
    json!({
        "success": true,
        "systemVersion": "8.9.0",
        "publicUrl": cx.account.url,
        "technicalUrl": "https://abcdef.retailcrm.io",
    })
}

pub(super) fn settings(_: &RequestContext<'_>) -> Value {
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

pub(super) fn sites(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
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
