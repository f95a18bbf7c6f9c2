//! Responses with histories (§7).

use serde_json::{Map, Value, json};

use super::checks::RequestContext;
use super::handlers::page_of;
use super::journal::{Subject, end_of, now};

/// A page of a history (§7), without shops the key does not reach.
pub(super) fn page(cx: &RequestContext<'_>, subject: Subject) -> Value {
    let filter = |name: &str| cx.parameter(&format!("filter[{name}]"));
    let number = |name: &str| filter(name).and_then(|text| text.parse::<u64>().ok());
    let since = number("sinceId").unwrap_or(0);
    let start = filter("startDate").unwrap_or_default();
    let end = filter("endDate").map(end_of);
    let (id, external_id) = match subject {
        Subject::Customer | Subject::Corporate => ("customerId", "customerExternalId"),
        Subject::Order => ("orderId", "orderExternalId"),
    };
    let (id, external_id) = (number(id), filter(external_id));
    let rows = cx.account.journal.rows(subject);
    let found: Vec<&Map<String, Value>> = rows
        .filter(|row| row.id > since && row.at.as_str() >= start)
        .filter(|row| end.as_ref().is_none_or(|end| row.at <= *end))
        .filter(|row| {
            let site = row.entity("site").and_then(Value::as_str);
            let own_id = row.entity("id").and_then(Value::as_u64);
            let own_external_id = row.entity("externalId").and_then(Value::as_str);
            site.is_none_or(|site| cx.account.reaches_site(site))
                && (id.is_none() || own_id == id)
                && (external_id.is_none() || own_external_id == external_id)
        })
        .map(|row| &row.json)
        .collect();
    let mut body = page_of(cx, "history", &found);
    if let Value::Object(body) = &mut body {
        body.insert("generatedAt".into(), json!(now()));
    }
    body
}
