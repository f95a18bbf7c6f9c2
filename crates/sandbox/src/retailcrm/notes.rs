//! Notes on customers and corporate customers (§5.5, §5.6).

use http::StatusCode;
use serde_json::{Value, json};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form};
use super::handlers::{Change, page_of};
use super::journal::{Subject, now};
use super::operations::Endpoint;
use super::store::{Fields, fields, id_of, only, reference};
use crate::wire::Response;

pub(super) const FILTERS: &[Filter] = &[
    ("ids", Form::Numbers, By::Is("id")),
    ("customerIds", Form::Numbers, By::Is("customer.id")),
    ("customerExternalIds", Form::Texts, By::Is("customer.externalId")),
    ("managerIds", Form::Numbers, By::Is("managerId")),
    ("text", Form::Text, By::Part("text")),
    ("createdAtFrom", Form::Date, By::From("createdAt")),
    ("createdAtTo", Form::Date, By::Until("createdAt")),
];

/// Highest seed note id; ids are never reused.
pub(super) const LAST: u64 = 301;

pub(super) fn seed() -> Vec<Fields> {
    vec![fields(json!({
        "id": LAST,
        "customer": {"id": 60},
        "corporate": false,
        "managerId": 7,
        "text": "Перезвонить",
        "createdAt": "2026-03-14 10:40:00",
    }))]
}

impl RequestContext<'_> {
    /// The type of customer whose notes or history the request is about.
    pub(super) fn subject(&self) -> Option<Subject> {
        match self.endpoint()? {
            Endpoint::History(subject)
            | Endpoint::Notes(subject)
            | Endpoint::NoteCreate(subject)
            | Endpoint::NoteDelete(subject) => Some(subject),
            _ => None,
        }
    }

    /// The JSON of a note in the CRM's response; none of a customer that the key does not reach.
    fn note_json(&self, note: &Fields) -> Option<Fields> {
        let corporate = note.get("corporate") == Some(&Value::Bool(true));
        let subject = if corporate { Subject::Corporate } else { Subject::Customer };
        let customer = self.account.store(subject).get(reference(note, "customer")?)?;
        let of_this = Some(subject) == self.subject() && self.account.reaches(customer);
        let mut sent = of_this.then(|| note.clone())?;
        sent.remove("corporate");
        let customer = only(customer, &["id", "externalId", "site"]);
        sent.insert("customer".into(), Value::Object(customer));
        Some(sent)
    }

    /// The note of the path.
    pub(super) fn note(&self) -> Option<Fields> {
        self.note_json(self.account.notes.get(self.thing.parse().ok()?)?)
    }
}

/// A page of notes, without customers the key does not reach.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let sent = cx.account.notes.iter().filter_map(|note| cx.note_json(note));
    let found: Vec<Fields> = sent.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "notes", &found)
}

pub(super) fn created(cx: &RequestContext<'_>) -> (Response, Change) {
    let subject = cx.subject().unwrap_or(Subject::Customer);
    let written = cx.written();
    let customer = cx.reference(subject, written.get("customer").unwrap_or(&Value::Null));
    let mut note = only(written, &["text", "managerId"]);
    note.extend(fields(json!({
        "id": cx.account.notes.free_id(),
        "customer": {"id": customer},
        "corporate": subject == Subject::Corporate,
        "createdAt": now(),
    })));
    let body = json!({"success": true, "id": id_of(&note)});
    (Response::json(StatusCode::CREATED, &body), Change::Note(note))
}

pub(super) fn deleted(cx: &RequestContext<'_>) -> (Response, Change) {
    let gone = cx.note().map(|it| id_of(&it)).unwrap_or_default();
    let answer = Response::json(StatusCode::OK, &json!({"success": true}));
    (answer, Change::NoteGone(gone))
}
