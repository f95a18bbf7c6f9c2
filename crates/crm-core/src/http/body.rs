//! Requests as plain values, and their bodies in each encoding.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use super::{FileSource, Source};
use crate::error::{Error, Result};

/// The body of a request. `Debug` prints its size only.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(Cow<'static, str>, String)>),
    /// `application/json`.
    Json(Bytes),
    /// Any other bytes with their content type.
    Bytes {
        /// The content type.
        content_type: &'static str,
        /// The bytes.
        bytes: Bytes,
    },
    /// Bytes that are read while they are sent.
    Stream {
        /// The content type.
        content_type: Cow<'static, str>,
        /// The source of the bytes. It is opened for every attempt.
        source: Arc<dyn Source>,
    },
}

impl Body {
    /// Creates a body from a source.
    pub fn stream(
        content_type: impl Into<Cow<'static, str>>,
        source: impl Source + 'static,
    ) -> Self {
        Self::Stream { content_type: content_type.into(), source: Arc::new(source) }
    }

    /// Creates a body from the file at this path.
    ///
    /// ```
    /// use vochi_crm_core::http::{ApiRequest, Body};
    /// let body = Body::file("audio/mpeg", "/recordings/1710.mp3");
    /// let request = ApiRequest::post("/files").body(body);
    /// assert_eq!(request.body_ref().content_type(), Some("audio/mpeg"));
    /// ```
    pub fn file(content_type: impl Into<Cow<'static, str>>, path: impl Into<PathBuf>) -> Self {
        Self::stream(content_type, FileSource::new(path))
    }

    /// The content type, if there is one.
    pub fn content_type(&self) -> Option<&str> {
        match self {
            Self::Empty => None,
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Json(_) => Some("application/json"),
            Self::Bytes { content_type, .. } => Some(content_type),
            Self::Stream { content_type, .. } => Some(content_type),
        }
    }

    /// The encoded bytes. Empty for a [`Stream`](Self::Stream), which is read while it is sent.
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Empty | Self::Stream { .. } => Bytes::new(),
            Self::Form(fields) => encode_pairs(fields).into(),
            Self::Json(bytes) | Self::Bytes { bytes, .. } => bytes.clone(),
        }
    }

    /// The source of a streamed body.
    pub fn source(&self) -> Option<&Arc<dyn Source>> {
        match self {
            Self::Stream { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Form(fields) => write!(f, "Form({} fields)", fields.len()),
            Self::Json(bytes) => write!(f, "Json({} bytes)", bytes.len()),
            Self::Bytes { content_type, bytes } => {
                write!(f, "Bytes({content_type}, {} bytes)", bytes.len())
            }
            Self::Stream { content_type, source } => {
                write!(f, "Stream({content_type}, {})", source.name())
            }
        }
    }
}

/// A request to a CRM, without host and credentials.
///
/// ```
/// use vochi_crm_core::http::ApiRequest;
/// let request = ApiRequest::get("/api/v5/telephony/manager").query("phone", "+375291112233");
/// assert_eq!(request.query_string(), "phone=%2B375291112233");
/// ```
#[derive(Clone, Debug)]
pub struct ApiRequest {
    method: Method,
    path: Cow<'static, str>,
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    body: Body,
}

impl ApiRequest {
    /// Creates a request with any method.
    pub fn new(method: Method, path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
        }
    }

    /// Creates a GET request.
    pub fn get(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates a POST request.
    pub fn post(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a field to a form body.
    #[must_use]
    pub fn form(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let field = (name.into(), value.into());
        if let Body::Form(fields) = &mut self.body {
            fields.push(field);
        } else {
            self.body = Body::Form(vec![field]);
        }
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_opt(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl Into<String>>,
    ) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a field to a form body if there is a value.
    #[must_use]
    pub fn form_opt(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl Into<String>>,
    ) -> Self {
        match value {
            Some(value) => self.form(name, value),
            None => self,
        }
    }

    /// Adds a form field with a JSON value.
    pub fn form_json<T: Serialize + ?Sized>(
        self,
        name: impl Into<Cow<'static, str>>,
        value: &T,
    ) -> Result<Self> {
        let text = serde_json::to_string(value).map_err(not_json)?;
        Ok(self.form(name, text))
    }

    /// Sets a JSON body.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self> {
        // Large enough for most bodies, which are not moved then.
        let mut bytes = Vec::with_capacity(512);
        serde_json::to_writer(&mut bytes, value).map_err(not_json)?;
        self.body = Body::Json(bytes.into());
        Ok(self)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Returns the same request with another path.
    #[must_use]
    pub(super) fn with_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, beginning with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn query_pairs(&self) -> &[(Cow<'static, str>, String)] {
        &self.query
    }

    /// The encoded query; empty if there is none.
    pub fn query_string(&self) -> String {
        encode_pairs(&self.query)
    }

    /// The headers of this request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body_ref(&self) -> &Body {
        &self.body
    }
}

fn not_json(error: serde_json::Error) -> Error {
    Error::internal("cannot serialize a request as JSON").with_source(error)
}

/// Writes pairs as `application/x-www-form-urlencoded`. The crate `form_urlencoded` writes every
/// escaped byte on its own, which is a tenth of the CPU time of a call event.
fn encode_pairs(pairs: &[(Cow<'static, str>, String)]) -> String {
    let plain: usize = pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    // JSON grows to almost twice its length.
    let mut out = Vec::with_capacity(plain * 2);
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push(b'&');
        }
        encode_form(name, &mut out);
        out.push(b'=');
        encode_form(value, &mut out);
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Appends a text, encoded as a name or value of `application/x-www-form-urlencoded`.
///
/// ```
/// let mut form = b"phone=".to_vec();
/// vochi_crm_core::http::encode_form("+375 29", &mut form);
/// assert_eq!(form, b"phone=%2B375+29");
/// ```
pub fn encode_form(text: &str, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let is_special = |byte: &u8| !PLAIN[usize::from(*byte)];
    let mut rest = text.as_bytes();
    // Most texts are plain, and copied in one piece.
    while let Some(at) = rest.iter().position(is_special) {
        out.extend_from_slice(&rest[..at]);
        let byte = rest[at];
        if byte == b' ' {
            out.push(b'+');
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            out.extend_from_slice(&[b'%', DIGITS[high], DIGITS[low]]);
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// The bytes that a form contains as they are.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        plain[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_');
        byte += 1;
    }
    plain
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_sign_is_encoded() {
        let request = ApiRequest::post("/x").form("phone", "+375 29").query("q", "a b+c");
        assert_eq!(&request.body_ref().encode()[..], b"phone=%2B375+29");
        assert_eq!(request.query_string(), "q=a+b%2Bc");
    }

    #[test]
    fn encodes_as_the_standard_does() {
        let text: String = ('\0'..='\u{2ff}').chain("Ольга 📞".chars()).collect();
        let pairs = [("a b".into(), text.clone()), ("".into(), String::new())];
        let mut standard = url::form_urlencoded::Serializer::new(String::new());
        standard.extend_pairs(&pairs);
        assert_eq!(encode_pairs(&pairs), standard.finish());
    }

    #[test]
    fn names_with_brackets_are_encoded() {
        let request = ApiRequest::get("/x").query("filter[active]", "1");
        assert_eq!(request.query_string(), "filter%5Bactive%5D=1");
    }
}
