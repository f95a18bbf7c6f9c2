//! Context of a request for the checks, and an accepted request.

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::check::Finding;
use crate::php;
use crate::schema::{Object, Path};
use crate::wire::{Request, Response};

use super::super::account::{Account, Key, List, Record, number, text_of};
use super::super::answer;
use super::super::operations::{self, Endpoint, Operation, Run};

/// Records of a page.
const PER_PAGE: usize = 100;

/// Context of a request for the checks.
pub(in crate::uon) struct RequestContext<'a> {
    pub(super) request: &'a Request,
    pub(super) account: &'a Account,
    /// The key of the path.
    pub(super) key: Option<&'a Key>,
    /// Whether the request is over the limit.
    pub(super) over: bool,
    pub(super) path: Path<Operation>,
    pub(super) names: Vec<String>,
    /// The fields of the body.
    pub(super) body: Map<String, Value>,
    /// The fields that are neither null nor empty.
    filled: Map<String, Value>,
    /// Whether the body is one of the accepted forms.
    pub(super) is_read: bool,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(request: &'a Request, account: &'a Account, over: bool) -> Self {
        let mut parts = request.path.strip_prefix('/').unwrap_or_default().splitn(2, '/');
        let key = parts.next().and_then(|key| account.key(key));
        let rest = parts.next().and_then(|rest| rest.strip_suffix(".json"));
        let (path, names) = rest
            .map_or((Path::Unknown, Vec::new()), |rest| operations::find(&request.method, rest));
        let body = body_of(request);
        let is_read = body.is_some();
        let body = body.unwrap_or_default();
        let mut filled = body.clone();
        filled.retain(|_, value| {
            !value.is_null() && value.as_str().is_none_or(|it| !it.trim().is_empty())
        });
        Self { request, account, key, over, path, names, body, filled, is_read }
    }

    pub(super) fn operation(&self) -> Option<&'static Operation> {
        self.path.operation()
    }

    /// Returns true if the request is one of these operations.
    pub(super) fn is(&self, endpoints: &[Endpoint]) -> bool {
        self.operation().is_some_and(|it| endpoints.contains(&it.endpoint))
    }

    /// The body of one of these operations.
    pub(super) fn body_of(&self, endpoints: &[Endpoint]) -> Vec<Object<'_>> {
        if self.is(endpoints) { vec![Object::root(&self.body)] } else { Vec::new() }
    }

    /// The same without empty fields.
    pub(super) fn filled_of(&self, endpoints: &[Endpoint]) -> Vec<Object<'_>> {
        if self.is(endpoints) { vec![Object::root(&self.filled)] } else { Vec::new() }
    }

    /// The name at a placeholder of the path.
    pub(super) fn argument(&self, placeholder: &str) -> Option<&str> {
        let mut names = self.operation()?.placeholders().zip(&self.names);
        names.find(|(it, _)| *it == placeholder).map(|(_, name)| name.as_str())
    }

    /// The id of the path.
    pub(super) fn id(&self) -> Option<i64> {
        self.argument("id")?.parse().ok()
    }
}

/// The fields of a JSON or form body; none of an empty one.
fn body_of(request: &Request) -> Option<Map<String, Value>> {
    if request.body.is_empty() {
        return Some(Map::new());
    }
    match request.media_type().as_deref() {
        Some("application/json") => serde_json::from_slice(&request.body).ok(),
        Some("application/x-www-form-urlencoded") => Some(php::nested(&request.form())),
        _ => None,
    }
}

/// An accepted request, ready for execution.
pub(in crate::uon) struct Order {
    operation: &'static Operation,
    arguments: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    /// The fields that U-ON does not ignore.
    pub(in crate::uon) body: Map<String, Value>,
    pub(in crate::uon) at: Instant,
}

impl Order {
    pub(super) fn new(
        operation: &'static Operation,
        cx: RequestContext<'_>,
        findings: &[Finding],
    ) -> Self {
        let mut body = cx.body;
        let ignored = findings.iter().filter(|it| it.check.name.ends_with(".known_fields"));
        for detail in ignored.flat_map(|it| &it.details) {
            body.remove(&detail.field);
        }
        Self {
            operation,
            arguments: operation.placeholders().zip(cx.names).collect(),
            query: cx.request.query.clone(),
            body,
            at: cx.request.at,
        }
    }

    /// Executes the request.
    pub(in crate::uon) fn execute(&self, account: &mut Account) -> Response {
        let Operation { endpoint, answer, run, .. } = self.operation;
        match run {
            Run::Read(read) => {
                let mut records = read(account, self);
                if account.dialect.newest_first {
                    records.reverse();
                }
                let records = self.page_of(records);
                answer.found(&account.dialect, &records)
            }
            Run::Create(create) => {
                let id = create(account, self);
                answer::changed(&account.dialect, *endpoint, Some(id))
            }
            Run::Change(change) => {
                change(account, self);
                answer::changed(&account.dialect, *endpoint, None)
            }
        }
    }

    /// The list of the operation.
    pub(in crate::uon) fn list(&self) -> List {
        self.operation.list
    }

    /// The name at a placeholder of the path.
    pub(in crate::uon) fn argument(&self, placeholder: &str) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        arguments.find(|(it, _)| *it == placeholder).map(|(_, name)| name.as_str())
    }

    pub(in crate::uon) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The id of the path.
    pub(in crate::uon) fn id(&self) -> Option<i64> {
        self.argument("id")?.parse().ok()
    }

    /// The records of the page, of the path or of a search; all if there are no pages (§4).
    fn page_of(&self, records: Vec<Record>) -> Vec<Record> {
        let searches = [Endpoint::UserSearch, Endpoint::LeadSearch, Endpoint::RequestSearch];
        let page = match self.argument("page") {
            Some(page) => page.parse().unwrap_or(usize::MAX),
            None if searches.contains(&self.operation.endpoint) => {
                self.number("page").and_then(|it| it.try_into().ok()).unwrap_or(1)
            }
            None => return records,
        };
        let skipped = page.saturating_sub(1).saturating_mul(PER_PAGE);
        records.into_iter().skip(skipped).take(PER_PAGE).collect()
    }

    /// Returns true for a record with its date in the period of the path, both ends included.
    pub(in crate::uon) fn spans(&self, record: &Record) -> bool {
        let date = record.get(self.operation.date()).map(text_of).unwrap_or_default();
        let day = date.get(..10).unwrap_or_default();
        let (from, to) = (self.argument("from"), self.argument("to"));
        from.is_some_and(|from| day >= from) && to.is_some_and(|to| day <= to)
    }

    /// A field of the body as a number.
    pub(in crate::uon) fn number(&self, name: &str) -> Option<i64> {
        number(self.body.get(name)?)
    }

    /// A field of the body as text, if it is not empty.
    pub(in crate::uon) fn text(&self, name: &str) -> Option<String> {
        Some(text_of(self.body.get(name)?)).filter(|it| !it.is_empty())
    }
}
