//! Requests sent by the CRMs; the only module with an HTTP client.

#![allow(clippy::disallowed_types, reason = "the CRMs' own requests need no pipeline")]

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::click::{ClickError, ClickResponse};

/// A request sent by a CRM.
pub(crate) struct Outgoing {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    crm_call_id: Option<String>,
}

/// The response to such a request.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

const SEND_TIMEOUT: Duration = Duration::from_secs(10);

impl Outgoing {
    /// A request without a body.
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: None, crm_call_id: None }
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Names the CRM's call that the request is about.
    pub(crate) fn of_call(self, id: String) -> Self {
        Self { crm_call_id: Some(id), ..self }
    }

    /// Sets the body.
    pub(crate) fn with_body(mut self, content_type: &str, body: String) -> Self {
        self.body = Some(body);
        self.with_header("content-type", content_type)
    }

    /// Sends a click without further checks of the response.
    pub(crate) async fn click(self) -> Result<ClickResponse, ClickError> {
        let (method, url) = (self.method.to_string(), self.url.to_string());
        let crm_call_id = self.crm_call_id.clone();
        let reply = self.send().await?;
        Ok(ClickResponse {
            ok: reply.status.is_success(),
            status: reply.status.as_u16(),
            body: reply.body,
            method,
            url,
            problem: None,
            crm_call_id,
        })
    }

    /// Sends the request, with a timeout and without redirects.
    pub(crate) async fn send(self) -> Result<Reply, ClickError> {
        let mut without_query = self.url.clone();
        without_query.set_query(None);
        self.exchange().await.map_err(|error| ClickError::NoAnswer {
            url: without_query.into(),
            reason: causes(&error),
        })
    }

    async fn exchange(self) -> Result<Reply, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(SEND_TIMEOUT)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let mut request = client.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let answer = request.send().await?;
        Ok(Reply {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await?,
        })
    }
}

/// The error chain as text, without the URL.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    if texts.is_empty() { "no connection".to_owned() } else { texts.join(": ") }
}
