//! Changes of single members of a thing: `{"operations":[…]}`, applied in order, all or none.

use serde::{Serialize, Serializer};
use serde_json::Value;
use vochi_crm_core::http::{ApiRequest, Body, Repeat};
use vochi_crm_core::{Error, Result};

/// What entities are written with, also new ones.
const CONTENT_TYPE: &str = "application/json-patch+json";

/// Writes a body as the entity pages do.
pub(super) fn entity_body<T: Serialize>(request: ApiRequest, value: &T) -> Result<ApiRequest> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| Error::internal("a request cannot be written").with_source(error))?;
    Ok(request.body(Body::Bytes { content_type: CONTENT_TYPE, bytes: bytes.into() }))
}

/// Kontur takes `add` and `Add`; each page has its own spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Lower,
    Pascal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Add,
    Remove,
    Replace,
}

/// The operations of one request.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    spelling: Spelling,
    operations: Vec<(Op, String, Option<Value>)>,
}

impl Patch {
    pub(super) fn new(spelling: Spelling) -> Self {
        Self { spelling, operations: Vec::new() }
    }

    pub(super) fn add(&mut self, path: impl Into<String>, value: Value) {
        self.operations.push((Op::Add, path.into(), Some(value)));
    }

    pub(super) fn replace(&mut self, path: impl Into<String>, value: Value) {
        let path = path.into();
        self.operations.push((Op::Replace, path, Some(value)));
    }

    pub(super) fn remove(&mut self, path: impl Into<String>) {
        self.operations.push((Op::Remove, path.into(), None));
    }

    /// To replace twice leaves the same; to add twice may add two, to remove twice may be refused.
    pub(super) fn repeat(&self) -> Repeat {
        if self.operations.iter().all(|(op, ..)| *op == Op::Replace) {
            Repeat::Keyed
        } else {
            Repeat::Unsafe
        }
    }

    /// Puts the operations into a request.
    pub(super) fn apply(&self, path: String) -> Result<ApiRequest> {
        if self.operations.is_empty() {
            return Err(Error::input("a change changes nothing"));
        }
        entity_body(ApiRequest::new(http::Method::PATCH, path), self)
    }

    fn word(&self, op: Op) -> &'static str {
        match (self.spelling, op) {
            (Spelling::Lower, Op::Add) => "add",
            (Spelling::Lower, Op::Remove) => "remove",
            (Spelling::Lower, Op::Replace) => "replace",
            (Spelling::Pascal, Op::Add) => "Add",
            (Spelling::Pascal, Op::Remove) => "Remove",
            (Spelling::Pascal, Op::Replace) => "Replace",
        }
    }
}

impl Serialize for Patch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Operations<'a> {
            operations: Vec<Operation<'a>>,
        }
        #[derive(Serialize)]
        struct Operation<'a> {
            op: &'static str,
            path: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            value: Option<&'a Value>,
        }
        let operations = self.operations.iter().map(|(op, path, value)| Operation {
            op: self.word(*op),
            path,
            value: value.as_ref(),
        });
        Operations { operations: operations.collect() }.serialize(serializer)
    }
}
