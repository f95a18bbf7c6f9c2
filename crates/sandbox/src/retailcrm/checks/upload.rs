//! Checks of `customers` in `POST /api/v5/customers/upload` as a list. Each customer is checked
//! like a new one, and fails separately.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::values::{BLANK, FIFTY, INVALID};
use super::{Endpoint, Refusal, RequestContext, Row};

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn list(cx: &RequestContext<'_>, wrong: impl Fn(usize) -> bool, text: &'static str) -> Vec<Detail> {
    match &cx.customers {
        Some(customers) if wrong(customers.len()) => vec![Detail::new("customers", text)],
        _ => Vec::new(),
    }
}

pub(super) const LIST: &[Row] = &[
    row(
        Check::documented(
            "customers.array",
            "§1.4",
            "customers is a JSON array of objects, one customer included",
        ),
        |cx| {
            let objects = |it: &Vec<Value>| it.iter().all(Value::is_object);
            let right = cx.customers.as_ref().is_some_and(objects);
            let wrong = cx.is(Endpoint::CustomersUpload) && !right;
            if wrong { vec![Detail::new("customers", INVALID)] } else { Vec::new() }
        },
    ),
    row(Check::guess("customers.some", "§1.4", "there is a customer in the list"), |cx| {
        list(cx, |count| count == 0, BLANK)
    }),
    row(
        Check::guess("customers.at_most_50", "§1.4", "at most 50 customers at once, as of calls"),
        |cx| list(cx, |count| count > 50, FIFTY),
    ),
];
