//! Injected faults.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::crm::Crm;
use crate::wire::Response;

/// Part of an exchange that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Lose {
    /// The connection ends before the request is executed.
    Request,
    /// The request is executed, then the connection ends without a response.
    Answer,
}

/// How a lost connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ending {
    /// An orderly close (FIN): the client reads an end of file.
    #[default]
    Close,
    /// A reset (RST): the client reads "connection reset by peer".
    Reset,
}

/// A fault injected into the next matching requests of one CRM.
///
/// ```
/// use vochi_crm_sandbox::{Crm, Fault, Lose};
/// // The next two uploads are carried out, but their answers never arrive.
/// let fault = Fault::on(Crm::RetailCrm)
///     .path("/api/v5/telephony/calls/upload")
///     .times(2)
///     .lose(Lose::Answer);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(crate) crm: Crm,
    pub(crate) path: String,
    pub(crate) times: u32,
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<Bytes>,
    pub(crate) content_type: Option<String>,
    pub(crate) delay: Duration,
    pub(crate) lose: Option<Lose>,
    pub(crate) ending: Ending,
}

impl Fault {
    /// Creates a fault for the next request to this CRM; the other methods say what fails.
    pub fn on(crm: Crm) -> Self {
        Self {
            crm,
            path: String::new(),
            times: 1,
            status: None,
            body: None,
            content_type: None,
            delay: Duration::ZERO,
            lose: None,
            ending: Ending::default(),
        }
    }

    /// Limits the fault to requests with this path prefix.
    #[must_use]
    pub fn path(mut self, prefix: impl Into<String>) -> Self {
        self.path = prefix.into();
        self
    }

    /// Sets the number of affected requests; default 1.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Responds with this status (200..=599) without executing the request.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Responds with this body (status 200 unless [`status`](Self::status) is set) without
    /// executing the request.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the `Content-Type` of the response; by default JSON, HTML or plain text, detected from
    /// the body.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Delays the response. The request is executed at once: a client that times out leaves an
    /// executed request.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Loses the request or the response; takes precedence over a status and a body.
    #[must_use]
    pub fn lose(mut self, what: Lose) -> Self {
        self.lose = Some(what);
        self
    }

    /// Sets how a lost connection ends.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.times > 0 && path.starts_with(&self.path)
    }

    /// The injected response, if this fault has one.
    pub(crate) fn answer(&self) -> Option<Response> {
        if self.status.is_none() && self.body.is_none() {
            return None;
        }
        let status = self.status.unwrap_or(200);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.body.clone().unwrap_or_default();
        let content_type = self.content_type.clone().unwrap_or_else(|| look_of(&body).to_owned());
        Some(Response::new(status, content_type, body))
    }
}

fn look_of(body: &[u8]) -> &'static str {
    if body.is_empty() || body.trim_ascii_start().starts_with(b"<") {
        "text/html"
    } else if serde_json::from_slice::<Value>(body).is_ok() {
        "application/json"
    } else {
        "text/plain"
    }
}

/// The body of `POST /faults`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClickBody {
    crm: Crm,
    path: Option<String>,
    times: Option<u32>,
    status: Option<u16>,
    body: Option<Value>,
    content_type: Option<String>,
    delay_ms: Option<u64>,
    lose: Option<Lose>,
    ending: Option<Ending>,
}

impl Fault {
    /// Parses the body of `POST /faults`; the error says what to correct.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, String> {
        let asked: ClickBody =
            serde_json::from_slice(body).map_err(|error| format!("invalid fault: {error}"))?;
        if asked.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("\"status\" must be an HTTP status from 200 to 599".into());
        }
        if asked.times == Some(0) {
            return Err("\"times\" must be at least 1; leave it out for the next request".into());
        }
        let nothing_wrong = asked.status.is_none()
            && asked.body.is_none()
            && asked.delay_ms.is_none()
            && asked.lose.is_none();
        if nothing_wrong {
            return Err(
                "the fault has no effect: give \"status\", \"body\", \"delay_ms\" or \"lose\""
                    .into(),
            );
        }
        if asked.ending.is_some() && asked.lose.is_none() {
            return Err("\"ending\" goes with \"lose\" only".into());
        }
        Ok(Self {
            crm: asked.crm,
            path: asked.path.unwrap_or_default(),
            times: asked.times.unwrap_or(1),
            status: asked.status,
            body: asked.body.map(|body| match body {
                Value::String(text) => Bytes::from(text),
                json => Bytes::from(json.to_string()),
            }),
            content_type: asked.content_type,
            delay: Duration::from_millis(asked.delay_ms.unwrap_or(0)),
            lose: asked.lose,
            ending: asked.ending.unwrap_or_default(),
        })
    }
}
