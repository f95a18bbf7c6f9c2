//! Responses: the envelope with its times, errors (§1.3, §1.4).

use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::php;
use crate::wire::Response;

use super::dialect::ErrorCode;
use super::portal::{Portal, written};

/// Result of a method.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) result: Value,
    /// Number of records of a list.
    pub(super) total: Option<usize>,
    /// `start` of the next page.
    pub(super) next: Option<usize>,
}

impl From<Value> for Output {
    fn from(result: Value) -> Self {
        Self { result, total: None, next: None }
    }
}

/// Error of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: u16,
    code: String,
    text: String,
}

/// Result or error of a method.
pub(super) type Outcome = Result<Output, Failure>;

impl Failure {
    pub(super) fn new(status: u16, code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { status, code: code.into(), text: text.into() }
    }

    /// An error with a code of its own.
    pub(super) fn named(code: &str, text: &str) -> Self {
        Self::new(400, code, text)
    }

    /// An error without a code.
    pub(super) fn plain(text: &str) -> Self {
        Self::new(400, "", text)
    }

    pub(super) fn denied(text: &str) -> Self {
        Self::new(403, "ACCESS_DENIED", text)
    }

    /// An error of telephony.
    pub(super) fn telephony(portal: &Portal, text: impl Into<String>) -> Self {
        let code = match portal.dialect.error_code {
            ErrorCode::Core => "ERROR_CORE",
            ErrorCode::Empty => "",
        };
        Self::new(400, code, text)
    }

    pub(super) fn body(&self) -> Value {
        json!({"error": self.code, "error_description": self.text})
    }

    pub(super) fn response(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        json_response(status, &self.body())
    }
}

/// The times of a response; with the operating time of a method, if one ran.
pub(super) fn times(portal: &Portal, at: Instant, operating: Option<(f64, i64)>) -> Value {
    let now = portal.time(at);
    let seconds = now.as_duration().as_secs_f64();
    let date = written(now);
    let mut time = json!({
        "start": seconds, "finish": seconds, "duration": 0.05, "processing": 0.02,
        "date_start": date, "date_finish": date,
    });
    if let Some((used, reset)) = operating.filter(|_| !portal.dialect.without_operating) {
        time["operating_reset_at"] = json!(reset);
        time["operating"] = json!(used);
    }
    time
}

/// The envelope of a result.
pub(super) fn envelope(output: &Output, time: &Value) -> Value {
    let mut body = json!({"result": output.result, "time": time});
    if let Some(total) = output.total {
        body["total"] = json!(total);
    }
    if let Some(next) = output.next {
        body["next"] = json!(next);
    }
    body
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    Response::new(status, "application/json; charset=utf-8", php::escaped(&body.to_string()))
}
