//! Context of a request for the checks and the handlers.

use std::sync::LazyLock;

use http::Method;
use serde_json::{Value, json};

use crate::schema::{Object, Path};
use crate::wire::Request;

use super::super::operations::{self, Endpoint, Operation};
use super::super::state::{Account, Bucket};
use super::super::store::Fields;

/// Context of a request for the checks.
#[derive(Clone)]
pub(in crate::retailcrm) struct RequestContext<'a> {
    pub(in crate::retailcrm) request: &'a Request,
    pub(in crate::retailcrm) account: &'a Account,
    /// The limit that the request exceeds.
    pub(super) over: Option<Bucket>,
    pub(super) path: Path<Operation>,
    /// The name in the path: a module's code, or the id of a customer, an order, a task, a file.
    pub(in crate::retailcrm) thing: String,
    /// The second name in the path: a contact, a company.
    pub(in crate::retailcrm) part: String,
    /// The parameters: the query of a `GET`, the form of a `POST`.
    pub(super) parameters: Vec<(String, String)>,
    /// The same by their names; of several the last one, as in PHP.
    pub(super) single: Fields,
    pub(in crate::retailcrm) event: Option<Fields>,
    pub(in crate::retailcrm) calls: Option<Vec<Value>>,
    /// The customers of an upload.
    pub(in crate::retailcrm) customers: Option<Vec<Value>>,
    /// The object to write: a customer, a module, an order, a task, a file, ….
    pub(in crate::retailcrm) written: Option<Fields>,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(request: &'a Request, account: &'a Account, over: Option<Bucket>) -> Self {
        let parameters = match request.method {
            Method::GET => request.query.clone(),
            _ => request.form(),
        };
        let (path, names) = operations::find(&request.method, &request.path);
        let mut names = names.into_iter();
        let (thing, part) = (names.next(), names.next());
        let mut cx = Self {
            request,
            account,
            over,
            path,
            thing: thing.unwrap_or_default(),
            part: part.unwrap_or_default(),
            single: parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect(),
            parameters,
            event: None,
            calls: None,
            customers: None,
            written: None,
        };
        let json = |name| serde_json::from_str::<Value>(cx.parameter(name)?).ok();
        let Some(operation) = cx.operation() else { return cx };
        match (operation.endpoint, operation.needs.and_then(json)) {
            (Endpoint::CallEvent, Some(Value::Object(event))) => cx.event = Some(event),
            (Endpoint::CallsUpload, Some(Value::Array(calls))) => cx.calls = Some(calls),
            (Endpoint::CustomersUpload, Some(Value::Array(list))) => cx.customers = Some(list),
            (_, Some(Value::Object(fields))) if operation.writes => cx.written = Some(fields),
            _ => {}
        }
        cx
    }

    /// Context of one uploaded customer, as if created alone.
    pub(in crate::retailcrm) fn one_of_upload(&self, fields: &Fields) -> Self {
        Self {
            path: operations::find(&Method::POST, "/api/v5/customers/create").0,
            customers: None,
            written: Some(fields.clone()),
            ..self.clone()
        }
    }

    /// The object to write, in these operations.
    pub(super) fn objects_of(&self, operations: &[Endpoint]) -> Vec<Object<'_>> {
        self.written.iter().filter(|_| self.is_any(operations)).map(Object::root).collect()
    }

    pub(in crate::retailcrm) fn operation(&self) -> Option<&'static Operation> {
        self.path.operation()
    }

    pub(in crate::retailcrm) fn endpoint(&self) -> Option<Endpoint> {
        self.operation().map(|it| it.endpoint)
    }

    pub(in crate::retailcrm) fn is(&self, endpoint: Endpoint) -> bool {
        self.endpoint() == Some(endpoint)
    }

    /// Returns true for one of these operations.
    pub(super) fn is_any(&self, endpoints: &[Endpoint]) -> bool {
        self.endpoint().is_some_and(|it| endpoints.contains(&it))
    }

    /// The fields to write.
    pub(in crate::retailcrm) fn written(&self) -> &Fields {
        static NOTHING: LazyLock<Fields> = LazyLock::new(Fields::new);
        self.written.as_ref().unwrap_or(&NOTHING)
    }

    /// The value of a parameter.
    pub(in crate::retailcrm) fn parameter(&self, name: &str) -> Option<&str> {
        self.single.get(name)?.as_str()
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
