//! Absurd requests get a response, never a panic.

use std::time::Duration;

use serde_json::json;
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{Wire, field, sandbox};

/// Existing ids, by the segment before them.
const IDS: &[(&str, &str)] = &[
    ("users/{id}", "users/7"),
    ("customers/*", "customers/60"),
    ("contacts/*", "contacts/944"),
    ("companies/*", "companies/771"),
    ("customers-corporate/*", "customers-corporate/5041"),
    ("notes/*", "notes/301"),
    ("integration-modules/*", "integration-modules/vochi-telephony"),
    ("orders/*", "orders/501"),
    ("tasks/*", "tasks/433"),
    ("files/*", "files/25"),
];

/// Every operation, with existing ids.
fn paths() -> Vec<(&'static str, String)> {
    let with_ids = |path: String| IDS.iter().fold(path, |path, (name, id)| path.replace(name, id));
    Sandbox::routes(Crm::RetailCrm)
        .into_iter()
        .map(|route| (route.method, with_ids(route.path)))
        .collect()
}

/// Fields of an operation with an object or a list.
const FIELDS: &[&str] = &[
    "event",
    "calls",
    "customer",
    "customers",
    "note",
    "customerCorporate",
    "contact",
    "company",
    "integrationModule",
    "requires",
    "order",
    "task",
    "file",
    "status",
    "phone",
];

fn queries() -> Vec<String> {
    let big = "9".repeat(40);
    vec![
        "by=id&site=shop-one".into(),
        "by=externalId&site=%00".into(),
        format!("limit=100&page={}", u32::MAX),
        format!("limit={big}&page={big}"),
        format!("filter[sinceId]={}&filter[customerId]={}", u64::MAX, u64::MAX),
        format!("filter[ids][]={big}&filter[text]=%F0%9F%98%80"),
        "filter[startDate]=2026-02-30&filter[endDate]=я".into(),
        "filter[=1&filter]=2&[]=3&=&%ff=%fe&filter[][]=4".into(),
        "phone=%2B&details=1".into(),
    ]
}

fn values() -> Vec<String> {
    let wrong = [
        json!(null),
        json!([]),
        json!({}),
        json!([null, 5, "я", [], {}]),
        json!({"": "", "id": -1, "customer": [], "companies": [null], "scopes": [null]}),
        json!({"externalId": "ё".repeat(200), "phones": [null, {"number": null}], "text": "\u{0}"}),
        json!({"customer": {"id": u64::MAX}, "isMain": "yes", "companies": [{"company": {"id": {}}}]}),
        json!({"customerContacts": [{"customer": 5}], "companies": [[]], "nickName": [], "name": {}}),
    ];
    let mut values: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    values.push("{".into());
    values.push("[".repeat(500));
    values.push(String::new());
    values
}

/// Parameters required before the object is checked.
fn prefix(path: &str) -> &'static str {
    let of_a_part = path.contains("/contacts/944/") || path.contains("/companies/771/");
    if of_a_part {
        "by=id&entityBy=id&"
    } else if ["/60/", "/5041/", "/501/"].iter().any(|id| path.contains(id)) {
        "by=id&"
    } else if path.ends_with("/create") || path == "/api/v5/customers/upload" {
        "site=shop-one&"
    } else {
        ""
    }
}

/// Asserts a response without a server failure; an exceeded limit is allowed.
async fn answered(sandbox: &Sandbox, wire: &Wire) {
    for _ in 0..30 {
        let reply = wire.send(sandbox).await;
        if reply.status == 503 {
            tokio::time::sleep(Duration::from_millis(40)).await;
            continue;
        }
        assert!(reply.status < 500, "{wire:?}: {reply:?}");
        if reply.content_type == "application/json" {
            reply.json();
        }
        return;
    }
    panic!("{wire:?} has a Retry-After of more than a second");
}

#[tokio::test]
async fn arbitrary_queries_get_a_response() {
    for (verb, path) in paths() {
        // Each sandbox has its own limit, so no request waits.
        let sandbox = sandbox().await;
        for query in queries() {
            let wire = Wire::get(&format!("{path}?{query}")).verb(verb);
            answered(&sandbox, &wire).await;
        }
    }
}

#[tokio::test]
async fn arbitrary_forms_get_a_response() {
    let paths = paths().into_iter().filter(|(verb, _)| *verb == "POST");
    for (_, path) in paths {
        let mut sandbox_of_ten = sandbox().await;
        for (count, value) in values().iter().enumerate() {
            if count % 9 == 8 {
                sandbox_of_ten = sandbox().await;
            }
            let fields: Vec<String> = FIELDS.iter().map(|name| field(name, value)).collect();
            let form = format!("by=id&entityBy=id&site=shop-one&{}", fields.join("&"));
            answered(&sandbox_of_ten, &Wire::post(&path, form)).await;
        }
        // Only the expected field, so that its content is checked.
        for name in FIELDS {
            let sandbox = sandbox().await;
            for value in values().iter().take(9) {
                let form = format!("{}{}", prefix(&path), field(name, value));
                answered(&sandbox, &Wire::post(&path, form)).await;
            }
        }
    }
}

#[tokio::test]
async fn similar_paths_are_not_found() {
    let sandbox = sandbox().await;
    for path in [
        "/api/v5/customers/notes/",
        "/api/v5/customers/notes/create/delete",
        "/api/v5/customers-corporate/5041/contacts/944",
        "/api/v5/customers-corporate/5041/contacts//edit",
        "/api/v5/customers-corporate//contacts/944/edit",
        "/api/v5/customers-corporate/5041/companies/771/edit/",
        "/api/v5/integration-modules/vochi-telephony/update-scopes/x",
        "/api/v4/telephony/setting/vochi-telephony/edit",
        "/api/v5/orders/history/1",
    ] {
        let reply = Wire::post(path, "").send(&sandbox).await;
        assert_eq!(
            (reply.status, reply.json()["errorMsg"].as_str()),
            (404, Some("API method not found")),
            "{path}"
        );
    }
}
