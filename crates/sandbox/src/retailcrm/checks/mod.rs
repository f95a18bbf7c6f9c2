//! The table of checks of RetailCRM.
//!
//! Stages are gone through in order; the first that finds something refuses, with the first row of
//! it that found something. Rows of one stage that say no in the same form are answered together, as
//! the CRM names all wrong fields of an object at once.

mod calls;
mod corporate;
mod customer;
mod endpoint;
mod event;
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
mod thing;
mod upload;
mod values;

use serde_json::{Map, Value, json};

use http::StatusCode;

use crate::check::{Check, Detail, Finding};
use crate::wire::{Answer, Carried, Request};

use super::state::{Account, Bucket};

pub(super) use endpoint::Endpoint;
use routes::Path;

/// How the CRM says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The page of the proxy in front of the CRM.
    Busy,
    /// The page of a server that has no such account.
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

    fn answer(self, details: &[Detail]) -> Answer {
        let first = details.first().map(|detail| detail.field.as_str()).unwrap_or_default();
        let says =
            |status, text: &str| Answer::json(status, &json!({"success": false, "errorMsg": text}));
        let with_errors = |text: &str, errors: Value| {
            let body = json!({"success": false, "errorMsg": text, "errors": errors});
            Answer::json(StatusCode::BAD_REQUEST, &body)
        };
        let map = || -> Map<String, Value> {
            details.iter().map(|detail| (detail.field.clone(), json!(detail.text))).collect()
        };
        let list = || -> Vec<String> {
            details.iter().map(|detail| format!("{}: {}", detail.field, detail.text)).collect()
        };
        match self {
            Self::Busy => Answer::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/html",
                "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
                 <body></body>\r\n</html>\r\n",
            ),
            Self::NoSuchAccount => Answer::new(
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

/// One row of the table.
pub(super) struct Row {
    check: Check,
    refusal: Refusal,
    /// What is wrong with the request in this respect; empty when nothing is.
    finds: fn(&Seen<'_>) -> Vec<Detail>,
}

/// A request as the checks see it.
#[derive(Clone)]
pub(super) struct Seen<'a> {
    pub(super) request: &'a Request,
    pub(super) account: &'a Account,
    /// The limit this request is over.
    over: Option<Bucket>,
    path: Path,
    /// What the path names: a module's code, the id of a customer, an order, a task, a file.
    pub(super) thing: String,
    /// What the path names of that thing: a contact, a company.
    pub(super) part: String,
    /// What the CRM reads: the query of a `GET`, the form of a `POST`.
    parameters: Vec<(String, String)>,
    pub(super) event: Option<Map<String, Value>>,
    pub(super) calls: Option<Vec<Value>>,
    /// The customers of an upload.
    pub(super) customers: Option<Vec<Value>>,
    /// The object that is written: a customer, a module, an order, a task, a file, ….
    pub(super) written: Option<Map<String, Value>>,
}

impl<'a> Seen<'a> {
    fn new(request: &'a Request, account: &'a Account, over: Option<Bucket>) -> Self {
        let parameters = match request.method {
            http::Method::GET => request.query.clone(),
            _ => request.form(),
        };
        let (path, [thing, part]) = Path::of(&request.method, &request.path);
        let mut seen = Self {
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
        let json = |name| serde_json::from_str::<Value>(seen.parameter(name)?).ok();
        match seen.path {
            Path::Known(Endpoint::CallEvent) => {
                if let Some(Value::Object(event)) = json("event") {
                    seen.event = Some(event);
                }
            }
            Path::Known(Endpoint::CallsUpload) => {
                if let Some(Value::Array(calls)) = json("calls") {
                    seen.calls = Some(calls);
                }
            }
            Path::Known(Endpoint::CustomersUpload) => {
                if let Some(Value::Array(customers)) = json("customers") {
                    seen.customers = Some(customers);
                }
            }
            Path::Known(endpoint) if endpoint.writes() => {
                if let Some(Value::Object(fields)) = endpoint.needs().and_then(json) {
                    seen.written = Some(fields);
                }
            }
            _ => {}
        }
        seen
    }

    /// One customer of an upload, as if it were created by itself.
    pub(super) fn one_of_upload(&self, fields: &Map<String, Value>) -> Self {
        Self {
            path: Path::Known(Endpoint::CustomerCreate),
            customers: None,
            written: Some(fields.clone()),
            ..self.clone()
        }
    }

    /// What is wrong with the customer that is written.
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

    /// The value of a parameter; of several of the same name the last, as PHP reads them.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Key and value of every `name[key]=value`.
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

/// In the order they are gone through.
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
    thing::KNOWN,
    gate::MODULE,
    event::EVENT,
    calls::BATCH,
    calls::CALL,
    thing::SITE,
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

/// Every row, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = Check> {
    STAGES.iter().copied().flatten().map(|row| row.check)
}

/// Lets a request pass, or refuses it.
pub(super) fn run<'a>(
    request: &'a Request,
    account: &'a Account,
    over: Option<Bucket>,
) -> Result<(Endpoint, Seen<'a>), Carried> {
    let seen = Seen::new(request, account, over);
    for stage in STAGES {
        if let Some(refused) = refuse(stage, &seen) {
            return Err(refused);
        }
    }
    match seen.endpoint() {
        Some(endpoint) => Ok((endpoint, seen)),
        // The path stage has refused every other path already.
        None => Err(Carried::done(Refusal::Says(404, "API method not found").answer(&[]))),
    }
}

fn refuse(stage: &[Row], seen: &Seen<'_>) -> Option<Carried> {
    let mut refusal: Option<Refusal> = None;
    let mut findings: Vec<Finding> = Vec::new();
    for row in stage {
        if refusal.is_some_and(|refusal| refusal != row.refusal || !refusal.merges()) {
            continue;
        }
        let details = (row.finds)(seen);
        if !details.is_empty() {
            refusal = Some(row.refusal);
            findings.push(Finding { check: row.check, details });
        }
    }
    let refusal = refusal?;
    let details: Vec<Detail> =
        findings.iter().flat_map(|finding| finding.details.clone()).collect();
    Some(Carried { answer: refusal.answer(&details), findings })
}
