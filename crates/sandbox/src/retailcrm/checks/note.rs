//! Checks of `note` in `POST /api/v5/customers/notes/create`, also for corporate customers.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::super::journal::Subject;
use super::values::{
    BLANK, CHOICE, Entity, INVALID, nothing_empty, of_written, text, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const SET_ONE: &str = "Set one of the following fields: id, externalId";

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn note(
    cx: &RequestContext<'_>,
    check: impl Fn(&Entity<'_>, Subject) -> Vec<Detail>,
) -> Vec<Detail> {
    match cx.endpoint() {
        Some(Endpoint::NoteCreate(subject)) => of_written(cx, |it| check(it, subject)),
        _ => Vec::new(),
    }
}

/// Returns true if an object references a customer by `id` or `externalId`.
pub(super) fn names_customer(it: Option<&Value>) -> bool {
    let named = |name: &str| it.and_then(|it| it.get(name)).is_some();
    named("id") || named("externalId")
}

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "note.known_fields",
            "§5.5",
            "no field a note does not have: text, managerId and the customer by id or externalId",
        ),
        |cx| {
            note(cx, |it, _| {
                let mut found = it.only(&["text", "managerId", "customer"]);
                let customer = it.inside("customer");
                let known = ["id", "externalId", "site"];
                found.extend(customer.iter().flat_map(|it| it.only(&known)));
                found
            })
        },
    ),
    row(Check::guess("note.nothing_empty", "§5.5", "nothing empty or null is sent"), |cx| {
        note(cx, |it, _| {
            let mut found = nothing_empty(it);
            // An empty reference has another message.
            found.retain(|detail| detail.field != "customer");
            found
        })
    }),
    row(
        Check::answered(
            "note.customer_given",
            "§5.5",
            "customer references the customer of the note by id or externalId",
        ),
        |cx| {
            note(cx, |it, _| {
                if names_customer(it.fields.get("customer")) {
                    Vec::new()
                } else {
                    it.at("customer", SET_ONE)
                }
            })
        },
    ),
    row(Check::guess("note.customer_known", "§5.5", "the customer of that id exists"), |cx| {
        note(cx, |it, subject| {
            let unknown = |customer: &Value| {
                names_customer(Some(customer)) && cx.reference(subject, customer).is_none()
            };
            it.unless("customer", CHOICE, |customer| !unknown(customer))
        })
    }),
    row(Check::documented("note.text_given", "§5.5", "a note has a text"), |cx| {
        note(cx, |it, _| {
            if it.has("text") { it.unless("text", INVALID, text) } else { it.at("text", BLANK) }
        })
    }),
    row(Check::documented("note.manager_form", "§5.5", "managerId is a number"), |cx| {
        note(cx, |it, _| it.unless("managerId", INVALID, whole_number))
    }),
    row(Check::guess("note.manager_known", "§5.5", "managerId is a user of the account"), |cx| {
        note(cx, |it, _| {
            it.unless("managerId", CHOICE, |id| {
                id.as_u64().is_none_or(|id| cx.account.user(id).is_some())
            })
        })
    }),
];
