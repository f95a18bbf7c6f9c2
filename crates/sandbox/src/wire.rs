//! Requests as they arrive and answers as they leave.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use tokio::time::Instant;
use url::form_urlencoded;

/// A request, read whole.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) ip: IpAddr,
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body was longer than what is kept, so only its beginning is here.
    pub(crate) cut: bool,
}

pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let essence = self.header("content-type")?.split(';').next()?;
        Some(essence.trim().to_ascii_lowercase())
    }

    pub(crate) fn is_form(&self) -> bool {
        self.media_type().as_deref() == Some("application/x-www-form-urlencoded")
    }

    /// The decoded fields of a form body; none when the body is no urlencoded form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        if self.is_form() { pairs(&self.body) } else { Vec::new() }
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Empty where none is sent.
    pub(crate) content_type: String,
    /// Seconds to stay away, where the CRM says them.
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: Bytes,
    /// What a downloaded file is called.
    pub(crate) file_name: Option<String>,
}

impl Answer {
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
            file_name: None,
        }
    }

    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Everything given here is built from strings, numbers and maps with text keys, which
        // always serialise; an empty body would show up in any test at once.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::new(status, "application/json", body)
    }

    pub(crate) fn html(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }
}

/// What became of a request.
pub(crate) struct Carried {
    pub(crate) answer: Answer,
    /// Empty unless the request was refused.
    pub(crate) findings: Vec<crate::check::Finding>,
}

impl Carried {
    pub(crate) fn done(answer: Answer) -> Self {
        Self { answer, findings: Vec::new() }
    }
}
