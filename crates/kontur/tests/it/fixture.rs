//! Requests and answers as the fixtures hold them.

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

/// The names of every fixture there is.
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

    /// The steps of a scenario that go out from us.
    pub(crate) fn our_steps(&self) -> Vec<&Value> {
        let steps = self.content["steps"].as_array().unwrap();
        steps.iter().filter(|step| step["from"] == "us").collect()
    }

    /// Every answer with its name.
    pub(crate) fn answers(&self) -> Vec<(String, Response)> {
        let answers = self.content["responses"].as_array().into_iter().flatten();
        answers.map(|one| (one["name"].as_str().unwrap().to_owned(), answer(one))).collect()
    }

    /// The answer of this name.
    pub(crate) fn answer(&self, name: &str) -> Response {
        let mut answers = self.answers().into_iter();
        let found = answers.find(|(other, _)| other == name);
        found.unwrap_or_else(|| panic!("{}: no answer {name}", self.name)).1
    }

    /// The body of the answer of this name.
    pub(crate) fn body(&self, name: &str) -> Value {
        serde_json::from_slice(&self.answer(name).body).unwrap()
    }
}

/// An answer with the fixture's status, headers and body; a text is the raw body.
pub(crate) fn answer(one: &Value) -> Response {
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

/// Whether a header is the client's to put in: credentials, and what every request or body has.
fn is_the_clients(name: &str) -> bool {
    ["x-xcom-accesskey", "authorization", "accept", "content-type"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

/// Compares a request with a fixture's: method, path, query, headers and content type to the letter,
/// the body by its structure.
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
        .filter(|(name, _)| !is_the_clients(name))
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(headers, wanted, "{what}");
    // A step of a scenario does not name the type of its body.
    if let Some(content_type) = fixture.get("content_type") {
        assert_eq!(request.body_ref().content_type(), content_type.as_str(), "{what}");
    }
    // Of a form in parts the bytes are compared where they are read.
    if request.body_ref().source().is_some() {
        assert!(fixture["body"]["multipart"].is_array(), "{what}");
        return;
    }
    let bytes = request.body_ref().encode();
    if fixture["body"].is_null() {
        assert!(bytes.is_empty(), "{what}: there should be no body");
        return;
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(body, fixture["body"], "{what}");
    assert_eq!(bytes.len(), body.to_string().len(), "{what}: JSON goes out compact");
}
