//! Checks of `customers` in `POST /api/v5/customers/upload` as a list. Each customer is checked
//! like a new one, and fails separately.

use serde_json::Value;

use crate::check::{Detail, documented, guess};

use super::gate::wrong_if;
use super::values::{BLANK, FIFTY, INVALID};
use super::{Endpoint, Refusal, RequestContext, Row};

fn list(cx: &RequestContext<'_>, wrong: impl Fn(usize) -> bool, text: &'static str) -> Vec<Detail> {
    match &cx.customers {
        Some(customers) if wrong(customers.len()) => vec![Detail::new("customers", text)],
        _ => Vec::new(),
    }
}

pub(super) const LIST: &[Row] = &[
    Row::new(
        "customers.array",
        documented("§1.4"),
        "customers is a JSON array of objects, one customer included",
        Refusal::EntityMap,
        |cx| {
            let objects = |it: &Vec<Value>| it.iter().all(Value::is_object);
            let right = cx.customers.as_ref().is_some_and(objects);
            wrong_if(cx.is(Endpoint::CustomersUpload) && !right, "customers", INVALID)
        },
    ),
    Row::new(
        "customers.some",
        guess("§1.4"),
        "there is a customer in the list",
        Refusal::EntityMap,
        |cx| list(cx, |count| count == 0, BLANK),
    ),
    Row::new(
        "customers.at_most_50",
        guess("§1.4"),
        "at most 50 customers at once, as of calls",
        Refusal::EntityMap,
        |cx| list(cx, |count| count > 50, FIFTY),
    ),
];
