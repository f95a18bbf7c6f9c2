//! Change journal, the source of the histories (§7).
//!
//! Every change of a customer, a corporate customer or an order is added with the entity's JSON
//! before and after. `differences` derives the changed fields and their names in a history.

use serde_json::{Map, Value, json};

use crate::limits;

use super::differences::differences;
use super::seed;
use super::seed_history;
use super::store::{Fields, id_of, only};

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
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Customer | Self::Corporate => "customer",
            Self::Order => "order",
        }
    }

    /// Its short form in a row of an edit.
    fn brief(self, entity: &Fields) -> Value {
        let names: &[&str] = match self {
            Self::Customer | Self::Corporate => &["id", "externalId", "site"],
            Self::Order => &["id", "externalId", "site", "status"],
        };
        Value::Object(only(entity, names))
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
                Value::Object(only(fields, &["id", "externalId", "site", "name"]))
            }
            other => other.clone(),
        }
    }
}

/// One change: the JSON of its row.
#[derive(Debug, Clone)]
struct Row {
    json: Fields,
    subject: Subject,
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
        let rows = seed_history::rows().into_iter();
        Self { rows: rows.map(|(subject, json)| Row { json, subject }).collect() }
    }

    /// Adds the rows of a creation or an edit.
    pub(super) fn written(
        &mut self,
        subject: Subject,
        author: Author,
        before: Option<&Fields>,
        after: &Fields,
    ) {
        match before {
            None => self.created(subject, author, after),
            Some(before) => {
                for (field, old, new) in differences(subject, before, after) {
                    self.noted(subject, author, after, (&field, old, new), json!({}));
                }
            }
        }
    }

    /// Adds the row of a creation, with the whole entity.
    fn created(&mut self, subject: Subject, author: Author, entity: &Fields) {
        let status = entity.get("status").filter(|_| subject == Subject::Order);
        let (field, new) = match status {
            Some(status) => ("status", subject.value("status", status)),
            None => ("id", json!(entity.get("id"))),
        };
        let details = RowDetails { field, old: Value::Null, new, more: json!({"created": true}) };
        self.push(subject, author, json!(entity), details);
    }

    /// Adds a row about a part with its own id, such as a contact; `more` is added beside the
    /// entity.
    pub(super) fn noted(
        &mut self,
        subject: Subject,
        author: Author,
        entity: &Fields,
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
        entity: &Fields,
        into: Option<&Fields>,
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
    pub(super) fn rows(&self, subject: Subject) -> impl Iterator<Item = &Fields> {
        self.rows.iter().filter(move |row| row.subject == subject).map(|row| &row.json)
    }

    /// Drops the oldest rows beyond the limit.
    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.rows);
    }

    fn push(&mut self, subject: Subject, author: Author, entity: Value, details: RowDetails<'_>) {
        let last = self.rows(subject).map(id_of).max();
        let id = last.map_or(1, |last| last.saturating_add(1));
        let mut row = Map::from_iter([
            ("id".to_owned(), json!(id)),
            ("createdAt".to_owned(), json!(now())),
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
        self.rows.push(Row { json: row, subject });
    }
}

/// Current time as `Y-m-d H:i:s` in the account's zone.
pub(super) fn now() -> String {
    let now = jiff::Zoned::now().in_tz(seed::TIMEZONE);
    now.unwrap_or_else(|_| jiff::Zoned::now()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::store::fields;
    use super::*;

    #[test]
    fn row_ids_increase_per_history() {
        let mut journal = Journal::new();
        let entity = fields(json!({"id": 1, "site": "shop-one"}));
        journal.written(Subject::Customer, Author::Key, None, &entity);
        journal.written(Subject::Order, Author::Code, None, &entity);
        journal.written(Subject::Corporate, Author::SomeUser, None, &entity);
        journal.deleted(Subject::Customer, Author::User(7), &entity, None);
        let ids = |subject| -> Vec<u64> { journal.rows(subject).map(id_of).collect() };
        assert_eq!(ids(Subject::Customer), [2692, 2695, 2696, 2699, 2700, 2701]);
        assert_eq!(ids(Subject::Order), [7038, 7040, 7041]);
        assert_eq!(ids(Subject::Corporate), [1]);
    }
}
