//! Change journal, the source of the histories (§7).
//!
//! Every change of a customer, a corporate customer or an order is added with the entity's JSON
//! before and after. `differences` derives the changed fields and their names in a history.

use serde_json::{Map, Value, json};

use crate::limits;

use super::differences::differences;
use super::seed;
use super::seed_history;

/// Author of a change in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Author {
    /// A person in the CRM, the employee with this id.
    User(u64),
    /// A person in the CRM, unnamed in the history.
    SomeUser,
    /// The API with the account's key: a reader with the same key receives its own changes.
    Key,
    /// The API with another key.
    AnotherKey,
    /// The CRM itself, by a rule of the account.
    Code,
}

/// An entity type with its own history and row ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::retailcrm) enum Subject {
    Customer,
    Corporate,
    Order,
}

impl Subject {
    /// Its key in a row. Official tests use `customer` for a corporate customer too.
    fn key(self) -> &'static str {
        match self {
            Self::Customer | Self::Corporate => "customer",
            Self::Order => "order",
        }
    }

    /// Its short form in a row of an edit.
    fn brief(self, entity: &Map<String, Value>) -> Value {
        let names: &[&str] = match self {
            Self::Customer | Self::Corporate => &["id", "externalId", "site"],
            Self::Order => &["id", "externalId", "site", "status"],
        };
        only(entity, names)
    }

    /// The history's name of a field: `manager_id` of a customer, `manager` of an order.
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

    /// The history's form of a value.
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
    /// The JSON of the row.
    pub(super) json: Map<String, Value>,
    subject: Subject,
}

impl Row {
    /// A field of the entity in the row.
    pub(super) fn entity(&self, name: &str) -> Option<&Value> {
        self.json.get(self.subject.key())?.get(name)
    }
}

/// Changes of an account, oldest first, numbered per entity type.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    rows: Vec<Row>,
}

/// Fields of a row besides author and entity.
struct RowDetails<'a> {
    field: &'a str,
    old: Value,
    new: Value,
    more: Value,
}

impl Journal {
    /// Creates a journal with the seed rows.
    pub(super) fn new() -> Self {
        let mut journal = Self { rows: Vec::new() };
        for (subject, row) in seed_history::rows() {
            let id = row.get("id").and_then(Value::as_u64);
            let at = row.get("createdAt").and_then(Value::as_str);
            journal.rows.push(Row {
                id: id.unwrap_or_default(),
                at: at.unwrap_or_default().to_owned(),
                json: row,
                subject,
            });
        }
        journal
    }

    /// Adds the row of a creation, with the whole entity.
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
        let details = RowDetails { field, old: Value::Null, new, more: json!({"created": true}) };
        self.push(subject, author, json!(entity), details);
    }

    /// Adds one row per changed field.
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

    /// Adds a row about a part with its own id, such as a contact; `more` is added beside the
    /// entity.
    pub(super) fn noted(
        &mut self,
        subject: Subject,
        author: Author,
        entity: &Map<String, Value>,
        (field, old, new): (&str, Value, Value),
        more: Value,
    ) {
        let details = RowDetails { field, old, new, more };
        self.push(subject, author, subject.brief(entity), details);
    }

    /// Adds the row of a removal; `into` is the target of a merge.
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
        let details =
            RowDetails { field: "id", old: json!(entity.get("id")), new: Value::Null, more };
        self.push(subject, author, subject.brief(entity), details);
    }

    /// Rows of one history, oldest first.
    pub(super) fn rows(&self, subject: Subject) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.subject == subject)
    }

    /// Drops the oldest rows beyond the limit.
    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.rows);
    }

    fn push(&mut self, subject: Subject, author: Author, entity: Value, details: RowDetails<'_>) {
        let last = self.rows(subject).map(|row| row.id).max();
        let id = last.map_or(1, |last| last.saturating_add(1));
        let at = now();
        let mut row = Map::from_iter([
            ("id".to_owned(), json!(id)),
            ("createdAt".to_owned(), json!(at)),
            ("field".to_owned(), json!(details.field)),
            ("oldValue".to_owned(), details.old),
            ("newValue".to_owned(), details.new),
            (subject.key().to_owned(), entity),
        ]);
        let mut add = |name: &str, value: Value| row.insert(name.to_owned(), value);
        match author {
            Author::User(id) => {
                add("source", json!("user"));
                add("user", json!({"id": id}));
            }
            Author::SomeUser => {
                add("source", json!("user"));
            }
            Author::Key | Author::AnotherKey => {
                add("source", json!("api"));
                add("apiKey", json!({"current": author == Author::Key}));
            }
            Author::Code => {
                add("source", json!("code"));
            }
        }
        if let Value::Object(more) = details.more {
            row.extend(more);
        }
        self.rows.push(Row { id, at, json: row, subject });
    }
}

fn only(entity: &Map<String, Value>, names: &[&str]) -> Value {
    let kept = names.iter().filter_map(|name| {
        let value = entity.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    kept.collect()
}

/// The last second of a filter's end: a day ends with it. Dates of this form sort as text.
pub(super) fn end_of(end: &str) -> String {
    match end.len() {
        10 => format!("{end} 23:59:59"),
        _ => end.to_owned(),
    }
}

/// Current time as `Y-m-d H:i:s` in the account's zone.
pub(super) fn now() -> String {
    let now = jiff::Zoned::now().in_tz(seed::TIMEZONE);
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
    fn row_ids_increase_per_history() {
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
