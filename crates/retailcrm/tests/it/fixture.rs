//! Requests and responses of the fixtures.

use std::ops::Deref;

use serde_json::Value;
use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::testing::conformance::CrmUnderTest as _;
use vochi_crm_core::testing::{self, Step};

use super::conformance::RetailCrm;

/// One fixture file.
pub(crate) struct Fixture(testing::Fixture);

impl Deref for Fixture {
    type Target = testing::Fixture;

    fn deref(&self) -> &testing::Fixture {
        &self.0
    }
}

impl Fixture {
    pub(crate) fn open(name: &str) -> Self {
        Self(testing::Fixture::open(RetailCrm::FIXTURES, name))
    }

    /// The response of this name, as a step of a script.
    pub(crate) fn answer(&self, name: &str) -> Step {
        Step::Response(self.response(name))
    }
}

/// Compares a request with a fixture's: method, path, query and form literally, JSON fields by
/// their structure.
pub(crate) fn assert_same(request: &ApiRequest, fixture: &Value) {
    assert_eq!(request.method().as_str(), fixture["method"]);
    assert_eq!(request.path(), fixture["path"]);
    assert_eq!(request.query_string(), fixture["wire_query"].as_str().unwrap_or_default());
    assert_eq!(request.body_ref().content_type(), fixture["content_type"].as_str(), "content type");
    let body = request.body_ref().encode();
    let sent = super::support::form(std::str::from_utf8(&body).unwrap());
    let Some(fields) = fixture["body"].as_object() else {
        assert!(sent.is_empty(), "unexpected body: {sent:?}");
        return;
    };
    let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
    let mut wanted: Vec<&str> = fields.keys().map(String::as_str).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(sorted, wanted, "form fields");
    for (name, text) in &sent {
        let is_json = fixture["json_fields"].as_array().unwrap().iter().any(|field| field == name);
        let value =
            if is_json { serde_json::from_str(text).unwrap() } else { Value::from(text.as_str()) };
        assert_eq!(value, fields[name], "field {name}");
        if is_json {
            let compact = value.to_string();
            assert_eq!(text.len(), compact.len(), "JSON must be compact: {text}");
        }
    }
}
