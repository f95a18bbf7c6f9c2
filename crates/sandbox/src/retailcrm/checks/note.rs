//! Checks of `note` in `POST /api/v5/customers/notes/create`, also for corporate customers.

use crate::check::{answered, documented, guess};
use crate::schema::field;

use super::super::journal::Subject;
use super::Endpoint::{self, NoteCreate};
use super::kinds::{TEXT, USER, WHOLE};
use super::links::{NAMED_BY_ID, SET_ONE};
use super::values::CHOICE;
use super::{Kind, Refusal, Schema};

const CREATE: &[Endpoint] = &[NoteCreate(Subject::Customer), NoteCreate(Subject::Corporate)];

/// A corporate customer's id is not a customer's.
const KNOWN: Kind =
    Kind::new("a customer of the note's type that exists", |it, cx| match cx.endpoint() {
        Some(NoteCreate(subject)) => cx.reference(subject, it).is_some(),
        _ => true,
    })
    .example(r#"{"id": 60}"#, r#"[{"id": 4711}, {"id": 5041}]"#)
    .says(CHOICE);

pub(super) const NOTE: Schema = Schema::new(
    "note",
    Refusal::EntityMap,
    |cx| cx.objects_of(CREATE),
    &[
        field("text").required(documented("§5.5")).form(TEXT, documented("§5.5")),
        field("managerId").form(WHOLE, documented("§5.5")).value(USER, guess("§5.5")),
        field("customer")
            .required(answered("§5.5"))
            .says(SET_ONE)
            .form(NAMED_BY_ID, answered("§5.5"))
            .value(KNOWN, guess("§5.5"))
            .blank_elsewhere(|_, _| true)
            .inside(&[field("id"), field("externalId"), field("site")]),
    ],
)
.of(CREATE)
.known(guess("§5.5"))
.not_blank(guess("§5.5"));
