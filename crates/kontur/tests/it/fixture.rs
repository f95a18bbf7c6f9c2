//! Requests and responses of the fixtures.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use url::form_urlencoded;
use vochi_crm_core::http::{ApiRequest, Response};

/// One fixture file.
pub(crate) struct Fixture {
    name: String,
    content: Value,
}

fn folder() -> String {
    format!("{}/../../fixtures/kontur", env!("CARGO_MANIFEST_DIR"))
}

/// Returns the names of all fixtures.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".json").map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

impl Fixture {
    pub(crate) fn open(name: &str) -> Self {
        let path = format!("{}/{name}.json", folder());
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { name: name.to_owned(), content: serde_json::from_str(&text).unwrap() }
    }

    pub(crate) fn is_to_kontur(&self) -> bool {
        self.content["direction"] == "to_kontur"
    }

    pub(crate) fn request(&self) -> &Value {
        &self.content["request"]
    }

    /// Returns the steps of a scenario that we send.
    pub(crate) fn our_steps(&self) -> Vec<&Value> {
        let steps = self.content["steps"].as_array().unwrap();
        steps.iter().filter(|step| step["from"] == "us").collect()
    }

    /// Returns every response with its name.
    pub(crate) fn responses(&self) -> Vec<(String, Response)> {
        let responses = self.content["responses"].as_array().into_iter().flatten();
        responses.map(|one| (one["name"].as_str().unwrap().to_owned(), response(one))).collect()
    }

    /// Returns the response of this name.
    pub(crate) fn response(&self, name: &str) -> Response {
        let mut responses = self.responses().into_iter();
        let found = responses.find(|(other, _)| other == name);
        found.unwrap_or_else(|| panic!("{}: no response {name}", self.name)).1
    }

    /// Returns the body of the response of this name.
    pub(crate) fn body(&self, name: &str) -> Value {
        serde_json::from_slice(&self.response(name).body).unwrap()
    }
}

/// Builds a response with the fixture's status, headers and body; a text is a raw body.
pub(crate) fn response(one: &Value) -> Response {
    let status = u16::try_from(one["status"].as_u64().unwrap()).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in one["headers"].as_object().into_iter().flatten() {
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
        );
    }
    let body = match &one["body"] {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body)
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
