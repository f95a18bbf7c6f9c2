//! Responses with histories (§7).

use serde_json::{Value, json};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form};
use super::handlers::page_of;
use super::journal::{Subject, now};
use super::store::{self, Fields};

pub(super) const OF_CUSTOMERS: &[Filter] = &[
    ("sinceId", Form::Number, SINCE),
    ("startDate", Form::Date, By::From("createdAt")),
    ("endDate", Form::Date, By::Until("createdAt")),
    ("customerId", Form::Number, By::Is("customer.id")),
    ("customerExternalId", Form::Text, By::Is("customer.externalId")),
];

pub(super) const OF_ORDERS: &[Filter] = &[
    ("sinceId", Form::Number, SINCE),
    ("startDate", Form::Date, By::From("createdAt")),
    ("endDate", Form::Date, By::Until("createdAt")),
    ("orderId", Form::Number, By::Is("order.id")),
    ("orderExternalId", Form::Text, By::Is("order.externalId")),
];

const SINCE: By =
    By::Check(|_, row, since| since.parse().is_ok_and(|since: u64| store::id_of(row) > since));

/// A page of a history, without shops the key does not reach.
pub(super) fn page(cx: &RequestContext<'_>) -> Value {
    let subject = cx.subject().unwrap_or(Subject::Customer);
    let rows = cx.account.journal.rows(subject).filter(|row| {
        let site = row.get(subject.key()).and_then(|it| it.get("site")).and_then(Value::as_str);
        site.is_none_or(|site| cx.account.reaches_site(site))
    });
    let found: Vec<&Fields> = rows.filter(|row| filters::passes(cx, row)).collect();
    let mut body = page_of(cx, "history", &found);
    body["generatedAt"] = json!(now());
    body
}
