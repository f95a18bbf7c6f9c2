//! Requests and responses of the fixtures.

use serde_json::Value;
use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::testing::Step;

/// One fixture file.
pub(crate) struct Fixture(Value);

impl Fixture {
    pub(crate) fn open(name: &str) -> Self {
        let path = format!("{}/../../fixtures/retailcrm/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The main request, or one of `more_requests` by its name.
    pub(crate) fn request(&self, name: Option<&str>) -> &Value {
        match name {
            None => &self.0["request"],
            Some(name) => self.0["more_requests"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|request| request["name"] == name)
                .unwrap_or_else(|| panic!("no request {name}")),
        }
    }

    /// Every request.
    pub(crate) fn requests(&self) -> Vec<&Value> {
        let more = self.0["more_requests"].as_array().into_iter().flatten();
        std::iter::once(&self.0["request"]).chain(more).collect()
    }

    /// The response of this name, as a step of a script.
    pub(crate) fn answer(&self, name: &str) -> Step {
        let answer = self.0["responses"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|answer| answer["name"] == name)
            .unwrap_or_else(|| panic!("no response {name}"));
        step(answer)
    }

    /// The body of the response of this name.
    pub(crate) fn body(&self, name: &str) -> Value {
        let answer = self.0["responses"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|answer| answer["name"] == name)
            .unwrap_or_else(|| panic!("no response {name}"));
        answer["body"].clone()
    }

    /// Name, status and body of every response.
    pub(crate) fn bodies(&self) -> Vec<(String, u16, Value)> {
        let answers = self.0["responses"].as_array().into_iter().flatten();
        answers
            .map(|one| {
                let status = u16::try_from(one["status"].as_u64().unwrap()).unwrap();
                let name = one["name"].as_str().unwrap().to_owned();
                (name, status, one["body"].clone())
            })
            .collect()
    }

    /// Every response with its name.
    pub(crate) fn answers(&self) -> Vec<(String, Step)> {
        let answers = self.0["responses"].as_array().into_iter().flatten();
        answers.map(|one| (one["name"].as_str().unwrap().to_owned(), step(one))).collect()
    }
}

fn step(answer: &Value) -> Step {
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    match &answer["body"] {
        Value::String(text) => Step::text(status, "text/html", text.clone()),
        json => Step::json(status, json),
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
