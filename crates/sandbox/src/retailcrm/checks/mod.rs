//! RetailCRM's checks.
//!
//! Stages run in order; the first one with a violation refuses the request, with its first failed
//! row. Rows of one stage with the same form of refusal are reported together, as the CRM names all
//! invalid fields of an object at once.

mod calls;
mod corporate;
mod customer;
mod endpoint;
mod event;
mod existence;
mod file;
mod gate;
mod links;
mod module;
mod note;
mod order;
mod parts;
mod query;
mod routes;
mod scopes;
mod task;
mod upload;
mod values;

use serde_json::{Map, Value, json};

use http::StatusCode;

use crate::check::{Check, Detail, Finding};
use crate::wire::{Handled, Request, Response};

use super::state::{Account, Bucket};

pub(super) use endpoint::Endpoint;
use routes::Path;

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The HTML page of the CRM's proxy.
    Busy,
    /// The HTML page of a server without such an account.
    NoSuchAccount,
    /// This status and `errorMsg`.
    Says(u16, &'static str),
    /// `Parameter 'X' is missing`.
    Missing,
    /// `Input value "X" contains a non-scalar value`.
    NonScalar,
    /// `Errors in the input parameters`, `errors` a map.
    Input,
    /// `Failed to activate module`, `errors` a list of texts.
    NotActivated,
    /// `Errors in the entity format`, `errors` a map.
    EntityMap,
    /// `Errors in the entity format`, `errors` a list of `field: text`.
    EntityList,
    /// This `errorMsg`, `errors` a map.
    NotLoaded(&'static str),
    /// This `errorMsg`, `errors` a list of `field: text`.
    NotLoadedList(&'static str),
}

impl Refusal {
    fn merges(self) -> bool {
        matches!(
            self,
            Self::Input
                | Self::EntityMap
                | Self::EntityList
                | Self::NotLoaded(_)
                | Self::NotLoadedList(_)
        )
    }

    fn answer(self, details: &[Detail]) -> Response {
        let first = details.first().map(|detail| detail.field.as_str()).unwrap_or_default();
        let says = |status, text: &str| {
            Response::json(status, &json!({"success": false, "errorMsg": text}))
        };
        let with_errors = |text: &str, errors: Value| {
            let body = json!({"success": false, "errorMsg": text, "errors": errors});
            Response::json(StatusCode::BAD_REQUEST, &body)
        };
        let map = || -> Map<String, Value> {
            details.iter().map(|detail| (detail.field.clone(), json!(detail.text))).collect()
        };
        let list = || -> Vec<String> {
            details.iter().map(|detail| format!("{}: {}", detail.field, detail.text)).collect()
        };
        match self {
            Self::Busy => Response::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/html",
                "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
                 <body></body>\r\n</html>\r\n",
            ),
            Self::NoSuchAccount => Response::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "text/html",
                "<html>\n<head><title>405 Not Allowed</title></head>\n<body></body>\n</html>",
            ),
            Self::Says(status, text) => {
                says(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), text)
            }
            Self::Missing => {
                says(StatusCode::BAD_REQUEST, &format!("Parameter '{first}' is missing"))
            }
            Self::NonScalar => says(
                StatusCode::BAD_REQUEST,
                &format!("Input value \"{first}\" contains a non-scalar value."),
            ),
            Self::Input => with_errors("Errors in the input parameters", Value::Object(map())),
            Self::NotActivated => {
                let texts: Vec<&str> = details.iter().map(|detail| &*detail.text).collect();
                with_errors("Failed to activate module", json!(texts))
            }
            Self::EntityMap => with_errors("Errors in the entity format", Value::Object(map())),
            Self::EntityList => with_errors("Errors in the entity format", json!(list())),
            Self::NotLoaded(text) => with_errors(text, Value::Object(map())),
            Self::NotLoadedList(text) => with_errors(text, json!(list())),
        }
    }
}

/// One check with its implementation.
pub(super) struct Row {
    check: Check,
    refusal: Refusal,
    /// Returns the violations of a request.
    finds: fn(&RequestContext<'_>) -> Vec<Detail>,
}

/// Context of a request for the checks.
#[derive(Clone)]
pub(super) struct RequestContext<'a> {
    pub(super) request: &'a Request,
    pub(super) account: &'a Account,
    /// The limit that the request exceeds.
    over: Option<Bucket>,
    path: Path,
    /// The name in the path: a module's code, or the id of a customer, an order, a task, a file.
    pub(super) thing: String,
    /// The second name in the path: a contact, a company.
    pub(super) part: String,
    /// The parameters: the query of a `GET`, the form of a `POST`.
    parameters: Vec<(String, String)>,
    pub(super) event: Option<Map<String, Value>>,
    pub(super) calls: Option<Vec<Value>>,
    /// The customers of an upload.
    pub(super) customers: Option<Vec<Value>>,
    /// The object to write: a customer, a module, an order, a task, a file, ….
    pub(super) written: Option<Map<String, Value>>,
}

impl<'a> RequestContext<'a> {
    fn new(request: &'a Request, account: &'a Account, over: Option<Bucket>) -> Self {
        let parameters = match request.method {
            http::Method::GET => request.query.clone(),
            _ => request.form(),
        };
        let (path, [thing, part]) = Path::of(&request.method, &request.path);
        let mut cx = Self {
            request,
            account,
            over,
            path,
            thing,
            part,
            parameters,
            event: None,
            calls: None,
            customers: None,
            written: None,
        };
        let json = |name| serde_json::from_str::<Value>(cx.parameter(name)?).ok();
        match cx.path {
            Path::Known(Endpoint::CallEvent) => {
                if let Some(Value::Object(event)) = json("event") {
                    cx.event = Some(event);
                }
            }
            Path::Known(Endpoint::CallsUpload) => {
                if let Some(Value::Array(calls)) = json("calls") {
                    cx.calls = Some(calls);
                }
            }
            Path::Known(Endpoint::CustomersUpload) => {
                if let Some(Value::Array(customers)) = json("customers") {
                    cx.customers = Some(customers);
                }
            }
            Path::Known(endpoint) if endpoint.writes() => {
                if let Some(Value::Object(fields)) = endpoint.needs().and_then(json) {
                    cx.written = Some(fields);
                }
            }
            _ => {}
        }
        cx
    }

    /// Context of one uploaded customer, as if created alone.
    pub(super) fn one_of_upload(&self, fields: &Map<String, Value>) -> Self {
        Self {
            path: Path::Known(Endpoint::CustomerCreate),
            customers: None,
            written: Some(fields.clone()),
            ..self.clone()
        }
    }

    /// Violations of the customer to write.
    pub(super) fn wrong(&self) -> Vec<Finding> {
        let stages = [customer::NEEDED, customer::WRITTEN];
        let mut refused = stages.iter().filter_map(|stage| refuse(stage, self));
        refused.next().map(|it| it.findings).unwrap_or_default()
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

    /// The value of a parameter; the last one of several, as in PHP.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Keys and values of `name[key]=value`.
    pub(super) fn inside(&self, name: &str) -> Vec<(String, String)> {
        let parameters = self.parameters.iter();
        parameters
            .filter_map(|(key, value)| {
                let rest = key.strip_prefix(name)?.strip_prefix('[')?;
                Some((rest.strip_suffix(']')?.to_owned(), value.clone()))
            })
            .collect()
    }

    /// The values of `name[]` or `name[0]`, `name[1]`, ….
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let of_list = |key: &str| {
            let rest = key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            rest.bytes().all(|byte| byte.is_ascii_digit()).then_some(())
        };
        let named = self.parameters.iter().filter(|(key, _)| of_list(key).is_some());
        named.map(|(_, value)| value.as_str()).collect()
    }
}

/// Stages, in order.
const STAGES: &[&[Row]] = &[
    gate::ACCOUNT,
    gate::LIMITS,
    gate::PATH,
    gate::VERB,
    gate::KEY,
    gate::SCOPE,
    file::UPLOADED,
    gate::ENCODING,
    gate::PARAMETERS,
    query::VALUES,
    existence::KNOWN,
    gate::MODULE,
    event::EVENT,
    calls::BATCH,
    calls::CALL,
    existence::SITE,
    module::WRITTEN,
    module::PAID,
    customer::NEEDED,
    customer::WRITTEN,
    upload::LIST,
    corporate::WRITTEN,
    parts::WRITTEN,
    note::WRITTEN,
    scopes::ASKED,
    order::NEEDED,
    order::WRITTEN,
    order::ITEMS,
    task::WRITTEN,
    file::PAID,
    file::WRITTEN,
];

/// All checks in order.
pub(super) fn all() -> impl Iterator<Item = Check> {
    STAGES.iter().copied().flatten().map(|row| row.check)
}

/// Accepts or refuses a request.
pub(super) fn run<'a>(
    request: &'a Request,
    account: &'a Account,
    over: Option<Bucket>,
) -> Result<(Endpoint, RequestContext<'a>), Handled> {
    let cx = RequestContext::new(request, account, over);
    for stage in STAGES {
        if let Some(refused) = refuse(stage, &cx) {
            return Err(refused);
        }
    }
    match cx.endpoint() {
        Some(endpoint) => Ok((endpoint, cx)),
        // The path stage refused every other path already.
        None => Err(Handled::ok(Refusal::Says(404, "API method not found").answer(&[]))),
    }
}

fn refuse(stage: &[Row], cx: &RequestContext<'_>) -> Option<Handled> {
    let mut refusal: Option<Refusal> = None;
    let mut findings: Vec<Finding> = Vec::new();
    for row in stage {
        if refusal.is_some_and(|refusal| refusal != row.refusal || !refusal.merges()) {
            continue;
        }
        let details = (row.finds)(cx);
        if !details.is_empty() {
            refusal = Some(row.refusal);
            findings.push(Finding { check: row.check, details });
        }
    }
    let refusal = refusal?;
    let details: Vec<Detail> =
        findings.iter().flat_map(|finding| finding.details.clone()).collect();
    Some(Handled { answer: refusal.answer(&details), findings })
}
