//! Kontur's checks.
//!
//! All invalid fields of an object are named at once, as by the CRM.

mod context;
mod entities;
mod existence;
mod gate;
mod kinds;
mod query;
mod refusal;
mod telephony;
mod uploads;

use std::sync::LazyLock;

use serde_json::Value;

use crate::check::{Check, Detail};
use crate::schema::{self, Breach, Dialect, RuleKind, Stage, Table};
use crate::wire::{Handled, Request, Response};

use super::operations::Endpoint;
use super::state::Workspace;

pub(super) use context::{Order, RequestContext};
pub(super) use refusal::{Refusal, json_answer, says};

/// Kontur's part in the shared checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules;

type Row = schema::Row<Rules>;
type Schema = schema::Schema<Rules>;
type Field = schema::Field<Rules>;
type Kind = schema::Kind<Rules>;
type When = schema::When<Rules>;

/// Finds the violations of a request.
type Finds = for<'a, 'r> fn(&'a RequestContext<'r>) -> Vec<Detail>;

const fn row(check: Check, refusal: Refusal, finds: Finds) -> Row {
    Row { check, refusal, finds }
}

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
        refusal == Refusal::Problem
    }

    fn is_blank(value: &Value) -> bool {
        value.as_str() == Some("")
    }

    fn has_form(value: &Value) -> bool {
        !value.is_null() && !Self::is_blank(value)
    }

    fn message(breach: &Breach<'_>, cx: &RequestContext<'_>) -> Value {
        let field = breach.field;
        let text = match (breach.rule, breach.says) {
            (RuleKind::Known, _) => format!("Could not find member '{field}'."),
            (RuleKind::NotNull, _) => "The value must not be null.".to_owned(),
            (RuleKind::NotBlank, _) => "The value must not be empty.".to_owned(),
            (RuleKind::Required, _) => format!("The {field} field is required."),
            (RuleKind::Form, to) => kinds::not_converted(breach, to, &cx.request.body),
            (_, "") => "The value is not valid.".to_owned(),
            (_, says) => kinds::with_id(says, breach.value),
        };
        text.into()
    }

    fn response(refusal: Refusal, cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        refusal.answer(cx, found)
    }
}

/// Stages, in order.
const STAGES: &[Stage<Rules>] = &[
    Stage::Rows(gate::PATH),
    Stage::Rows(gate::LIMIT),
    Stage::Rows(gate::INTEGRATION),
    Stage::Rows(gate::CREDENTIAL),
    Stage::Rows(gate::WORKSPACE),
    Stage::Rows(gate::ENCODING),
    Stage::Schemas(query::PARAMETERS, query::KNOWN),
    Stage::Rows(gate::BODY),
    Stage::Schemas(telephony::METHODS, telephony::LEGS),
    Stage::Rows(uploads::PART),
    Stage::Schemas(entities::WRITTEN, &[]),
    Stage::Rows(existence::KNOWN),
    Stage::Rows(existence::CALLS),
    Stage::Rows(existence::RECORDINGS),
    Stage::Rows(entities::PATCHED),
];

static TABLE: LazyLock<Table<Rules>> = LazyLock::new(|| Table::new(STAGES));

/// All checks in order.
pub(super) fn table() -> &'static Table<Rules> {
    &TABLE
}

/// Accepts or refuses a request.
pub(super) fn run(
    request: &Request,
    workspace: &Workspace,
    over: Option<u32>,
) -> Result<Order, Handled> {
    let cx = RequestContext::new(request, workspace, over);
    if let Some(refused) = TABLE.refuse(&cx) {
        return Err(refused);
    }
    match cx.operation() {
        Some(operation) => Ok(Order::new(operation.handler, cx)),
        // The path stage refused every other path already.
        None => Err(Handled::ok(Refusal::Bare(404).answer(&cx, &[]))),
    }
}
