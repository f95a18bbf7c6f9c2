//! Notes on customers and corporate customers (§5.5, §5.6).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::checks::RequestContext;
use super::handlers::{Change, known, page_of};
use super::journal::{self, Subject};
use super::state::Account;
use crate::wire::Response;

/// A note on a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The CRM's id.
    pub id: u64,
    /// The id of the customer or corporate customer.
    pub customer_id: u64,
    /// Whether it is on a corporate customer.
    pub corporate: bool,
    /// The author.
    pub manager_id: Option<u64>,
    /// The text.
    pub text: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
}

/// Highest seed note id; ids are never reused.
pub(super) const LAST: u64 = 301;

pub(super) fn seed() -> Vec<Note> {
    vec![Note {
        id: LAST,
        customer_id: 60,
        corporate: false,
        manager_id: Some(7),
        text: "Перезвонить".into(),
        created_at: "2026-03-14 10:40:00".into(),
    }]
}

/// The customer of a note, as in the note's JSON.
struct About<'a> {
    external_id: Option<&'a str>,
    site: &'a str,
}

impl Account {
    fn about(&self, note: &Note) -> Option<About<'_>> {
        let (external_id, site) = if note.corporate {
            let corporate = self.corporate(note.customer_id)?;
            (&corporate.external_id, &corporate.site)
        } else {
            let customer = self.customer(note.customer_id)?;
            (&customer.external_id, &customer.site)
        };
        self.reaches_site(site).then_some(About { external_id: external_id.as_deref(), site })
    }
}

impl RequestContext<'_> {
    /// The note of the path.
    pub(super) fn note(&self, subject: Subject) -> Option<&Note> {
        let id = self.thing.parse().ok();
        let mut notes = self.account.notes.iter();
        notes.find(|it| {
            Some(it.id) == id
                && it.corporate == (subject == Subject::Corporate)
                && self.account.about(it).is_some()
        })
    }
}

/// A page of notes, without customers the key does not reach.
pub(super) fn list(cx: &RequestContext<'_>, subject: Subject) -> Value {
    let among = |name: &str, have: Option<String>| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || have.is_some_and(|have| wanted.contains(&have.as_str()))
    };
    let filter = |name: &str| cx.parameter(&format!("filter[{name}]"));
    let from = filter("createdAtFrom").unwrap_or_default();
    let to = filter("createdAtTo").map(journal::end_of);
    let text = filter("text").unwrap_or_default().to_lowercase();
    let found: Vec<Value> = cx
        .account
        .notes
        .iter()
        .filter(|it| it.corporate == (subject == Subject::Corporate))
        .filter_map(|it| Some((it, cx.account.about(it)?)))
        .filter(|(it, about)| {
            among("ids", Some(it.id.to_string()))
                && among("customerIds", Some(it.customer_id.to_string()))
                && among("customerExternalIds", about.external_id.map(str::to_owned))
                && among("managerIds", it.manager_id.map(|id| id.to_string()))
                && it.text.to_lowercase().contains(&text)
                && it.created_at.as_str() >= from
                && to.as_ref().is_none_or(|to| it.created_at <= *to)
        })
        .map(|(it, about)| {
            known(json!({
                "id": it.id,
                "managerId": it.manager_id,
                "text": it.text,
                "createdAt": it.created_at,
                "customer": known(json!({
                    "id": it.customer_id,
                    "externalId": about.external_id,
                    "site": about.site,
                })),
            }))
        })
        .collect();
    page_of(cx, "notes", &found)
}

pub(super) fn created(cx: &RequestContext<'_>, subject: Subject) -> (Response, Change) {
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
    let reference = fields.get("customer").unwrap_or(&Value::Null);
    let id = cx.account.last_note.saturating_add(1);
    let text = fields.get("text").and_then(Value::as_str);
    let note = Note {
        id,
        customer_id: cx.reference(subject, reference).unwrap_or_default(),
        corporate: subject == Subject::Corporate,
        manager_id: fields.get("managerId").and_then(Value::as_u64),
        text: text.unwrap_or_default().to_owned(),
        created_at: journal::now(),
    };
    let answer = Response::json(StatusCode::CREATED, &json!({"success": true, "id": id}));
    (answer, Change::Note(note))
}

pub(super) fn deleted(cx: &RequestContext<'_>, subject: Subject) -> (Response, Change) {
    let gone = cx.note(subject).map(|it| it.id).unwrap_or_default();
    let answer = Response::json(StatusCode::OK, &json!({"success": true}));
    (answer, Change::NoteGone(gone))
}
