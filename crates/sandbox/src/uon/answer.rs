//! Success responses and "nothing found", in the forms that sources show (§3).

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::php;
use crate::wire::Response;

use super::account::{Dialect, Record};
use super::operations::Endpoint;

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
    /// The form of [`Dialect::other_lists`].
    other: Wrap,
    nothing: Nothing,
}

impl Answer {
    pub(super) const fn list(key: &'static str) -> Self {
        let usual = Wrap { key, shape: Shape::List, result: false };
        Self { usual, other: usual, nothing: Nothing::NotFound }
    }

    pub(super) const fn one(key: &'static str) -> Self {
        let usual = Wrap { key, shape: Shape::Object, result: true };
        Self { usual, other: usual, nothing: Nothing::NotFoundMessage }
    }

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

    /// Sets the best known form of "nothing found".
    pub(super) const fn missing(self, nothing: Nothing) -> Self {
        Self { nothing, ..self }
    }

    /// The response to a search.
    pub(super) fn found(self, dialect: &Dialect, records: &[Record]) -> Response {
        let wrap = if dialect.other_lists { self.other } else { self.usual };
        if !records.is_empty() {
            return respond(dialect, 200, wrap.around(records));
        }
        let form = if dialect.nothing == Nothing::Usual { self.nothing } else { dialect.nothing };
        let (status, body) = wrap.nothing(form);
        respond(dialect, status, body)
    }
}

/// The response to a change, with the id of a new record.
pub(super) fn changed(dialect: &Dialect, endpoint: Endpoint, id: Option<i64>) -> Response {
    let reads = dialect.empty_array && (id.is_none() || endpoint == Endpoint::ReminderCreate);
    let body = match id {
        _ if reads => json!([]),
        Some(id) => created(dialect.ids, endpoint, id),
        None => json!({"result": 200}),
    };
    respond(dialect, 200, body)
}

fn respond(dialect: &Dialect, status: u16, body: Value) -> Response {
    json_response(status, &if dialect.text_numbers { numbers_as_text(body) } else { body })
}

impl Wrap {
    fn around(self, records: &[Record]) -> Value {
        let value =
            if self.shape == Shape::Object { json!(records.first()) } else { json!(records) };
        match (self.shape, self.result, self.key) {
            (Shape::Bare, ..) => value,
            (_, true, key) => json!({"result": 200, key: value}),
            (_, false, key) => json!({key: value}),
        }
    }

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

fn created(form: IdForm, endpoint: Endpoint, id: i64) -> Value {
    match (form, endpoint) {
        (IdForm::Text, Endpoint::LeadCreate) => {
            json!({"result": 200, "id": id.to_string(), "comment": ""})
        }
        (IdForm::Text, _) => json!({"result": 200, "id": id.to_string()}),
        (IdForm::UserId, Endpoint::UserCreate) => {
            json!({"result": 200, "user_id": id, "global_user_id": super::seed::global_id(id)})
        }
        (IdForm::Number | IdForm::UserId, _) => json!({"result": 200, "id": id}),
        (IdForm::Zero, _) => json!({"result": 200, "id": 0}),
        (IdForm::Absent, _) => json!({"result": 200}),
    }
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
    Response::new(status, "application/json", php::escaped(&body.to_string()))
}
