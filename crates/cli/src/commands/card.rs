//! The output form of a customer.

use serde::Serialize;
use vochi_crm::connector::{Customer, CustomerKind};
use vochi_crm::{CrmUserId, Extension, Responsible};

use crate::output::FixedColumns;

/// The columns of a list of customers.
const COLUMNS: FixedColumns<7> = FixedColumns([
    ("phone", 14),
    ("customer", 24),
    ("company", 20),
    ("responsible", 20),
    ("ext", 5),
    ("id", 8),
    ("card", 0),
]);

/// A customer in the output of `lookup` and `changes`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Card {
    id: String,
    name: Option<String>,
    company: Option<String>,
    url: Option<String>,
    kind: String,
    responsible: Option<Employee>,
}

#[derive(Clone, Debug, Serialize)]
struct Employee {
    user_id: CrmUserId,
    name: Option<String>,
    extension: Option<Extension>,
}

impl From<Customer> for Card {
    fn from(customer: Customer) -> Self {
        Self {
            kind: word(&customer.kind).to_owned(),
            id: customer.id,
            name: customer.name,
            company: customer.company,
            url: customer.url,
            responsible: customer.responsible.map(Employee::from),
        }
    }
}

impl From<Responsible> for Employee {
    fn from(one: Responsible) -> Self {
        Self { user_id: one.user_id, name: one.name, extension: one.extension }
    }
}

fn word(kind: &CustomerKind) -> &str {
    match kind {
        CustomerKind::Person => "person",
        CustomerKind::Company => "company",
        CustomerKind::Lead => "lead",
        CustomerKind::Other(word) => word,
        _ => "other",
    }
}

/// Returns the headings of a list of customers.
pub(super) fn heads() -> String {
    COLUMNS.heads()
}

/// Returns a row of the list: a number, and the customer if there is one.
pub(super) fn row(phone: &str, card: Option<&Card>) -> String {
    let cell = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned();
    let employee = card.and_then(|card| card.responsible.as_ref());
    let manager = employee.map(|one| one.name.as_deref().unwrap_or(one.user_id.as_str()));
    let extension = employee.and_then(|one| one.extension.as_ref());
    COLUMNS.row(&[
        cell(Some(phone)),
        cell(card.and_then(|card| card.name.as_deref())),
        cell(card.and_then(|card| card.company.as_deref())),
        cell(manager),
        cell(extension.map(Extension::as_str)),
        cell(card.map(|card| card.id.as_str())),
        cell(card.and_then(|card| card.url.as_deref())),
    ])
}
