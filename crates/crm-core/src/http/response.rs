//! HTTP responses.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{Error, ErrorKind, Result};
use crate::redaction::Redactor;
use crate::wire;

/// The largest excerpt of an unreadable body in an error.
const EXCERPT: usize = 512;

/// A complete HTTP response. `Debug` prints neither headers nor body: both may contain tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    reading: OnceLock<Reading>,
}

/// What a connector read of a body, for all who ask for it.
#[derive(Clone)]
struct Reading {
    body: Bytes,
    value: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Response {
    /// Creates a response.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), reading: OnceLock::new() }
    }

    /// Returns what `read` reads of the response, and keeps it for the next caller: a body that is
    /// judged, counted and decoded is read once. All callers read it in the same way.
    pub fn read_once<T: Any + Send + Sync>(&self, read: impl Fn(&Self) -> T) -> Arc<T> {
        let known = self
            .reading
            .get_or_init(|| Reading { body: self.body.clone(), value: Arc::new(read(self)) });
        // The body is public: it may be another one by now.
        let is_of_body =
            known.body.as_ptr() == self.body.as_ptr() && known.body.len() == self.body.len();
        let value = is_of_body.then(|| Arc::clone(&known.value).downcast().ok()).flatten();
        value.unwrap_or_else(|| Arc::new(read(self)))
    }

    /// Creates a JSON response with status 200, for planned responses and tests.
    pub fn ok_json(value: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        Self::new(StatusCode::OK, headers, value.to_string())
    }

    /// The content type, or an empty text.
    pub fn content_type(&self) -> &str {
        self.headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns true if the status is a success.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The absolute address that a redirect leads to.
    pub(super) fn redirects_to(&self) -> Option<Url> {
        if !matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        self.headers.get(header::LOCATION)?.to_str().ok()?.parse().ok()
    }

    /// The delay that the header `Retry-After` asks for.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        crate::retry::retry_after(&self.headers)
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    /// `decode`, with the path to the unexpected value, but not the value.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        // Leniency and path tracking are slower, and needed for unexpected responses only.
        if let Some(value) = wire::directly(|| serde_json::from_slice(&self.body)) {
            return Ok(value);
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| self.unreadable_json(error.inner(), &error.path().to_string()))
    }

    /// Creates the error for a body that is not the expected JSON.
    pub(super) fn unreadable_json(&self, error: &serde_json::Error, path: &str) -> Error {
        if error.is_data() {
            self.unreadable(&wire::unreadable_at(path))
        } else {
            self.unreadable("incomplete JSON")
        }
    }

    /// Creates the error for an unreadable response, with status and content type; the pipeline
    /// adds a redacted excerpt of the body.
    pub fn unreadable(&self, what: &str) -> Error {
        let content_type = match self.content_type() {
            "" => "no content type",
            other => other,
        };
        Error::new(
            ErrorKind::Decode,
            format!(
                "cannot read the response (HTTP {}, {content_type}): {what}",
                self.status.as_u16()
            ),
        )
        .with_status(self.status.as_u16())
    }

    /// The beginning of the body as one line of text, without secrets.
    pub fn excerpt(&self, redactor: &Redactor) -> String {
        let text = String::from_utf8_lossy(&self.body);
        redactor.excerpt(&text, EXCERPT).replace(char::is_control, " ")
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn body_is_read_once_until_it_is_replaced() {
        let read = Cell::new(0);
        let length = |response: &Response| {
            read.set(read.get() + 1);
            response.body.len()
        };
        let mut response = Response::new(StatusCode::OK, HeaderMap::new(), "ok");
        let lengths = [(); 2].map(|()| *response.read_once(length));
        assert_eq!(
            (lengths, read.get()),
            ([2, 2], 1),
            "the second caller gets what the first read"
        );
        response.body = Bytes::from_static(b"longer");
        assert_eq!(*response.read_once(length), 6, "a replaced body is read anew");
        assert_eq!(*response.read_once(|_| "another type"), "another type");
    }
}
