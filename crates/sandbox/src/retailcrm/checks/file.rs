//! What `POST /api/v5/files/upload` and the `file` of `…/{id}/edit` have to be like.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::links::Linked;
use super::values::{Entity, INVALID, list_of, nothing_empty, of_written, text};
use super::{Endpoint, Refusal, Row, Seen};

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn file(seen: &Seen<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if seen.is(Endpoint::FileEdit) { of_written(seen, check) } else { Vec::new() }
}

/// What a check finds in the things a file is attached to.
fn attached(seen: &Seen<'_>, check: impl Fn(Linked, &Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    file(seen, |it| {
        let items = it.each("attachment");
        let found = items.iter().flat_map(|it| {
            let mut found = check(Linked::Customer, it);
            found.extend(check(Linked::Order, it));
            found
        });
        found.collect()
    })
}

fn uploaded(seen: &Seen<'_>, wrong: impl Fn() -> bool) -> Vec<Detail> {
    if seen.is(Endpoint::FileUpload) && wrong() {
        vec![Detail::new("file", "")]
    } else {
        Vec::new()
    }
}

pub(super) const UPLOADED: &[Row] = &[
    Row {
        check: Check::guess(
            "file.raw_bytes",
            "§1.3, §8",
            "the body is the file itself, application/octet-stream: no form and no multipart",
        ),
        refusal: Refusal::Missing,
        finds: |seen| {
            let media_type = seen.request.media_type();
            uploaded(seen, || media_type.as_deref() != Some("application/octet-stream"))
        },
    },
    Row {
        check: Check::guess("file.some_bytes", "§8", "there are bytes in the file"),
        refusal: Refusal::Missing,
        finds: |seen| uploaded(seen, || seen.request.body.is_empty()),
    },
];

pub(super) const PAID: &[Row] = &[Row {
    check: Check::answered(
        "file.paid",
        "§1.4, §8",
        "there is money in the account when a file is uploaded",
    ),
    refusal: Refusal::Says(400, "Your account doesn't have enough money to upload files."),
    finds: |seen| uploaded(seen, || !seen.account.has_funds),
}];

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "file.known_fields",
            "§8",
            "no field a file does not have, and none that only the CRM writes; it is attached to \
             customers and orders, never to calls",
        ),
        |seen| {
            file(seen, |it| {
                let mut found = it.only(&["filename", "attachment"]);
                // The official Python client repeats the id it edits by.
                found.retain(|detail| detail.field != "id");
                for item in it.each("attachment") {
                    found.extend(item.only(&["customer", "order"]));
                    found.extend(Linked::Customer.extra(&item));
                    found.extend(Linked::Order.extra(&item));
                }
                found
            })
        },
    ),
    row(Check::guess("file.nothing_empty", "§8", "nothing empty or null is sent"), |seen| {
        file(seen, |it| {
            let mut found = nothing_empty(it);
            // What is named by nothing is answered in other words.
            let unnamed = |it: &Entity<'_>, linked: Linked| !linked.form(it).is_empty();
            let items = it.each("attachment");
            let said =
                items.iter().any(|it| unnamed(it, Linked::Customer) || unnamed(it, Linked::Order));
            found.retain(|detail| !(said && detail.field == "attachment"));
            found
        })
    }),
    row(Check::documented("file.filename_form", "§8", "filename is a text"), |seen| {
        file(seen, |it| it.unless("filename", INVALID, text))
    }),
    row(
        Check::documented(
            "file.attachment_form",
            "§8",
            "attachment is a list of objects, each with a customer or an order",
        ),
        |seen| {
            file(seen, |it| {
                let one = |it: &Value| it.as_object().is_some_and(|it| it.len() == 1);
                it.unless("attachment", INVALID, |it| list_of(it, one))
            })
        },
    ),
    row(
        Check::documented(
            "file.link_form",
            "§8",
            "customer is an object with an id or an externalId, order one with an id, an \
             externalId or a number",
        ),
        |seen| attached(seen, Linked::form),
    ),
    row(
        Check::guess(
            "file.link_known",
            "§8",
            "customer and order are ones the key reaches, in the shop that is named",
        ),
        |seen| attached(seen, |linked, it| linked.known(it, seen)),
    ),
];
