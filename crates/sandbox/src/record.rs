//! Recorded requests and refusals.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;

use crate::check::Finding;
use crate::wire::{self, Request};

/// A request as a stand-in received it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The decoded query, in the order sent.
    pub query: Vec<(String, String)>,
    /// All headers, including the key.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Bytes,
    /// The decoded fields when the body is `application/x-www-form-urlencoded`, in the order sent.
    pub form: Vec<(String, String)>,
    /// The response status; `None` when the request or the response was lost.
    pub status: Option<u16>,
    /// Whether the request was executed.
    pub fate: Fate,
}

/// How a request was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It was executed.
    CarriedOut,
    /// A check refused it, or a part of it if the CRM accepts the rest.
    Refused,
    /// A fault prevented it from being executed.
    Prevented,
}

impl RecordedRequest {
    pub(crate) fn new(request: &Request, status: Option<u16>, fate: Fate) -> Self {
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            form: request.form(),
            body: request.body.clone(),
            status,
            fate,
        }
    }

    /// Returns the first field or query parameter of this name: `filter[active]`, `event`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let named = |pair: &&(String, String)| pair.0 == name;
        let pair = self.form.iter().find(named).or_else(|| self.query.iter().find(named))?;
        Some(&pair.1)
    }

    /// Parses the JSON in a field or query parameter: RetailCRM's `event` and `calls`.
    pub fn json(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.parameter(name)?).ok()
    }

    /// Parses the body as JSON.
    pub fn json_body(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns a header's value if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Names only: values may contain a key.
impl std::fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &names(&self.query))
            .field("form", &names(&self.form))
            .field("status", &self.status)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

/// A request that a check refused, or an invalid response to the CRM. Faults are not included: they
/// are not the client's mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The status of the refusal; some CRMs use 200.
    pub status: u16,
    /// The failed checks with their requirements and reference sections.
    pub why: String,
    /// The names of those checks.
    #[serde(skip)]
    pub checks: Vec<&'static str>,
}

impl Refused {
    pub(crate) fn new(request: &Request, status: u16, findings: &[Finding]) -> Self {
        Self {
            method: request.method.to_string(),
            path: request.path.clone(),
            status,
            why: findings.iter().map(Finding::why).collect::<Vec<_>>().join(" | "),
            checks: findings.iter().map(|finding| finding.check.name).collect(),
        }
    }
}

impl Refused {
    /// Records an invalid response to the CRM.
    pub(crate) fn answer(method: &str, path: &str, status: u16, finding: &Finding) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            status,
            why: finding.why(),
            checks: vec![finding.check.name],
        }
    }
}

pub(crate) fn query_of(uri: &http::Uri) -> Vec<(String, String)> {
    uri.query().map(|query| wire::pairs(query.as_bytes())).unwrap_or_default()
}
