//! Checks of `POST /api/v5/files/upload` and of `file` in `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Detail, answered, documented, guess};
use crate::schema::field;

use super::Endpoint::{FileEdit, FileUpload};
use super::gate::wrong_if;
use super::kinds::TEXT;
use super::values::list_of;
use super::{Kind, Refusal, RequestContext, Row, Schema, links};

fn uploaded(cx: &RequestContext<'_>, wrong: bool) -> Vec<Detail> {
    wrong_if(cx.is(FileUpload) && wrong, "file", "")
}

pub(super) const UPLOADED: &[Row] = &[
    Row::new(
        "file.raw_bytes",
        guess("§1.3, §8"),
        "the body is the file itself, application/octet-stream: no form and no multipart",
        Refusal::Missing,
        |cx| {
            let media_type = cx.request.media_type();
            uploaded(cx, media_type.as_deref() != Some("application/octet-stream"))
        },
    ),
    Row::new(
        "file.some_bytes",
        guess("§8"),
        "there are bytes in the file",
        Refusal::Missing,
        |cx| uploaded(cx, cx.request.body.is_empty()),
    ),
];

pub(super) const PAID: &[Row] = &[Row::new(
    "file.paid",
    answered("§1.4, §8"),
    "there is money in the account when a file is uploaded",
    Refusal::Says(400, "Your account doesn't have enough money to upload files."),
    |cx| uploaded(cx, !cx.account.has_funds),
)];

const ATTACHMENT: Kind =
    Kind::new("a list of objects, each with a customer or an order", |it, _| {
        list_of(it, |it| it.as_object().is_some_and(|it| it.len() == 1))
    })
    .example(
        r#"[{"customer": {"id": 60}}, {"order": {"number": "501A"}}]"#,
        r#"[{"customer": {"id": 60}}, [{"customer": {"id": 60}, "order": {"id": 501}}]]"#,
    )
    .with_blank("[]");

/// Returns true if a reference of an attachment has a message of its own.
fn has_malformed(attachment: &Value, _: &RequestContext<'_>) -> bool {
    let each = attachment.as_array().into_iter().flatten();
    let malformed =
        |it: &Value, name, names| it.get(name).is_some_and(|it| links::is_malformed(it, names));
    each.into_iter().any(|it| {
        malformed(it, "customer", links::OF_CUSTOMER) || malformed(it, "order", links::OF_ORDER)
    })
}

pub(super) const FILE: Schema = Schema::new(
    "file",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[FileEdit]),
    &[
        field("filename").form(TEXT, documented("§8")),
        field("attachment")
            .form(ATTACHMENT, documented("§8"))
            .blank_elsewhere(has_malformed)
            // Never to calls.
            .each(&[
                links::customer(documented("§8"), guess("§8")),
                links::order(documented("§8"), guess("§8")),
            ]),
    ],
)
.of(&[FileEdit])
// The official Python client repeats the id of the path.
.known(guess("§8"))
.ignoring(&["id"], &[])
.not_blank(guess("§8"));
