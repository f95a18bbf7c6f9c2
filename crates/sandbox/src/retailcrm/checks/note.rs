//! What the `note` of `POST /api/v5/customers/notes/create` has to be like, and of corporate ones.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::super::journal::Subject;
use super::values::{
    BLANK, CHOICE, Entity, INVALID, nothing_empty, of_written, text, whole_number,
};
use super::{Endpoint, Refusal, Row, Seen};

const SET_ONE: &str = "Set one of the following fields: id, externalId";

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn note(seen: &Seen<'_>, check: impl Fn(&Entity<'_>, Subject) -> Vec<Detail>) -> Vec<Detail> {
    match seen.endpoint() {
        Some(Endpoint::NoteCreate(subject)) => of_written(seen, |it| check(it, subject)),
        _ => Vec::new(),
    }
}

/// Whether an object says by `id` or `externalId` which customer it means.
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
        |seen| {
            note(seen, |it, _| {
                let mut found = it.only(&["text", "managerId", "customer"]);
                let customer = it.inside("customer");
                let known = ["id", "externalId", "site"];
                found.extend(customer.iter().flat_map(|it| it.only(&known)));
                found
            })
        },
    ),
    row(Check::guess("note.nothing_empty", "§5.5", "nothing empty or null is sent"), |seen| {
        note(seen, |it, _| {
            let mut found = nothing_empty(it);
            // A customer that says nothing is told so in other words.
            found.retain(|detail| detail.field != "customer");
            found
        })
    }),
    row(
        Check::answered(
            "note.customer_given",
            "§5.5",
            "customer says by id or externalId whom the note is about",
        ),
        |seen| {
            note(seen, |it, _| {
                if names_customer(it.fields.get("customer")) {
                    Vec::new()
                } else {
                    it.at("customer", SET_ONE)
                }
            })
        },
    ),
    row(Check::guess("note.customer_known", "§5.5", "the customer of that id exists"), |seen| {
        note(seen, |it, subject| {
            let unknown = |customer: &Value| {
                names_customer(Some(customer)) && seen.meant(subject, customer).is_none()
            };
            it.unless("customer", CHOICE, |customer| !unknown(customer))
        })
    }),
    row(Check::documented("note.text_given", "§5.5", "a note has a text"), |seen| {
        note(seen, |it, _| {
            if it.has("text") { it.unless("text", INVALID, text) } else { it.at("text", BLANK) }
        })
    }),
    row(Check::documented("note.manager_form", "§5.5", "managerId is a number"), |seen| {
        note(seen, |it, _| it.unless("managerId", INVALID, whole_number))
    }),
    row(Check::guess("note.manager_known", "§5.5", "managerId is a user of the account"), |seen| {
        note(seen, |it, _| {
            it.unless("managerId", CHOICE, |id| {
                id.as_u64().is_none_or(|id| seen.account.user(id).is_some())
            })
        })
    }),
];
