//! Checks of `customers` in `POST /api/v5/customers/upload` as a list. Each customer is checked
//! like a new one, and fails separately.

use serde_json::Value;

use crate::check::{Detail, Source, documented, guess};

use super::gate::wrong_if;
use super::values::{BLANK, FIFTY, INVALID};
use super::{Endpoint, Refusal, RequestContext, Row};

const fn row(
    name: &'static str,
    source: Source,
    demands: &'static str,
    finds: fn(&RequestContext<'_>) -> Vec<Detail>,
) -> Row {
    Row::new(name, source, demands, Refusal::EntityMap, finds)
}

fn list(cx: &RequestContext<'_>, wrong: impl Fn(usize) -> bool, text: &'static str) -> Vec<Detail> {
    match &cx.customers {
        Some(customers) if wrong(customers.len()) => vec![Detail::new("customers", text)],
        _ => Vec::new(),
    }
}

pub(super) const LIST: &[Row] = &[
    row(
        "customers.array",
        documented("§1.4"),
        "customers is a JSON array of objects, one customer included",
        |cx| {
            let objects = |it: &Vec<Value>| it.iter().all(Value::is_object);
            let right = cx.customers.as_ref().is_some_and(objects);
            wrong_if(cx.is(Endpoint::CustomersUpload) && !right, "customers", INVALID)
        },
    ),
    row("customers.some", guess("§1.4"), "there is a customer in the list", |cx| {
        list(cx, |count| count == 0, BLANK)
    }),
    row("customers.at_most_50", guess("§1.4"), "at most 50 customers at once, as of calls", |cx| {
        list(cx, |count| count > 50, FIFTY)
    }),
];
