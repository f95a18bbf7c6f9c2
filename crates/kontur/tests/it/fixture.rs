//! Requests and responses of the fixtures.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json::Value;
use url::form_urlencoded;
use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::testing;
use vochi_crm_core::testing::conformance::CrmUnderTest as _;

use super::conformance::Kontur;

/// One fixture file.
pub(crate) struct Fixture(testing::Fixture);

impl Deref for Fixture {
    type Target = testing::Fixture;

    fn deref(&self) -> &testing::Fixture {
        &self.0
    }
}

/// Returns the names of all fixtures.
pub(crate) fn names() -> Vec<String> {
    testing::Fixture::names(Kontur::FIXTURES)
}

impl Fixture {
    pub(crate) fn open(name: &str) -> Self {
        Self(testing::Fixture::open(Kontur::FIXTURES, name))
    }

    pub(crate) fn is_to_kontur(&self) -> bool {
        self.content()["direction"] == "to_kontur"
    }

    pub(crate) fn request(&self) -> &Value {
        self.0.request(None)
    }

    /// Returns the steps of a scenario that we send.
    pub(crate) fn our_steps(&self) -> Vec<&Value> {
        let steps = self.content()["steps"].as_array().unwrap();
        steps.iter().filter(|step| step["from"] == "us").collect()
    }
}

/// Returns true for a header the client adds: credentials and general headers.
fn is_added_by_client(name: &str) -> bool {
    ["x-xcom-accesskey", "authorization", "accept", "content-type"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

/// Compares a request with a fixture: all parts exactly, the body by structure.
pub(crate) fn assert_same(what: &str, request: &ApiRequest, fixture: &Value) {
    assert_eq!(request.method().as_str(), fixture["method"], "{what}");
    let base = if request.path().starts_with("/authorization/") {
        "/api/v1"
    } else {
        "/api/v1/vochi-demo"
    };
    assert_eq!(format!("{base}{}", request.path()), fixture["path"].as_str().unwrap(), "{what}");
    let query = request.query_string();
    let query: BTreeMap<String, Value> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect();
    let wanted: BTreeMap<String, Value> =
        fixture["query"].as_object().unwrap().clone().into_iter().collect();
    assert_eq!(query, wanted, "{what}");
    let headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let wanted: BTreeMap<String, String> = fixture["headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !is_added_by_client(name))
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(headers, wanted, "{what}");
    // A scenario step has no content type.
    if let Some(content_type) = fixture.get("content_type") {
        assert_eq!(request.body_ref().content_type(), content_type.as_str(), "{what}");
    }
    // Multipart bodies are compared separately.
    if request.body_ref().source().is_some() {
        assert!(fixture["body"]["multipart"].is_array(), "{what}");
        return;
    }
    let bytes = request.body_ref().encode();
    if fixture["body"].is_null() {
        assert!(bytes.is_empty(), "{what}: expected no body");
        return;
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(body, fixture["body"], "{what}");
    assert_eq!(bytes.len(), body.to_string().len(), "{what}: expected compact JSON");
}
