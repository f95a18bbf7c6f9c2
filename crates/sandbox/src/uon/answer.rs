//! Success responses and "nothing found", in the forms that sources show (§3).

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::wire::Response;

use super::account::Record;
use super::checks::Order;
use super::handlers::Outcome;
use super::operations::Endpoint;

/// Records of a page.
pub(super) const PER_PAGE: usize = 100;

/// Response when nothing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nothing {
    /// The best known form of the operation.
    #[default]
    Usual,
    /// 404 with an empty list and `result: 404`.
    NotFound,
    /// 404 with `result: 404` only.
    NotFoundBare,
    /// 404 with `result: 404` and a message.
    NotFoundMessage,
    /// 200 with an empty list and `result: 404`.
    ListAndResult,
    /// 200 with `result: 404` only: the key of the list is missing.
    ResultOnly,
    /// 200 with an empty list.
    EmptyList,
}

/// Response to the creation of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdForm {
    /// `"id": "7"`.
    #[default]
    Text,
    /// `"id": 7`.
    Number,
    /// `"id": 0`, though the record exists.
    Zero,
    /// No id, though the record exists.
    Absent,
    /// `"user_id": 7, "global_user_id": …` for a user, else a number.
    UserId,
}

/// Text of an error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorText {
    /// `{"result": 404, "message": …}`.
    #[default]
    Message,
    /// The text alone.
    Bare,
    /// `{"error": {"code": 404, "message": …}}`.
    Object,
}

/// Place of the records in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One object.
    Object,
    /// A list.
    List,
    /// A list without a key around.
    Bare,
}

/// Place of the records in a response, and whether `result` is beside them.
#[derive(Debug, Clone, Copy)]
struct Wrap {
    key: &'static str,
    shape: Shape,
    result: bool,
}

/// Form of an operation's response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    usual: Wrap,
    /// The form of [`Dialect::other_lists`](super::Dialect::other_lists).
    other: Wrap,
    nothing: Nothing,
}

pub(super) const fn list(key: &'static str) -> Answer {
    let usual = Wrap { key, shape: Shape::List, result: false };
    Answer { usual, other: usual, nothing: Nothing::NotFound }
}

pub(super) const fn one(key: &'static str) -> Answer {
    let usual = Wrap { key, shape: Shape::Object, result: true };
    Answer { usual, other: usual, nothing: Nothing::NotFoundMessage }
}

impl Answer {
    /// Adds `result`.
    pub(super) const fn with_result(mut self) -> Self {
        self.usual.result = true;
        self.other.result = true;
        self
    }

    /// Sends the list alone; its key remains for an empty one, and for the other form.
    pub(super) const fn bare(mut self) -> Self {
        self.usual.shape = Shape::Bare;
        self
    }

    /// Sends the list alone in the other form.
    pub(super) const fn or_bare(mut self) -> Self {
        self.other.shape = Shape::Bare;
        self
    }

    /// Sends a list under this key in the other form.
    pub(super) const fn or(mut self, key: &'static str, result: bool) -> Self {
        self.other = Wrap { key, shape: Shape::List, result };
        self
    }

    pub(super) const fn missing_message(self) -> Self {
        Self { nothing: Nothing::NotFoundMessage, ..self }
    }

    pub(super) const fn missing_bare(self) -> Self {
        Self { nothing: Nothing::NotFoundBare, ..self }
    }

    pub(super) const fn missing_result(self) -> Self {
        Self { nothing: Nothing::ListAndResult, ..self }
    }

    pub(super) const fn missing_list(self) -> Self {
        Self { nothing: Nothing::EmptyList, ..self }
    }

    /// The response to an executed request.
    pub(super) fn response(
        self,
        dialect: &super::Dialect,
        order: &Order,
        outcome: Outcome,
    ) -> Response {
        let wrap = if dialect.other_lists { self.other } else { self.usual };
        let (status, body) = match outcome {
            Outcome::Found(records) => self.found(wrap, dialect.nothing, &page(records, order)),
            Outcome::Created(_) if dialect.empty_array && order.is(Endpoint::ReminderCreate) => {
                (200, json!([]))
            }
            Outcome::Created(id) => (200, created(dialect.ids, id, order)),
            Outcome::Done if dialect.empty_array => (200, json!([])),
            Outcome::Done => (200, json!({"result": 200})),
        };
        let body = if dialect.text_numbers { numbers_as_text(body) } else { body };
        json_response(status, &body)
    }

    fn found(self, wrap: Wrap, nothing: Nothing, records: &[Record]) -> (u16, Value) {
        if records.is_empty() {
            let usual = nothing == Nothing::Usual;
            return wrap.nothing(if usual { self.nothing } else { nothing });
        }
        let mut body = Map::new();
        let value = match wrap.shape {
            Shape::Object => json!(records.first()),
            Shape::List => json!(records),
            Shape::Bare => return (200, json!(records)),
        };
        body.insert(wrap.key.to_owned(), value);
        if wrap.result {
            body.insert("result".into(), json!(200));
        }
        (200, Value::Object(body))
    }
}

impl Wrap {
    fn nothing(self, form: Nothing) -> (u16, Value) {
        let key = self.key;
        match form {
            Nothing::NotFoundMessage => (404, json!({"result": 404, "message": "Not found"})),
            Nothing::NotFoundBare => (404, json!({"result": 404})),
            Nothing::ListAndResult => (200, json!({"result": 404, key: []})),
            Nothing::ResultOnly => (200, json!({"result": 404})),
            Nothing::EmptyList if self.shape == Shape::Bare => (200, json!([])),
            Nothing::EmptyList if self.result => (200, json!({"result": 200, key: []})),
            Nothing::EmptyList => (200, json!({key: []})),
            Nothing::Usual | Nothing::NotFound => (404, json!({"result": 404, key: []})),
        }
    }
}

fn created(form: IdForm, id: i64, order: &Order) -> Value {
    let of_user = order.is(Endpoint::UserCreate);
    match form {
        IdForm::Text if order.is(Endpoint::LeadCreate) => {
            json!({"result": 200, "id": id.to_string(), "comment": ""})
        }
        IdForm::Text => json!({"result": 200, "id": id.to_string()}),
        IdForm::UserId if of_user => {
            let global = super::seed::global_id(id);
            json!({"result": 200, "user_id": id, "global_user_id": global})
        }
        IdForm::Number | IdForm::UserId => json!({"result": 200, "id": id}),
        IdForm::Zero => json!({"result": 200, "id": 0}),
        IdForm::Absent => json!({"result": 200}),
    }
}

/// The page of a list (§4).
fn page(records: Vec<Record>, order: &Order) -> Vec<Record> {
    let Some(page) = order.page() else { return records };
    let skipped = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
    records.into_iter().skip(skipped.saturating_mul(PER_PAGE)).take(PER_PAGE).collect()
}

fn numbers_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.to_string()),
        Value::Array(items) => items.into_iter().map(numbers_as_text).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, numbers_as_text(value))).collect()
        }
        other => other,
    }
}

pub(super) fn json_response(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Response::new(status, "application/json", escaped(&body.to_string()))
}

/// JSON as PHP writes it: other than ASCII as `\uXXXX`, `/` as `\/` (§5).
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        if symbol == '/' {
            out.push_str("\\/");
        } else if symbol.is_ascii() {
            out.push(symbol);
        } else {
            for unit in symbol.encode_utf16(&mut [0; 2]) {
                // Writing into a `String` cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
