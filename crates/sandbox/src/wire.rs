//! Requests and responses.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use tokio::time::Instant;
use url::form_urlencoded;

/// A complete request.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) ip: IpAddr,
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body was longer than the limit and is truncated.
    pub(crate) cut: bool,
}

pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type without parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let essence = self.header("content-type")?.split(';').next()?;
        Some(essence.trim().to_ascii_lowercase())
    }

    pub(crate) fn is_form(&self) -> bool {
        self.media_type().as_deref() == Some("application/x-www-form-urlencoded")
    }

    /// The decoded fields of a urlencoded body; empty for other types.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        if self.is_form() { pairs(&self.body) } else { Vec::new() }
    }
}

/// A complete response.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    /// Empty if none is sent.
    pub(crate) content_type: String,
    /// Seconds of `Retry-After`, if the CRM sends it.
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: Bytes,
    pub(crate) extra: Option<Extra>,
}

/// A further header of a response.
#[derive(Debug, Clone)]
pub(crate) enum Extra {
    /// Name of a downloaded file.
    FileName(Box<str>),
    /// Address of a redirect.
    Location(Box<str>),
}

impl Response {
    pub(crate) fn new(
        status: StatusCode,
        content_type: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            content_type: content_type.into(),
            retry_after: None,
            body: body.into(),
            extra: None,
        }
    }

    /// A redirect to an address.
    pub(crate) fn found(location: String) -> Self {
        let extra = Some(Extra::Location(location.into()));
        Self { extra, ..Self::new(StatusCode::FOUND, "text/html", "") }
    }

    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Values of strings, numbers and maps with text keys always serialize; an empty body would
        // fail any test.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::new(status, "application/json", body)
    }

    pub(crate) fn html(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }
}

/// How a request was handled.
pub(crate) struct Handled {
    pub(crate) answer: Response,
    /// Empty unless the request was refused.
    pub(crate) findings: Vec<crate::check::Finding>,
}

impl Handled {
    pub(crate) fn ok(answer: Response) -> Self {
        Self { answer, findings: Vec::new() }
    }
}
