//! Context of a request for the checks, and an accepted request.

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::check::Finding;
use crate::schema::Object;
use crate::wire::Request;

use super::super::answer::Outcome;
use super::super::handlers::Command;
use super::super::operations::{self, Endpoint, Keys, Operation};
use super::super::portal::{List, Portal, Record, number, text_of};
use super::super::rights::{Credential, Denied};

/// Context of a request, or of a command of a batch, for the checks.
pub(in crate::bitrix24) struct RequestContext<'a> {
    pub(super) request: &'a Request,
    pub(super) portal: &'a Portal,
    pub(super) credential: Result<Credential, Denied>,
    /// Whether the bucket is full.
    pub(super) over: bool,
    /// Whether the method has used its operating time.
    pub(super) is_used_up: bool,
    pub(super) operation: Option<&'static Operation>,
    pub(super) parameters: Map<String, Value>,
    /// The parameters that are neither null nor empty.
    filled: Map<String, Value>,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(portal: &'a Portal, command: Command<'a>, is_used_up: bool) -> Self {
        let Command { request, name, mut parameters, credential } = command;
        let operation = operations::find(&name);
        // `start` is read in lower case only (§1.2).
        let start = parameters.remove_entry("start");
        let keys = operation.map_or(Keys::Written, |it| it.keys);
        let cased = parameters.into_iter().map(|(name, value)| match keys {
            Keys::Written => (name, value),
            Keys::Upper => (name.to_ascii_uppercase(), value),
            Keys::Lower if name.eq_ignore_ascii_case("start") => (name, value),
            Keys::Lower => (name.to_ascii_lowercase(), value),
        });
        let parameters: Map<String, Value> = cased.chain(start).collect();
        let mut filled = parameters.clone();
        filled.retain(|_, value| !is_blank(value));
        Self { request, portal, credential, over: false, is_used_up, operation, parameters, filled }
    }

    /// Returns true if the request is one of these methods.
    pub(super) fn is(&self, endpoints: &[Endpoint]) -> bool {
        self.operation.is_some_and(|it| endpoints.contains(&it.endpoint))
    }

    /// The parameters of one of these methods.
    pub(super) fn of(&self, endpoints: &[Endpoint]) -> Vec<Object<'_>> {
        if self.is(endpoints) { vec![Object::root(&self.parameters)] } else { Vec::new() }
    }

    /// The same without empty parameters.
    pub(super) fn filled_of(&self, endpoints: &[Endpoint]) -> Vec<Object<'_>> {
        if self.is(endpoints) { vec![Object::root(&self.filled)] } else { Vec::new() }
    }

    /// `fields` of a new or changed record of a list.
    pub(super) fn fields_of(&self, endpoint: Endpoint, list: List) -> Vec<Object<'_>> {
        let is = self.operation.is_some_and(|it| it.endpoint == endpoint && it.list == list);
        let fields = self.parameters.get("fields").and_then(Value::as_object).filter(|_| is);
        fields.into_iter().map(Object::root).collect()
    }
}

/// Returns true for null and the empty text.
pub(super) fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|it| it.trim().is_empty())
}

/// An accepted request, ready for execution.
pub(in crate::bitrix24) struct Order {
    operation: &'static Operation,
    /// The parameters; unknown fields are removed.
    pub(in crate::bitrix24) parameters: Map<String, Value>,
    pub(in crate::bitrix24) credential: Credential,
    pub(in crate::bitrix24) at: Instant,
}

impl Order {
    pub(super) fn new(
        operation: &'static Operation,
        credential: Credential,
        cx: RequestContext<'_>,
        findings: &[Finding],
    ) -> Self {
        let mut parameters = cx.parameters;
        let unknown = findings.iter().filter(|it| it.check.name.ends_with(".known_fields"));
        for detail in unknown.flat_map(|it| &it.details) {
            parameters.remove(&detail.field);
            if let Some(fields) = parameters.get_mut("fields").and_then(Value::as_object_mut) {
                fields.remove(&detail.field);
            }
        }
        Self { operation, parameters, credential, at: cx.request.at }
    }

    pub(in crate::bitrix24) fn endpoint(&self) -> Endpoint {
        self.operation.endpoint
    }

    /// Name of the method.
    pub(in crate::bitrix24) fn name(&self) -> &'static str {
        self.operation.name
    }

    /// The list of the method.
    pub(in crate::bitrix24) fn list(&self) -> List {
        self.operation.list
    }

    /// Executes the request.
    pub(in crate::bitrix24) fn execute(&self, portal: &mut Portal) -> Outcome {
        (self.operation.run)(portal, self)
    }

    /// A whole number, also as text.
    pub(in crate::bitrix24) fn number(&self, name: &str) -> Option<i64> {
        self.parameters.get(name).and_then(number)
    }

    /// A text or a number as text, unless it is empty.
    pub(in crate::bitrix24) fn text(&self, name: &str) -> Option<String> {
        self.parameters.get(name).map(text_of).filter(|it| !it.is_empty())
    }

    /// A number with decimals; 0 if it is missing.
    pub(in crate::bitrix24) fn decimal(&self, name: &str) -> f64 {
        self.text(name).and_then(|it| it.parse().ok()).unwrap_or(0.0)
    }

    /// An object; an empty list is an empty object.
    pub(in crate::bitrix24) fn object(&self, name: &str) -> Record {
        self.parameters.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }
}
