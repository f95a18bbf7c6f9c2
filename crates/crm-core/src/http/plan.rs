//! The requests of a dry run.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method};

use super::{Body, HttpRequest};

/// One request of a dry run. Credentials in it are `***`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlannedRequest {
    /// The CRM's own name of the operation.
    pub operation: Cow<'static, str>,
    /// The method.
    pub method: Method,
    /// The URL, without secrets.
    pub url: String,
    /// The headers; values of sensitive ones are `***`.
    pub headers: Vec<(String, String)>,
    /// The body, if it is text.
    pub body: Option<String>,
    /// The source of a streamed body, for example a path. It is not opened, and `body` is empty.
    pub body_source: Option<String>,
    /// The parts of a multipart form.
    pub body_parts: Vec<PlannedPart>,
}

/// One part of a multipart form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedPart {
    /// The field.
    pub name: String,
    /// The file name.
    pub file_name: Option<String>,
    /// The content type.
    pub content_type: Option<String>,
    /// The source of its bytes.
    pub source: String,
}

/// Collects the requests of a dry run. A [`Hub`](crate::Hub) with a plan sends nothing: operations
/// get their planned responses instead.
///
/// ```
/// let plan = vochi_crm_core::http::Plan::new();
/// let hub = vochi_crm_core::Hub::builder().plan(plan.clone()).build()?;
/// // … use connectors built on `hub` …
/// assert!(plan.requests().is_empty());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Plan(Arc<Mutex<Vec<PlannedRequest>>>);

impl Plan {
    /// Creates an empty plan.
    pub fn new() -> Self {
        Self::default()
    }

    /// The collected requests, in order.
    pub fn requests(&self) -> Vec<PlannedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note(
        &self,
        operation: Cow<'static, str>,
        request: &HttpRequest,
        body: &Body,
        redact: impl Fn(&str) -> String,
    ) {
        let planned = PlannedRequest {
            operation,
            method: request.method.clone(),
            url: redact(request.url.as_str()),
            headers: shown(&request.headers),
            body: std::str::from_utf8(&body.encode())
                .ok()
                .filter(|text| !text.is_empty())
                .map(&redact),
            body_source: body.source().map(|source| redact(&source.name())),
            body_parts: body
                .source()
                .map(|source| source.parts().iter().map(|part| part.planned(&redact)))
                .into_iter()
                .flatten()
                .collect(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(planned);
    }
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = match value.to_str() {
                Ok(text) if !value.is_sensitive() => text.to_owned(),
                _ => crate::secret::MASK.to_owned(),
            };
            (name.as_str().to_owned(), text)
        })
        .collect()
}
