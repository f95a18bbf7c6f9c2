//! Any operation of a CRM, typed or not.

use std::borrow::Cow;

use serde_json::Value;

use super::{ApiRequest, Endpoint, LimitClass, Repeat, Response};
use crate::error::Result;

/// A request the caller puts together, with the account's authorisation, limits and retries.
///
/// The caller says whether it may be repeated; without a word it may not, unless it is a GET. The
/// answer is the body as JSON, or as a text where it is none.
#[derive(Clone, Debug)]
pub struct RawRequest {
    request: ApiRequest,
    repeat: Repeat,
    limit_class: LimitClass,
}

impl RawRequest {
    /// A request as it is.
    pub fn new(request: ApiRequest) -> Self {
        let repeat = if request.method().is_safe() { Repeat::Safe } else { Repeat::Unsafe };
        Self { request, repeat, limit_class: LimitClass::GENERAL }
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// The same request at another path.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.request = self.request.with_path(path);
        self
    }

    /// Says whether it may be repeated.
    #[must_use]
    pub fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Says which quota it counts against.
    #[must_use]
    pub fn with_limit_class(mut self, class: LimitClass) -> Self {
        self.limit_class = class;
        self
    }
}

impl Endpoint for RawRequest {
    type Output = Value;

    fn operation(&self) -> &'static str {
        "raw"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(self.request.clone())
    }

    fn decode(&self, answer: &Response) -> Result<Value> {
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok(value),
            Err(_) if answer.body.is_empty() => Ok(Value::Null),
            Err(_) => Ok(Value::String(String::from_utf8_lossy(&answer.body).into_owned())),
        }
    }

    fn repeat(&self) -> Repeat {
        self.repeat
    }

    fn limit_class(&self) -> LimitClass {
        self.limit_class
    }

    fn planned(&self) -> Response {
        Response::ok_json(&Value::Null)
    }
}
