//! Context of a request for the checks, and a checked request.

use serde_json::{Map, Value, json};

use crate::multipart::{self, Part};
use crate::schema::{Object, Path};
use crate::wire::Request;

use super::super::communications::Communication;
use super::super::operations::{self, Endpoint, Handler, Opens, Operation, Takes};
use super::super::state::Workspace;
use super::gate;

/// Context of a request for the checks.
pub(in crate::kontur) struct RequestContext<'a> {
    pub(super) request: &'a Request,
    pub(super) workspace: &'a Workspace,
    /// Seconds of `Retry-After` if over the limit.
    pub(super) over: Option<u32>,
    pub(super) path: Path<Operation>,
    /// Name of the workspace in the path.
    pub(super) ws: String,
    /// Id of the object in the path.
    pub(super) thing: String,
    /// The parameters; the first one of several.
    pub(super) query: Map<String, Value>,
    pub(super) body: Option<Map<String, Value>>,
    /// The parts of an upload; `None` if malformed.
    pub(super) parts: Option<Vec<Part>>,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(request: &'a Request, workspace: &'a Workspace, over: Option<u32>) -> Self {
        let (path, names) = operations::find(&request.method, &request.path);
        let mut names = names.into_iter();
        let [ws, thing] = [names.next(), names.next()].map(Option::unwrap_or_default);
        let mut query = Map::new();
        for (name, value) in &request.query {
            query.entry(name.as_str()).or_insert_with(|| json!(value));
        }
        let (body, parts) = (None, None);
        let mut cx = Self { request, workspace, over, path, ws, thing, query, body, parts };
        match cx.operation().map(|it| it.takes) {
            Some(Takes::Call | Takes::Json | Takes::JsonPatch) => {
                cx.body = serde_json::from_slice(&request.body).ok();
            }
            Some(Takes::Multipart) if !cx.is_too_large() => {
                let boundary = request.header("content-type").and_then(multipart::boundary);
                cx.parts = boundary.and_then(|it| multipart::parts(&it, &request.body));
            }
            _ => {}
        }
        cx
    }

    pub(super) fn operation(&self) -> Option<&'static Operation> {
        self.path.operation()
    }

    /// Returns true if the request is one of these operations.
    pub(super) fn is(&self, endpoints: &[Endpoint]) -> bool {
        self.operation().is_some_and(|it| endpoints.contains(&it.endpoint))
    }

    pub(super) fn opens(&self, what: Opens) -> bool {
        self.operation().is_some_and(|it| it.opens == what)
    }

    pub(super) fn takes(&self, what: Takes) -> bool {
        self.operation().is_some_and(|it| it.takes == what)
    }

    /// A text field of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.as_ref()?.get(name)?.as_str()
    }

    /// Returns true if the body is beyond the size limit.
    pub(super) fn is_too_large(&self) -> bool {
        // Multipart overhead around the file.
        const AROUND: usize = 64 * 1024;
        self.request.cut || self.request.body.len() > self.workspace.file_limit + AROUND
    }

    /// The call of this request, by the CRM's id, else by the PBX's.
    pub(super) fn call(&self) -> Option<&Communication> {
        match self.text("communicationId") {
            Some(id) => self.workspace.call(id),
            None => self.workspace.call_of(self.text("externalId")?),
        }
    }

    /// The parameters of this operation.
    pub(super) fn query_of(&self, endpoint: Endpoint) -> Vec<Object<'_>> {
        if self.is(&[endpoint]) { vec![Object::root(&self.query)] } else { Vec::new() }
    }

    /// The body of one of these operations.
    pub(super) fn body_of(&self, endpoints: &[Endpoint]) -> Vec<Object<'_>> {
        let body = self.body.as_ref().filter(|_| self.is(endpoints));
        body.map(Object::root).into_iter().collect()
    }

    /// The legs of register-call.
    pub(super) fn items(&self) -> Vec<Object<'_>> {
        self.body_of(&[Endpoint::RegisterCall]).iter().flat_map(|it| it.each("items")).collect()
    }

    /// The recordings of register-call.
    pub(super) fn recordings(&self) -> Vec<Object<'_>> {
        self.items().iter().flat_map(|it| it.each("recordings")).collect()
    }

    /// Objects with `from` and `to`: the event, or each leg.
    pub(super) fn legs(&self) -> Vec<Object<'_>> {
        let mut legs = self.body_of(&[Endpoint::CallEvent]);
        legs.extend(self.items());
        legs
    }
}

/// A valid request, ready for execution.
pub(in crate::kontur) struct Order {
    pub(in crate::kontur) handler: Handler,
    pub(in crate::kontur) thing: String,
    query: Map<String, Value>,
    pub(in crate::kontur) body: Map<String, Value>,
    pub(in crate::kontur) part: Option<Part>,
    pub(in crate::kontur) at: tokio::time::Instant,
    /// The CRM's id of its call, if known.
    pub(in crate::kontur) call: Option<String>,
    /// Whether a person sent it.
    pub(in crate::kontur) by_person: bool,
}

impl Order {
    pub(super) fn new(handler: Handler, cx: RequestContext<'_>) -> Self {
        Self {
            handler,
            call: cx.call().map(|call| call.id.clone()),
            by_person: gate::bearer(&cx).is_some(),
            thing: cx.thing,
            query: cx.query,
            body: cx.body.unwrap_or_default(),
            part: cx.parts.and_then(|parts| parts.into_iter().next()),
            at: cx.request.at,
        }
    }

    pub(in crate::kontur) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name)?.as_str()
    }
}
