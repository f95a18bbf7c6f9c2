//! JSON patches of an entity: `{"operations":[…]}`, applied in order, all or none.

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Body, Repeat};
use vochi_crm_core::{Error, Result};

/// The content type of entity requests, for creation too.
pub(crate) const CONTENT_TYPE: &str = "application/json-patch+json";

/// Sets a JSON body with the entity content type.
pub(super) fn entity_body<T: Serialize>(request: ApiRequest, value: &T) -> Result<ApiRequest> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| Error::internal("cannot serialize the request body").with_source(error))?;
    Ok(request.body(Body::Bytes { content_type: CONTENT_TYPE, bytes: bytes.into() }))
}

/// The names of the patch operations. Kontur accepts both spellings; each page uses one.
#[derive(Debug)]
pub(super) struct Spelling {
    add: &'static str,
    remove: &'static str,
    replace: &'static str,
}

pub(super) const LOWER: &Spelling = &Spelling { add: "add", remove: "remove", replace: "replace" };
pub(super) const PASCAL: &Spelling = &Spelling { add: "Add", remove: "Remove", replace: "Replace" };

/// The operations of one patch request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Patch {
    #[serde(skip)]
    spelling: &'static Spelling,
    /// The first reason why the patch cannot be sent.
    #[serde(skip)]
    wrong: Option<String>,
    operations: Vec<Change>,
}

#[derive(Clone, Debug, Serialize)]
struct Change {
    op: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

impl Patch {
    pub(super) fn new(spelling: &'static Spelling) -> Self {
        Self { spelling, wrong: None, operations: Vec::new() }
    }

    pub(super) fn add(&mut self, path: impl Into<String>, value: &impl Serialize) {
        self.push(self.spelling.add, path.into(), Some(json!(value)));
    }

    pub(super) fn replace(&mut self, path: impl Into<String>, value: &impl Serialize) {
        self.push(self.spelling.replace, path.into(), Some(json!(value)));
    }

    pub(super) fn remove(&mut self, path: impl Into<String>) {
        self.push(self.spelling.remove, path.into(), None);
    }

    fn push(&mut self, op: &'static str, path: String, value: Option<Value>) {
        self.operations.push(Change { op, path, value });
    }

    /// Makes [`request`](Self::request) fail.
    pub(super) fn refuse(&mut self, why: impl Into<String>) {
        self.wrong.get_or_insert_with(|| why.into());
    }

    /// Repeating a replacement changes nothing; repeating an addition may add two elements.
    pub(super) fn repeat(&self) -> Repeat {
        let is_same = |change: &Change| change.op == self.spelling.replace;
        if self.operations.iter().all(is_same) { Repeat::Keyed } else { Repeat::Unsafe }
    }

    pub(super) fn request(&self, path: String) -> Result<ApiRequest> {
        if let Some(why) = &self.wrong {
            return Err(Error::input(why.clone()));
        }
        if self.operations.is_empty() {
            return Err(Error::input("invalid change: it contains no operation"));
        }
        entity_body(ApiRequest::new(Method::PATCH, path), self)
    }
}
