//! Who changed what: the journal from which the histories are read (§7).
//!
//! Whatever changes a customer, a corporate customer or an order says so here, with the entity as
//! the account tells it before and after. Which fields changed, and how a history calls them, is
//! found out here.

use serde_json::{Map, Value, json};

use crate::bounds;

use super::differences::differences;
use super::first;
use super::first_history;

/// Who makes a change, as a history tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Author {
    /// A person in the CRM, the employee of this id.
    User(u64),
    /// A person in the CRM; the history does not tell who.
    SomeUser,
    /// The API, with the key of the account: an echo for whoever reads with it.
    Key,
    /// The API, with another key.
    AnotherKey,
    /// The CRM itself, by a rule of the account.
    Code,
}

/// What has a history of its own, with ids of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::retailcrm) enum Subject {
    Customer,
    Corporate,
    Order,
}

impl Subject {
    /// What a row calls it. Official tests call a corporate customer `customer` too.
    fn key(self) -> &'static str {
        match self {
            Self::Customer | Self::Corporate => "customer",
            Self::Order => "order",
        }
    }

    /// What a row tells of it when it was not created in that row.
    fn brief(self, entity: &Map<String, Value>) -> Value {
        let names: &[&str] = match self {
            Self::Customer | Self::Corporate => &["id", "externalId", "site"],
            Self::Order => &["id", "externalId", "site", "status"],
        };
        only(entity, names)
    }

    /// What a history calls a field: `manager_id` of a customer, `manager` of an order.
    pub(super) fn field(self, name: &str) -> String {
        match (self, name) {
            (Self::Order, "managerId") => return "manager".into(),
            (Self::Corporate, "mainCustomerContact") => return "main_contact".into(),
            _ => {}
        }
        let mut field = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() {
                field.push('_');
            }
            field.push(letter.to_ascii_lowercase());
        }
        field
    }

    /// What a history tells of a value.
    pub(super) fn value(self, name: &str, value: &Value) -> Value {
        let of_a_list =
            self == Self::Order && matches!(name, "status" | "orderMethod" | "orderType");
        match value {
            Value::String(code) if of_a_list => json!({"code": code}),
            Value::Object(fields) if fields.contains_key("id") => {
                only(fields, &["id", "externalId", "site", "name"])
            }
            other => other.clone(),
        }
    }
}

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) at: String,
    /// The whole row, as it is told.
    pub(super) told: Map<String, Value>,
    subject: Subject,
}

impl Row {
    /// A field of the entity, as the row tells it.
    pub(super) fn entity(&self, name: &str) -> Option<&Value> {
        self.told.get(self.subject.key())?.get(name)
    }
}

/// Every change of an account, oldest first, each subject numbered by itself.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    rows: Vec<Row>,
}

/// What one row says beside its author and its entity.
struct Said<'a> {
    field: &'a str,
    old: Value,
    new: Value,
    more: Value,
}

impl Journal {
    /// With the rows of the first state.
    pub(super) fn new() -> Self {
        let mut journal = Self { rows: Vec::new() };
        for (subject, told) in first_history::rows() {
            let id = told.get("id").and_then(Value::as_u64);
            let at = told.get("createdAt").and_then(Value::as_str);
            journal.rows.push(Row {
                id: id.unwrap_or_default(),
                at: at.unwrap_or_default().to_owned(),
                told,
                subject,
            });
        }
        journal
    }

    /// It came into being: one row, with all of it.
    pub(super) fn created(
        &mut self,
        subject: Subject,
        author: Author,
        entity: &Map<String, Value>,
    ) {
        let status = entity.get("status").filter(|_| subject == Subject::Order);
        let (field, new) = match status {
            Some(status) => ("status", subject.value("status", status)),
            None => ("id", json!(entity.get("id"))),
        };
        let said = Said { field, old: Value::Null, new, more: json!({"created": true}) };
        self.push(subject, author, json!(entity), said);
    }

    /// It was edited: one row for each field that is another now. Nothing changed, nothing told.
    pub(super) fn edited(
        &mut self,
        subject: Subject,
        author: Author,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) {
        for (field, old, new) in differences(subject, before, after) {
            self.noted(subject, author, after, (&field, old, new), json!({}));
        }
    }

    /// One row about a part of it that has an id of its own, such as a contact; `more` is told
    /// beside the entity.
    pub(super) fn noted(
        &mut self,
        subject: Subject,
        author: Author,
        entity: &Map<String, Value>,
        (field, old, new): (&str, Value, Value),
        more: Value,
    ) {
        let said = Said { field, old, new, more };
        self.push(subject, author, subject.brief(entity), said);
    }

    /// It is gone; `into` is what it was merged into, if it was.
    pub(super) fn deleted(
        &mut self,
        subject: Subject,
        author: Author,
        entity: &Map<String, Value>,
        into: Option<&Map<String, Value>>,
    ) {
        let mut more = json!({"deleted": true});
        if let (Some(into), Value::Object(more)) = (into, &mut more) {
            more.insert("combinedTo".into(), subject.brief(into));
        }
        let said = Said { field: "id", old: json!(entity.get("id")), new: Value::Null, more };
        self.push(subject, author, subject.brief(entity), said);
    }

    /// The rows of one history, oldest first.
    pub(super) fn rows(&self, subject: Subject) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.subject == subject)
    }

    /// Removes the oldest rows where there are too many.
    pub(super) fn keep_within_bounds(&mut self) {
        bounds::keep_newest(&mut self.rows);
    }

    fn push(&mut self, subject: Subject, author: Author, entity: Value, said: Said<'_>) {
        let last = self.rows(subject).map(|row| row.id).max();
        let id = last.map_or(1, |last| last.saturating_add(1));
        let at = now();
        let mut told = Map::from_iter([
            ("id".to_owned(), json!(id)),
            ("createdAt".to_owned(), json!(at)),
            ("field".to_owned(), json!(said.field)),
            ("oldValue".to_owned(), said.old),
            ("newValue".to_owned(), said.new),
            (subject.key().to_owned(), entity),
        ]);
        let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
        match author {
            Author::User(id) => {
                tell("source", json!("user"));
                tell("user", json!({"id": id}));
            }
            Author::SomeUser => {
                tell("source", json!("user"));
            }
            Author::Key | Author::AnotherKey => {
                tell("source", json!("api"));
                tell("apiKey", json!({"current": author == Author::Key}));
            }
            Author::Code => {
                tell("source", json!("code"));
            }
        }
        if let Value::Object(more) = said.more {
            told.extend(more);
        }
        self.rows.push(Row { id, at, told, subject });
    }
}

fn only(entity: &Map<String, Value>, names: &[&str]) -> Value {
    let kept = names.iter().filter_map(|name| {
        let value = entity.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    kept.collect()
}

/// The last second a filter's end means: a day ends with it. Dates of this form sort as text.
pub(super) fn end_of(end: &str) -> String {
    match end.len() {
        10 => format!("{end} 23:59:59"),
        _ => end.to_owned(),
    }
}

/// `Y-m-d H:i:s` of this moment, in the account's zone.
pub(super) fn now() -> String {
    let now = jiff::Zoned::now().in_tz(first::TIMEZONE);
    now.unwrap_or_else(|_| jiff::Zoned::now()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    #[test]
    fn ids_rise_within_a_history_and_each_history_has_its_own() {
        let mut journal = Journal::new();
        let entity = fields(json!({"id": 1, "site": "shop-one"}));
        journal.created(Subject::Customer, Author::Key, &entity);
        journal.created(Subject::Order, Author::Code, &entity);
        journal.created(Subject::Corporate, Author::SomeUser, &entity);
        journal.deleted(Subject::Customer, Author::User(7), &entity, None);
        let ids = |subject| -> Vec<u64> { journal.rows(subject).map(|row| row.id).collect() };
        assert_eq!(ids(Subject::Customer), [2692, 2695, 2696, 2699, 2700, 2701]);
        assert_eq!(ids(Subject::Order), [7038, 7040, 7041]);
        assert_eq!(ids(Subject::Corporate), [1]);
    }
}
