//! Kontur's checks.
//!
//! Stages run in order; the first one with a violation refuses the request, with its first failed
//! row. Rows of one stage with the same form of refusal are reported together, as the CRM names all
//! invalid fields of an object at once.

mod entities;
mod existence;
mod gate;
mod members;
mod query;
mod register;
mod routes;
mod telephony;
mod uploads;
mod values;

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::check::{Check, Detail, Finding};
use crate::wire::{Handled, Request, Response};

use super::communications::Communication;
use super::files::{self, Part};
use super::state::{TextForm, Unauthorized, Workspace};

pub(super) use routes::Endpoint;
use routes::{Names, Path, Takes};

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// This status without a body.
    Bare(u16),
    /// 429 with `Retry-After`.
    Busy,
    /// The response to a wrong credential.
    Unauthorized,
    /// `ProblemDetails`.
    Problem,
    /// 409 with `{status, message}`; register-call has one message for everything: `Error`.
    Conflict(&'static str),
    /// 409 with the errors of a patch.
    Patch,
}

/// A violation found by a row.
#[derive(Debug, Clone, PartialEq)]
struct Mismatch {
    /// The invalid field, parameter or header, or empty.
    field: String,
    /// The CRM's message.
    says: Value,
}

impl Mismatch {
    fn new(field: impl Into<String>, says: impl Into<Value>) -> Self {
        Self { field: field.into(), says: says.into() }
    }
}

fn whole_if(wrong: bool) -> Vec<Mismatch> {
    if wrong { vec![Mismatch::new("", "")] } else { Vec::new() }
}

/// One check with its implementation.
struct Row {
    check: Check,
    refusal: Refusal,
    /// Returns the violations of a request.
    finds: fn(&RequestContext<'_>) -> Vec<Mismatch>,
}

const fn problem(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Mismatch>) -> Row {
    Row { check, refusal: Refusal::Problem, finds }
}

/// Context of a request for the checks.
pub(super) struct RequestContext<'a> {
    request: &'a Request,
    workspace: &'a Workspace,
    /// Seconds of `Retry-After` if over the limit.
    over: Option<u32>,
    path: Path,
    names: Names,
    body: Option<Map<String, Value>>,
    /// The parts of an upload; `None` if malformed.
    parts: Option<Vec<Part>>,
}

impl<'a> RequestContext<'a> {
    fn new(request: &'a Request, workspace: &'a Workspace, over: Option<u32>) -> Self {
        let (path, names) = Path::of(&request.method, &request.path);
        let mut cx = Self { request, workspace, over, path, names, body: None, parts: None };
        match cx.endpoint().map(Endpoint::takes) {
            Some(Takes::Json | Takes::JsonPatch) => {
                cx.body = serde_json::from_slice(&request.body).ok();
            }
            Some(Takes::Multipart) if !cx.is_too_large() => {
                let boundary = request.header("content-type").and_then(files::boundary);
                cx.parts = boundary.and_then(|it| files::parts(&it, &request.body));
            }
            _ => {}
        }
        cx
    }

    fn endpoint(&self) -> Option<Endpoint> {
        match self.path {
            Path::Known(endpoint) => Some(endpoint),
            _ => None,
        }
    }

    fn is(&self, endpoint: Endpoint) -> bool {
        self.endpoint() == Some(endpoint)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.request.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A text field of the body.
    fn text(&self, name: &str) -> Option<&str> {
        self.body.as_ref()?.get(name)?.as_str()
    }

    /// Returns true if the body is beyond the size limit.
    fn is_too_large(&self) -> bool {
        // Multipart overhead around the file.
        const AROUND: usize = 64 * 1024;
        self.request.cut || self.request.body.len() > self.workspace.file_limit + AROUND
    }

    /// The call of this request, by the CRM's id, else by the PBX's.
    fn call(&self) -> Option<&Communication> {
        match self.text("communicationId") {
            Some(id) => self.workspace.call(id),
            None => self.workspace.call_of(self.text("externalId")?),
        }
    }
}

/// A valid request, ready for execution.
pub(super) struct Order {
    pub(super) endpoint: Endpoint,
    pub(super) thing: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Map<String, Value>,
    pub(super) part: Option<Part>,
    pub(super) at: tokio::time::Instant,
    /// The CRM's id of its call, if known.
    pub(super) call: Option<String>,
    /// Whether a person sent it.
    pub(super) by_person: bool,
}

impl Order {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Stages, in order.
const STAGES: &[&[Row]] = &[
    gate::PATH,
    gate::LIMIT,
    gate::INTEGRATION,
    gate::CREDENTIAL,
    gate::WORKSPACE,
    gate::ENCODING,
    query::PARAMETERS,
    gate::BODY,
    telephony::FIELDS,
    uploads::PART,
    entities::FIELDS,
    existence::KNOWN,
    existence::CALLS,
    existence::RECORDINGS,
    entities::PATCH,
];

/// All checks in order.
pub(super) fn all() -> impl Iterator<Item = Check> {
    STAGES.iter().copied().flatten().map(|row| row.check)
}

/// Accepts or refuses a request.
pub(super) fn run(
    request: &Request,
    workspace: &Workspace,
    over: Option<u32>,
) -> Result<Order, Handled> {
    let cx = RequestContext::new(request, workspace, over);
    for stage in STAGES {
        if let Some(refused) = refuse(stage, &cx) {
            return Err(refused);
        }
    }
    let Some(endpoint) = cx.endpoint() else {
        // The path stage refused every other path already.
        return Err(Handled::ok(Refusal::Bare(404).answer(&cx, &[])));
    };
    Ok(Order {
        endpoint,
        thing: cx.names.thing.clone(),
        query: request.query.clone(),
        call: cx.call().map(|call| call.id.clone()),
        by_person: gate::bearer(&cx).is_some(),
        body: cx.body.unwrap_or_default(),
        part: cx.parts.and_then(|parts| parts.into_iter().next()),
        at: request.at,
    })
}

fn refuse(stage: &[Row], cx: &RequestContext<'_>) -> Option<Handled> {
    let mut refusal: Option<Refusal> = None;
    let mut found: Vec<Mismatch> = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    for row in stage {
        let merges = row.refusal == Refusal::Problem;
        if refusal.is_some_and(|refusal| refusal != row.refusal || !merges) {
            continue;
        }
        let finds = (row.finds)(cx);
        if !finds.is_empty() {
            refusal = Some(row.refusal);
            findings.push(Finding {
                check: row.check,
                details: finds.iter().map(|it| Detail::new(&it.field, "")).collect(),
            });
            found.extend(finds);
        }
    }
    Some(Handled { answer: refusal?.answer(cx, &found), findings })
}

pub(super) fn says(workspace: &Workspace, status: StatusCode, text: &str) -> Response {
    match workspace.dialect.saying {
        TextForm::Quoted => json_answer(status, &json!(text)),
        TextForm::Bare => Response::new(status, "text/plain; charset=utf-8", text.to_owned()),
        TextForm::Empty => Response::new(status, "", ""),
    }
}

pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    Response::new(status, "application/json; charset=utf-8", body.to_string())
}

impl Refusal {
    fn answer(self, cx: &RequestContext<'_>, found: &[Mismatch]) -> Response {
        let dialect = &cx.workspace.dialect;
        let first = found.first().map(|it| it.says.clone()).unwrap_or_default();
        match self {
            Self::Bare(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                Response::new(status, "text/plain; charset=utf-8", "")
            }
            Self::Busy => {
                let mut answer = Response::new(StatusCode::TOO_MANY_REQUESTS, "", "");
                answer.retry_after = cx.over;
                answer
            }
            Self::Unauthorized => match dialect.unauthorized {
                Unauthorized::Quoted => {
                    json_answer(StatusCode::UNAUTHORIZED, &json!("Unauthorized"))
                }
                Unauthorized::Bare => Response::new(
                    StatusCode::UNAUTHORIZED,
                    "text/plain; charset=utf-8",
                    "Unauthorized",
                ),
                Unauthorized::Forbidden => {
                    Response::new(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", "")
                }
            },
            Self::Problem => problem_details(cx, found),
            Self::Conflict(_) if cx.is(Endpoint::RegisterCall) => {
                says(cx.workspace, StatusCode::CONFLICT, "Error")
            }
            Self::Conflict(status) => {
                json_answer(StatusCode::CONFLICT, &json!({"status": status, "message": first}))
            }
            Self::Patch => {
                let mut info = json!({
                    "invalidPaths": [],
                    "invalidValueTypes": [],
                    "invalidDatas": [],
                    "invalidConstraints": {},
                    "status": "invalidArgs",
                    "message": "Patch contains invalid operations",
                });
                for it in found {
                    info[&it.field] = json!([it.says]);
                }
                let body = if cx.is(Endpoint::InstancePatch) && !dialect.bare_patch {
                    json!({"errorInfo": info, "isSuccessful": false, "responseCode": "conflict"})
                } else {
                    info
                };
                json_answer(StatusCode::CONFLICT, &body)
            }
        }
    }
}

fn problem_details(cx: &RequestContext<'_>, found: &[Mismatch]) -> Response {
    let mut errors: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for it in found {
        errors.entry(&it.field).or_default().push(&it.says);
    }
    let mut errors = json!(errors);
    // §5: if any field fails conversion, the whole body is reported missing.
    let converting =
        |it: &Mismatch| it.says.as_str().is_some_and(|it| it.starts_with("Error conv"));
    if cx.is(Endpoint::CallStarted) && found.iter().any(converting) {
        errors["callStartedInfo"] = json!(["The callStartedInfo field is required."]);
    }
    let body = json!({
        "errors": errors,
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-1a2b-3c4d-00",
    });
    if cx.workspace.dialect.problems_under_409 {
        json_answer(StatusCode::CONFLICT, &body)
    } else {
        let content_type = "application/problem+json; charset=utf-8";
        Response::new(StatusCode::BAD_REQUEST, content_type, body.to_string())
    }
}
