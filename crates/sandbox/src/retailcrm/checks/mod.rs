//! RetailCRM's checks.
//!
//! All invalid fields of an object are named at once, as by the CRM.

mod call;
mod context;
mod corporate;
mod customer;
mod event;
mod existence;
mod file;
mod gate;
mod kinds;
mod links;
mod module;
mod note;
mod order;
mod query;
mod refusal;
mod task;
mod upload;
mod values;

use std::sync::LazyLock;

use serde_json::Value;

use crate::check::{Detail, Finding};
use crate::schema::{self, Breach, Dialect, RuleKind, Stage, Table};
use crate::wire::{Handled, Request, Response};

use super::operations::{Endpoint, Operation};
use super::state::{Account, Bucket};

pub(super) use context::RequestContext;
pub(super) use refusal::Refusal;

/// RetailCRM's part in the shared checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules;

type Row = schema::Row<Rules>;
type Schema = schema::Schema<Rules>;
type Field = schema::Field<Rules>;
type Kind = schema::Kind<Rules>;
type When = schema::When<Rules>;

impl Dialect for Rules {
    type Context<'r> = RequestContext<'r>;
    type Operation = Endpoint;
    type Refusal = Refusal;

    const BLANK: &'static str = "nothing empty or null is sent, at any depth";
    const BLANK_IS_DEEP: bool = true;

    fn operation(cx: &RequestContext<'_>) -> Option<Endpoint> {
        cx.endpoint()
    }

    fn merges(refusal: Refusal) -> bool {
        refusal.merges()
    }

    fn is_blank(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty() || items.iter().any(Self::is_blank),
            Value::Object(fields) => fields.is_empty() || fields.values().any(Self::is_blank),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn message(breach: &Breach<'_>, _cx: &RequestContext<'_>) -> Value {
        let text = match (breach.says, breach.rule) {
            ("", RuleKind::Known) => values::EXTRA,
            ("", RuleKind::NotNull | RuleKind::NotBlank | RuleKind::Required) => values::BLANK,
            ("", _) => values::INVALID,
            (says, _) => says,
        };
        text.into()
    }

    fn response(refusal: Refusal, _cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        refusal.answer(found)
    }
}

/// Stages, in order.
const STAGES: &[Stage<Rules>] = &[
    Stage::Rows(gate::ACCOUNT),
    Stage::Rows(gate::LIMITS),
    Stage::Rows(gate::PATH),
    Stage::Rows(gate::VERB),
    Stage::Rows(gate::KEY),
    Stage::Rows(gate::SCOPE),
    Stage::Rows(file::UPLOADED),
    Stage::Rows(gate::ENCODING),
    Stage::Rows(gate::PARAMETERS),
    Stage::Schemas(&[&query::PARAMETERS], query::FILTERS),
    Stage::Rows(existence::KNOWN),
    Stage::Rows(gate::MODULE),
    Stage::Schemas(&[&event::EVENT], &[]),
    Stage::Rows(call::BATCH),
    Stage::Schemas(&[&call::CALL], &[]),
    Stage::Rows(existence::SITE),
    Stage::Schemas(&[&module::MODULE], &[]),
    Stage::Rows(module::PAID),
    Stage::Rows(customer::NEEDED),
    Stage::Schemas(&[&customer::CUSTOMER], &[]),
    Stage::Rows(upload::LIST),
    Stage::Schemas(&[&corporate::CORPORATE], &[]),
    Stage::Schemas(&[&corporate::CONTACT, &corporate::COMPANY], &[]),
    Stage::Schemas(&[&note::NOTE], &[]),
    Stage::Rows(module::CONNECTED),
    Stage::Schemas(&[&module::SCOPES], &[]),
    Stage::Rows(order::NEEDED),
    Stage::Schemas(&[&order::ORDER], &[]),
    Stage::Rows(order::ITEMS),
    Stage::Schemas(&[&task::TASK], &[]),
    Stage::Rows(file::PAID),
    Stage::Schemas(&[&file::FILE], &[]),
];

static TABLE: LazyLock<Table<Rules>> = LazyLock::new(|| Table::new(STAGES));

/// The checks of a new customer, for each customer of an upload.
static OF_CUSTOMER: LazyLock<Table<Rules>> = LazyLock::new(|| {
    Table::new(&[Stage::Rows(customer::NEEDED), Stage::Schemas(&[&customer::CUSTOMER], &[])])
});

/// All checks in order.
pub(super) fn table() -> &'static Table<Rules> {
    &TABLE
}

/// Violations of the customer to write.
pub(super) fn wrong_customer(cx: &RequestContext<'_>) -> Vec<Finding> {
    OF_CUSTOMER.refuse(cx).map(|it| it.findings).unwrap_or_default()
}

/// Accepts or refuses a request.
pub(super) fn run<'a>(
    request: &'a Request,
    account: &'a Account,
    over: Option<Bucket>,
) -> Result<(&'static Operation, RequestContext<'a>), Handled> {
    let cx = RequestContext::new(request, account, over);
    if let Some(refused) = TABLE.refuse(&cx) {
        return Err(refused);
    }
    match cx.operation() {
        Some(operation) => Ok((operation, cx)),
        // The path stage refused every other path already.
        None => Err(Handled::ok(Refusal::Says(404, "API method not found").answer(&[]))),
    }
}
