//! Context of a request for the checks and the handlers.

use serde_json::{Map, Value};

use crate::schema::Object;
use crate::wire::Request;

use super::super::state::{Account, Bucket};
use super::endpoint::Endpoint;
use super::routes::Path;

/// Context of a request for the checks.
#[derive(Clone)]
pub(in crate::retailcrm) struct RequestContext<'a> {
    pub(in crate::retailcrm) request: &'a Request,
    pub(in crate::retailcrm) account: &'a Account,
    /// The limit that the request exceeds.
    pub(super) over: Option<Bucket>,
    pub(super) path: Path,
    /// The name in the path: a module's code, or the id of a customer, an order, a task, a file.
    pub(in crate::retailcrm) thing: String,
    /// The second name in the path: a contact, a company.
    pub(in crate::retailcrm) part: String,
    /// The parameters: the query of a `GET`, the form of a `POST`.
    pub(super) parameters: Vec<(String, String)>,
    pub(in crate::retailcrm) event: Option<Map<String, Value>>,
    pub(in crate::retailcrm) calls: Option<Vec<Value>>,
    /// The customers of an upload.
    pub(in crate::retailcrm) customers: Option<Vec<Value>>,
    /// The object to write: a customer, a module, an order, a task, a file, ….
    pub(in crate::retailcrm) written: Option<Map<String, Value>>,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(request: &'a Request, account: &'a Account, over: Option<Bucket>) -> Self {
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
    pub(in crate::retailcrm) fn one_of_upload(&self, fields: &Map<String, Value>) -> Self {
        Self {
            path: Path::Known(Endpoint::CustomerCreate),
            customers: None,
            written: Some(fields.clone()),
            ..self.clone()
        }
    }

    pub(super) fn endpoint(&self) -> Option<Endpoint> {
        match self.path {
            Path::Known(endpoint) => Some(endpoint),
            _ => None,
        }
    }

    pub(super) fn is(&self, endpoint: Endpoint) -> bool {
        self.endpoint() == Some(endpoint)
    }

    /// The value of a parameter; the last one of several, as in PHP.
    pub(in crate::retailcrm) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Keys and values of `name[key]=value`.
    pub(in crate::retailcrm) fn inside(&self, name: &str) -> Vec<(String, String)> {
        let parameters = self.parameters.iter();
        parameters
            .filter_map(|(key, value)| {
                let rest = key.strip_prefix(name)?.strip_prefix('[')?;
                Some((rest.strip_suffix(']')?.to_owned(), value.clone()))
            })
            .collect()
    }

    /// The values of `name[]` or `name[0]`, `name[1]`, ….
    pub(in crate::retailcrm) fn list(&self, name: &str) -> Vec<&str> {
        let of_list = |key: &str| {
            let rest = key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            rest.bytes().all(|byte| byte.is_ascii_digit()).then_some(())
        };
        let named = self.parameters.iter().filter(|(key, _)| of_list(key).is_some());
        named.map(|(_, value)| value.as_str()).collect()
    }
}
