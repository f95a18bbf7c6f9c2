//! Bitrix24's checks.
//!
//! There are two tables. The rules of the first refuse a request. Those of the second are about
//! what Bitrix24 accepts and ignores silently, or understands in another way than it was meant:
//! the request is executed without the ignored fields, and the stand-in records it as refused, so
//! that a test sees it.
//!
//! Errors that a correct client may meet (an expired token, a call that is finished already, a line
//! that exists) are no checks, and not recorded as refused.

mod context;
mod fields;
mod gate;
mod kinds;
mod refusal;
mod reported;

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::check::{Check, Detail, Finding};
use crate::schema::{self, Breach, Dialect, RuleKind, Sample, Stage, Table};
use crate::wire::{Handled, Request, Response};

use super::answer::Failure;
use super::handlers::Command;
use super::operations::Endpoint;
use super::portal::Portal;
use super::rights::Denied;

pub(super) use context::{Order, RequestContext};
pub(super) use refusal::Refusal;

/// Bitrix24's part in the shared checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules;

type Row = schema::Row<Rules>;
type Schema = schema::Schema<Rules>;
type Field = schema::Field<Rules>;
type Kind = schema::Kind<Rules>;

impl Dialect for Rules {
    type Context<'r> = RequestContext<'r>;
    type Operation = Endpoint;
    type Refusal = Refusal;

    const BLANK: &'static str = "no value is empty";
    const BLANK_IS_DEEP: bool = false;

    fn operation(cx: &RequestContext<'_>) -> Option<Endpoint> {
        cx.operation.map(|it| it.endpoint)
    }

    fn merges(refusal: Refusal) -> bool {
        refusal == Refusal::Ignored
    }

    fn is_blank(value: &Value) -> bool {
        context::is_blank(value)
    }

    fn has_form(value: &Value) -> bool {
        !Self::is_blank(value)
    }

    fn message(breach: &Breach<'_>, _: &RequestContext<'_>) -> Value {
        match breach.rule {
            RuleKind::Known | RuleKind::NotNull | RuleKind::NotBlank => "".into(),
            _ => breach.says.replace("{path}", &bracketed(breach.path)).into(),
        }
    }

    fn response(refusal: Refusal, cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        refusal.failure(cx, found).response()
    }
}

/// `MESSAGES[0].SIDE` as PHP writes it: `MESSAGES[0][SIDE]`.
fn bracketed(path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| format!("{path}[{part}]"))
}

/// Stages that refuse, in order.
const STAGES: &[Stage<Rules>] = &[
    Stage::Rows(gate::LIMIT),
    Stage::Rows(gate::CREDENTIAL),
    Stage::Rows(gate::METHOD),
    Stage::Rows(gate::CALLER),
    Stage::Rows(gate::OPERATING),
    Stage::Schemas(fields::REQUIRED, &[]),
];

/// What is accepted and ignored.
const IGNORED: &[Stage<Rules>] =
    &[Stage::Rows(reported::FORM), Stage::Schemas(reported::KNOWN, reported::ROWS)];

static TABLE: LazyLock<Table<Rules>> = LazyLock::new(|| Table::new(STAGES));
static REPORTED: LazyLock<Table<Rules>> = LazyLock::new(|| Table::new(IGNORED));

/// All checks in order.
pub(super) fn checks() -> impl Iterator<Item = Check> {
    TABLE.checks().chain(REPORTED.checks())
}

/// Requests for tests, made from the schemas.
pub(super) fn samples() -> Vec<Sample> {
    [TABLE.samples(), REPORTED.samples()].concat()
}

/// Refuses a request, or returns it with what is to be reported about it.
pub(super) fn run(
    portal: &Portal,
    command: Command<'_>,
    is_used_up: bool,
) -> Result<(Order, Vec<Finding>), Handled> {
    let cx = RequestContext::new(portal, command, is_used_up);
    if cx.credential == Err(Denied::Expired) {
        return Err(Handled::ok(Refusal::Credential.failure(&cx, &[]).response()));
    }
    if let Some(refused) = TABLE.refuse(&cx) {
        return Err(refused);
    }
    let findings = REPORTED.refuse(&cx).map(|it| it.findings).unwrap_or_default();
    match (cx.operation, cx.credential.clone()) {
        (Some(operation), Ok(credential)) => {
            Ok((Order::new(operation, credential, cx, &findings), findings))
        }
        // The stages before refused every other request already.
        _ => Err(Handled::ok(Refusal::Method.failure(&cx, &[]).response())),
    }
}

/// The refusal of a request for which the bucket has no room.
pub(super) fn over_limit(request: &Request, portal: &Portal) -> Handled {
    let credential = Err(Denied::NoAuth);
    let command = Command { request, name: String::new(), parameters: Map::new(), credential };
    let mut cx = RequestContext::new(portal, command, false);
    cx.over = true;
    TABLE.refuse(&cx).unwrap_or_else(|| {
        Handled::ok(Failure::new(503, "QUERY_LIMIT_EXCEEDED", "Too many requests").response())
    })
}
