//! Changes of single members of an entity: `{"operations":[…]}`, applied in order, all or none.

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Body, Repeat};
use vochi_crm_core::{Error, Result};

/// The content type entities are written with, new ones too.
pub(crate) const CONTENT_TYPE: &str = "application/json-patch+json";

/// Writes a body with the content type of the entity pages.
pub(super) fn entity_body<T: Serialize>(request: ApiRequest, value: &T) -> Result<ApiRequest> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| Error::internal("a request cannot be written").with_source(error))?;
    Ok(request.body(Body::Bytes { content_type: CONTENT_TYPE, bytes: bytes.into() }))
}

/// The names of the operations. Kontur accepts both spellings; each page has its own.
#[derive(Debug)]
pub(super) struct Spelling {
    add: &'static str,
    remove: &'static str,
    replace: &'static str,
}

pub(super) const LOWER: &Spelling = &Spelling { add: "add", remove: "remove", replace: "replace" };
pub(super) const PASCAL: &Spelling = &Spelling { add: "Add", remove: "Remove", replace: "Replace" };

/// The operations of one request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Patch {
    #[serde(skip)]
    spelling: &'static Spelling,
    /// Why it cannot be sent; the first reason counts.
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

    /// Replacing twice leaves the same; adding twice may add two, removing twice may be refused.
    pub(super) fn repeat(&self) -> Repeat {
        let is_same = |change: &Change| change.op == self.spelling.replace;
        if self.operations.iter().all(is_same) { Repeat::Keyed } else { Repeat::Unsafe }
    }

    pub(super) fn request(&self, path: String) -> Result<ApiRequest> {
        if let Some(why) = &self.wrong {
            return Err(Error::input(why.clone()));
        }
        if self.operations.is_empty() {
            return Err(Error::input("a change changes nothing"));
        }
        entity_body(ApiRequest::new(Method::PATCH, path), self)
    }
}
