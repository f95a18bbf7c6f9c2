//! What the `customers` of `POST /api/v5/customers/upload` has to be like as a whole. Each of them
//! is looked at by the rows of a customer that is created, and fails by itself.

use crate::check::{Check, Detail};

use super::values::{BLANK, INVALID};
use super::{Endpoint, Refusal, Row, Seen};

const MOST: usize = 50;

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn list(seen: &Seen<'_>, wrong: impl Fn(usize) -> bool, text: &'static str) -> Vec<Detail> {
    match &seen.customers {
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
        |seen| {
            let objects = |it: &Vec<serde_json::Value>| it.iter().all(serde_json::Value::is_object);
            let right = seen.customers.as_ref().is_some_and(objects);
            if seen.is(Endpoint::CustomersUpload) && !right {
                vec![Detail::new("customers", INVALID)]
            } else {
                Vec::new()
            }
        },
    ),
    row(Check::guess("customers.some", "§1.4", "there is a customer in the list"), |seen| {
        list(seen, |count| count == 0, BLANK)
    }),
    row(
        Check::guess("customers.at_most_50", "§1.4", "at most 50 customers at once, as of calls"),
        |seen| {
            let text = "This collection should contain 50 elements or less.";
            list(seen, |count| count > MOST, text)
        },
    ),
];
