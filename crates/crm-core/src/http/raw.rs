//! Raw requests to a CRM, for operations without a type.

use std::borrow::Cow;

use serde_json::Value;

use super::{ApiRequest, LimitClass, Operation, Output, Repeat, Response};
use crate::error::Result;
use crate::redaction::looks_like_key;
use crate::secret::MASK;

/// A request built by the caller, with the account's credentials, limits and retries.
///
/// The caller sets whether it may be retried; by default it may not, unless it is a GET. The result
/// is the body as JSON, or as a text if it is not JSON.
#[derive(Clone, Debug)]
pub struct RawRequest {
    request: ApiRequest,
    name: Cow<'static, str>,
    repeat: Repeat,
    limit_class: LimitClass,
}

impl RawRequest {
    /// Creates a raw request.
    pub fn new(request: ApiRequest) -> Self {
        let repeat = if request.method().is_safe() { Repeat::Safe } else { Repeat::Unsafe };
        Self { request, name: Cow::Borrowed("raw"), repeat, limit_class: LimitClass::GENERAL }
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// Returns the same request with another path.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.request = self.request.with_path(path);
        self
    }

    /// Sets the name in logs, metrics and errors, `raw` by default. If the CRM limits each method,
    /// requests are counted by this name. Parts that look like a key are masked.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        self.name = if looks_like_key(&name) {
            let mask = |part| if looks_like_key(part) { MASK } else { part };
            name.split('/').map(mask).collect::<Vec<_>>().join("/").into()
        } else {
            name
        };
        self
    }

    /// Sets whether it may be retried.
    #[must_use]
    pub fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Sets which quota it counts against.
    #[must_use]
    pub fn with_limit_class(mut self, class: LimitClass) -> Self {
        self.limit_class = class;
        self
    }
}

/// The output of a raw request: the body as JSON, or as a text if it is not JSON.
#[derive(Debug)]
pub struct RawBody;

impl Output for RawBody {
    type Value = Value;

    fn decode(response: &Response) -> Result<Value> {
        match serde_json::from_slice(&response.body) {
            Ok(value) => Ok(value),
            Err(_) if response.body.is_empty() => Ok(Value::Null),
            Err(_) => Ok(Value::String(String::from_utf8_lossy(&response.body).into_owned())),
        }
    }

    fn planned() -> Response {
        Response::ok_json(&Value::Null)
    }
}

impl Operation for RawRequest {
    type Output = RawBody;
    const NAME: &'static str = "raw";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(self.request.clone())
    }

    fn repeat(&self) -> Repeat {
        self.repeat
    }

    fn class(&self) -> LimitClass {
        self.limit_class
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_in_the_name_is_masked() {
        let named =
            |name: &'static str| RawRequest::new(ApiRequest::post("/")).with_name(name).name;
        assert_eq!(named("1/invented0key1of2many3signs/profile"), "1/***/profile");
        assert_eq!(named("telephony.externalCall.register"), "telephony.externalCall.register");
    }
}
