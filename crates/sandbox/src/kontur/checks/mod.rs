//! The table of checks of Kontur.
//!
//! Stages are gone through in order; the first that finds something refuses, with the first row of
//! it that found something. Rows of one stage that say no in the same form are answered together,
//! as `ProblemDetails` names all wrong fields of an object at once.

mod entities;
mod gate;
mod members;
mod query;
mod register;
mod routes;
mod telephony;
mod things;
mod uploads;
mod values;

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::check::{Check, Detail, Finding};
use crate::wire::{Answer, Carried, Request};

use super::communications::Communication;
use super::files::{self, Part};
use super::state::{Saying, Unauthorized, Workspace};

pub(super) use routes::Endpoint;
use routes::{Names, Path, Takes};

/// How the CRM says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// This status and nothing else.
    Bare(u16),
    /// 429 with `Retry-After`.
    Busy,
    /// Whatever a wrong credential gets.
    Unauthorized,
    /// `ProblemDetails`.
    Problem,
    /// 409 with `{status, message}`; the message is what was found. register-call has one text for
    /// everything: `Error`.
    Conflict(&'static str),
    /// 409 with what is wrong in a patch.
    Patch,
}

/// What a row found.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    /// The field, parameter or header at fault, or empty.
    field: String,
    /// What the CRM says about it.
    says: Value,
}

impl Found {
    fn new(field: impl Into<String>, says: impl Into<Value>) -> Self {
        Self { field: field.into(), says: says.into() }
    }
}

fn whole_if(wrong: bool) -> Vec<Found> {
    if wrong { vec![Found::new("", "")] } else { Vec::new() }
}

/// One row of the table.
struct Row {
    check: Check,
    refusal: Refusal,
    /// What is wrong with the request in this respect; empty when nothing is.
    finds: fn(&Seen<'_>) -> Vec<Found>,
}

const fn problem(check: Check, finds: fn(&Seen<'_>) -> Vec<Found>) -> Row {
    Row { check, refusal: Refusal::Problem, finds }
}

/// A request as the checks see it.
pub(super) struct Seen<'a> {
    request: &'a Request,
    workspace: &'a Workspace,
    /// How long to stay away, for one too many.
    over: Option<u32>,
    path: Path,
    names: Names,
    body: Option<Map<String, Value>>,
    /// The parts of an upload; none when they cannot be told apart.
    parts: Option<Vec<Part>>,
}

impl<'a> Seen<'a> {
    fn new(request: &'a Request, workspace: &'a Workspace, over: Option<u32>) -> Self {
        let (path, names) = Path::of(&request.method, &request.path);
        let mut seen = Self { request, workspace, over, path, names, body: None, parts: None };
        match seen.endpoint().map(Endpoint::takes) {
            Some(Takes::Json | Takes::JsonPatch) => {
                seen.body = serde_json::from_slice(&request.body).ok();
            }
            Some(Takes::Multipart) if !seen.is_too_large() => {
                let boundary = request.header("content-type").and_then(files::boundary);
                seen.parts = boundary.and_then(|it| files::parts(&it, &request.body));
            }
            _ => {}
        }
        seen
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

    /// A text of the body.
    fn text(&self, name: &str) -> Option<&str> {
        self.body.as_ref()?.get(name)?.as_str()
    }

    /// Whether the body is so long that nobody has to look into it.
    fn is_too_large(&self) -> bool {
        // What is around the file in a multipart body.
        const AROUND: usize = 64 * 1024;
        self.request.cut || self.request.body.len() > self.workspace.file_limit + AROUND
    }

    /// The call this request is about, by the CRM's id, else by the PBX's.
    fn call(&self) -> Option<&Communication> {
        match self.text("communicationId") {
            Some(id) => self.workspace.call(id),
            None => self.workspace.call_of(self.text("externalId")?),
        }
    }
}

/// A request that passed, with everything needed to carry it out.
pub(super) struct Order {
    pub(super) endpoint: Endpoint,
    pub(super) thing: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Map<String, Value>,
    pub(super) part: Option<Part>,
    pub(super) at: tokio::time::Instant,
    /// The CRM's id of the call it is about, if the CRM knows it.
    pub(super) call: Option<String>,
    /// Whether a person asks.
    pub(super) by_person: bool,
}

impl Order {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// In the order they are gone through.
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
    things::KNOWN,
    things::CALLS,
    things::RECORDINGS,
    entities::PATCH,
];

/// Every row, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = Check> {
    STAGES.iter().copied().flatten().map(|row| row.check)
}

/// Lets a request pass, or refuses it.
pub(super) fn run(
    request: &Request,
    workspace: &Workspace,
    over: Option<u32>,
) -> Result<Order, Carried> {
    let seen = Seen::new(request, workspace, over);
    for stage in STAGES {
        if let Some(refused) = refuse(stage, &seen) {
            return Err(refused);
        }
    }
    let Some(endpoint) = seen.endpoint() else {
        // The path stage has refused every other path already.
        return Err(Carried::done(Refusal::Bare(404).answer(&seen, &[])));
    };
    Ok(Order {
        endpoint,
        thing: seen.names.thing.clone(),
        query: request.query.clone(),
        call: seen.call().map(|call| call.id.clone()),
        by_person: gate::bearer(&seen).is_some(),
        body: seen.body.unwrap_or_default(),
        part: seen.parts.and_then(|parts| parts.into_iter().next()),
        at: request.at,
    })
}

fn refuse(stage: &[Row], seen: &Seen<'_>) -> Option<Carried> {
    let mut refusal: Option<Refusal> = None;
    let mut found: Vec<Found> = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    for row in stage {
        let merges = row.refusal == Refusal::Problem;
        if refusal.is_some_and(|refusal| refusal != row.refusal || !merges) {
            continue;
        }
        let finds = (row.finds)(seen);
        if !finds.is_empty() {
            refusal = Some(row.refusal);
            findings.push(Finding {
                check: row.check,
                details: finds.iter().map(|it| Detail::new(&it.field, "")).collect(),
            });
            found.extend(finds);
        }
    }
    Some(Carried { answer: refusal?.answer(seen, &found), findings })
}

pub(super) fn says(workspace: &Workspace, status: StatusCode, text: &str) -> Answer {
    match workspace.dialect.saying {
        Saying::Quoted => json_answer(status, &json!(text)),
        Saying::Bare => Answer::new(status, "text/plain; charset=utf-8", text.to_owned()),
        Saying::Empty => Answer::new(status, "", ""),
    }
}

pub(super) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    Answer::new(status, "application/json; charset=utf-8", body.to_string())
}

impl Refusal {
    fn answer(self, seen: &Seen<'_>, found: &[Found]) -> Answer {
        let dialect = &seen.workspace.dialect;
        let first = found.first().map(|it| it.says.clone()).unwrap_or_default();
        match self {
            Self::Bare(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                Answer::new(status, "text/plain; charset=utf-8", "")
            }
            Self::Busy => {
                let mut answer = Answer::new(StatusCode::TOO_MANY_REQUESTS, "", "");
                answer.retry_after = seen.over;
                answer
            }
            Self::Unauthorized => match dialect.unauthorized {
                Unauthorized::Quoted => {
                    json_answer(StatusCode::UNAUTHORIZED, &json!("Unauthorized"))
                }
                Unauthorized::Bare => Answer::new(
                    StatusCode::UNAUTHORIZED,
                    "text/plain; charset=utf-8",
                    "Unauthorized",
                ),
                Unauthorized::Forbidden => {
                    Answer::new(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", "")
                }
            },
            Self::Problem => problem_details(seen, found),
            Self::Conflict(_) if seen.is(Endpoint::RegisterCall) => {
                says(seen.workspace, StatusCode::CONFLICT, "Error")
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
                let body = if seen.is(Endpoint::InstancePatch) && !dialect.bare_patch {
                    json!({"errorInfo": info, "isSuccessful": false, "responseCode": "conflict"})
                } else {
                    info
                };
                json_answer(StatusCode::CONFLICT, &body)
            }
        }
    }
}

fn problem_details(seen: &Seen<'_>, found: &[Found]) -> Answer {
    let mut errors: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for it in found {
        errors.entry(&it.field).or_default().push(&it.says);
    }
    let mut errors = json!(errors);
    // §5: when any field fails conversion, the whole body is reported missing.
    let converting = |it: &Found| it.says.as_str().is_some_and(|it| it.starts_with("Error conv"));
    if seen.is(Endpoint::CallStarted) && found.iter().any(converting) {
        errors["callStartedInfo"] = json!(["The callStartedInfo field is required."]);
    }
    let body = json!({
        "errors": errors,
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-1a2b-3c4d-00",
    });
    if seen.workspace.dialect.problems_under_409 {
        json_answer(StatusCode::CONFLICT, &body)
    } else {
        let content_type = "application/problem+json; charset=utf-8";
        Answer::new(StatusCode::BAD_REQUEST, content_type, body.to_string())
    }
}
