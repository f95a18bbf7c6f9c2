//! U-ON's checks.
//!
//! There are two tables. The rules of the first refuse a request, mostly with 404. Those of the
//! second are about what U-ON accepts and ignores, or stores wrongly: the request is executed
//! without the ignored fields, and the stand-in records it as refused, so that a test sees it.

mod bodies;
mod context;
mod existence;
mod gate;
mod kinds;
mod refusal;

use std::sync::LazyLock;

use serde_json::Value;

use crate::check::{Check, Detail, Finding};
use crate::schema::{self, Breach, Dialect, RuleKind, Sample, Stage, Table};
use crate::wire::{Handled, Request, Response};

use super::account::Account;
use super::operations::Endpoint;

pub(super) use context::{Order, RequestContext};
pub(super) use refusal::Refusal;

/// U-ON's part in the shared checks.
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

    const BLANK: &'static str = "no text is empty";
    const BLANK_IS_DEEP: bool = false;

    fn operation(cx: &RequestContext<'_>) -> Option<Endpoint> {
        cx.operation().map(|it| it.endpoint)
    }

    fn merges(refusal: Refusal) -> bool {
        refusal == Refusal::Ignored
    }

    fn is_blank(value: &Value) -> bool {
        value.as_str() == Some("")
    }

    fn has_form(value: &Value) -> bool {
        !value.is_null() && !Self::is_blank(value)
    }

    fn message(breach: &Breach<'_>, _: &RequestContext<'_>) -> Value {
        match breach.rule {
            RuleKind::Required | RuleKind::Check => {
                format!("Parameter {} is wrong", breach.path).into()
            }
            _ => breach.says.into(),
        }
    }

    fn response(refusal: Refusal, cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        refusal.response(cx, found)
    }
}

/// Stages that refuse, in order.
const STAGES: &[Stage<Rules>] = &[
    Stage::Rows(gate::KEY),
    Stage::Rows(gate::LIMIT),
    Stage::Rows(gate::PATH),
    Stage::Rows(gate::PERMISSION),
    Stage::Schemas(bodies::REQUIRED, &[]),
    Stage::Rows(existence::PATH),
];

/// What is accepted and ignored.
const IGNORED: &[Stage<Rules>] =
    &[Stage::Rows(gate::FORM), Stage::Schemas(bodies::KNOWN, existence::BODY)];

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
    request: &Request,
    account: &Account,
    over: bool,
) -> Result<(Order, Vec<Finding>), Handled> {
    let cx = RequestContext::new(request, account, over);
    if let Some(refused) = TABLE.refuse(&cx) {
        return Err(refused);
    }
    let findings = REPORTED.refuse(&cx).map(|it| it.findings).unwrap_or_default();
    match cx.operation() {
        Some(operation) => Ok((Order::new(operation, cx, &findings), findings)),
        // The path stage refused every other path already.
        None => Err(Handled::ok(Refusal::NoRoute.response(&cx, &[]))),
    }
}
