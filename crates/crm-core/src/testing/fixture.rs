//! Recorded requests and responses of a CRM.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a missing fixture fails the test")]

use std::path::{Path, PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::http::Response;

/// One file of recorded requests and responses.
///
/// The file is a JSON object: `request`, an object; `more_requests`, a list of them with a `name`;
/// `responses`, a list of `{"name": …, "status": …, "headers": …, "body": …}`. A body that is a text
/// is the body itself, anything else is JSON. Other fields are for the reader.
///
/// ```no_run
/// use vochi_crm_core::testing::Fixture;
/// let users = Fixture::open("fixtures/invented", "users_list");
/// assert_eq!(users.response("success").status, 200);
/// ```
#[derive(Clone, Debug)]
pub struct Fixture {
    path: PathBuf,
    content: Value,
}

impl Fixture {
    /// Reads the file `<folder>/<name>.json`.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn open(folder: impl AsRef<Path>, name: &str) -> Self {
        let path = folder.as_ref().join(format!("{name}.json"));
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        let content = read
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        let content = content.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, content }
    }

    /// The names of all fixtures of a folder, in order.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn names(folder: impl AsRef<Path>) -> Vec<String> {
        let folder = folder.as_ref();
        let files = std::fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let name = |file: std::io::Result<std::fs::DirEntry>| {
            let name = file.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".json").map(str::to_owned)
        };
        let mut names: Vec<String> = files.filter_map(name).collect();
        names.sort();
        names
    }

    /// The whole file.
    pub fn content(&self) -> &Value {
        &self.content
    }

    /// The main request, or another one by its name.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn request(&self, name: Option<&str>) -> &Value {
        name.map_or(&self.content["request"], |name| self.named("more_requests", name))
    }

    /// All requests: the main one, then the others.
    pub fn requests(&self) -> Vec<&Value> {
        std::iter::once(self.request(None)).chain(self.list("more_requests")).collect()
    }

    /// All responses with their names.
    pub fn responses(&self) -> Vec<(String, Response)> {
        let name = |one: &Value| one["name"].as_str().unwrap_or_default().to_owned();
        self.list("responses").map(|one| (name(one), recorded_response(one))).collect()
    }

    /// The response of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn response(&self, name: &str) -> Response {
        recorded_response(self.named("responses", name))
    }

    /// The body of the response of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn body(&self, name: &str) -> Value {
        self.named("responses", name)["body"].clone()
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.content[name].as_array().into_iter().flatten()
    }

    fn named(&self, list: &str, name: &str) -> &Value {
        self.list(list)
            .find(|one| one["name"] == name)
            .unwrap_or_else(|| panic!("{}: no {name} in {list}", self.path.display()))
    }
}

/// Builds a response from its recorded form, as in [`Fixture`].
///
/// ```
/// use serde_json::json;
/// use vochi_crm_core::testing::recorded_response;
/// let response = recorded_response(&json!({"status": 404, "body": {"error": "unknown"}}));
/// assert_eq!((response.status.as_u16(), response.content_type()), (404, "application/json"));
/// ```
///
/// # Panics
/// If it has no valid status or headers.
pub fn recorded_response(recorded: &Value) -> Response {
    let status = recorded["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let mut headers = HeaderMap::new();
    for (name, value) in recorded["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, HeaderValue::from_str(value.as_str().unwrap_or_default()).unwrap());
    }
    let (content_type, body) = match &recorded["body"] {
        Value::String(text) => ("text/html", text.clone()),
        json => ("application/json", json.to_string()),
    };
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    Response::new(status.unwrap_or_else(|| panic!("no status: {recorded}")), headers, body)
}
