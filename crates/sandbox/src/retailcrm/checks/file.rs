//! Checks of `POST /api/v5/files/upload` and of `file` in `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::links::Linked;
use super::values::{Entity, INVALID, list_of, nothing_empty, of_written, text};
use super::{Endpoint, Refusal, RequestContext, Row};

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn file(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::FileEdit) { of_written(cx, check) } else { Vec::new() }
}

/// Violations in the attachments of a file.
fn attached(
    cx: &RequestContext<'_>,
    check: impl Fn(Linked, &Entity<'_>) -> Vec<Detail>,
) -> Vec<Detail> {
    file(cx, |it| {
        let items = it.each("attachment");
        let found = items.iter().flat_map(|it| {
            let mut found = check(Linked::Customer, it);
            found.extend(check(Linked::Order, it));
            found
        });
        found.collect()
    })
}

fn uploaded(cx: &RequestContext<'_>, wrong: impl Fn() -> bool) -> Vec<Detail> {
    if cx.is(Endpoint::FileUpload) && wrong() { vec![Detail::new("file", "")] } else { Vec::new() }
}

pub(super) const UPLOADED: &[Row] = &[
    Row {
        check: Check::guess(
            "file.raw_bytes",
            "§1.3, §8",
            "the body is the file itself, application/octet-stream: no form and no multipart",
        ),
        refusal: Refusal::Missing,
        finds: |cx| {
            let media_type = cx.request.media_type();
            uploaded(cx, || media_type.as_deref() != Some("application/octet-stream"))
        },
    },
    Row {
        check: Check::guess("file.some_bytes", "§8", "there are bytes in the file"),
        refusal: Refusal::Missing,
        finds: |cx| uploaded(cx, || cx.request.body.is_empty()),
    },
];

pub(super) const PAID: &[Row] = &[Row {
    check: Check::answered(
        "file.paid",
        "§1.4, §8",
        "there is money in the account when a file is uploaded",
    ),
    refusal: Refusal::Says(400, "Your account doesn't have enough money to upload files."),
    finds: |cx| uploaded(cx, || !cx.account.has_funds),
}];

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "file.known_fields",
            "§8",
            "no field a file does not have, and none that only the CRM writes; it is attached to \
             customers and orders, never to calls",
        ),
        |cx| {
            file(cx, |it| {
                let mut found = it.only(&["filename", "attachment"]);
                // The official Python client repeats the id of the path.
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
    row(Check::guess("file.nothing_empty", "§8", "nothing empty or null is sent"), |cx| {
        file(cx, |it| {
            let mut found = nothing_empty(it);
            // An empty reference has another message.
            let unnamed = |it: &Entity<'_>, linked: Linked| !linked.form(it).is_empty();
            let items = it.each("attachment");
            let has_refs =
                items.iter().any(|it| unnamed(it, Linked::Customer) || unnamed(it, Linked::Order));
            found.retain(|detail| !(has_refs && detail.field == "attachment"));
            found
        })
    }),
    row(Check::documented("file.filename_form", "§8", "filename is a text"), |cx| {
        file(cx, |it| it.unless("filename", INVALID, text))
    }),
    row(
        Check::documented(
            "file.attachment_form",
            "§8",
            "attachment is a list of objects, each with a customer or an order",
        ),
        |cx| {
            file(cx, |it| {
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
        |cx| attached(cx, Linked::form),
    ),
    row(
        Check::guess(
            "file.link_known",
            "§8",
            "customer and order are ones the key reaches, in the shop that is named",
        ),
        |cx| attached(cx, |linked, it| linked.known(it, cx)),
    ),
];
