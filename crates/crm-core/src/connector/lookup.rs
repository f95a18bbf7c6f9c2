//! Customers of the enterprise and users of its CRM.

use crate::call::{CrmUserId, Extension};
use crate::phone::PhoneNumber;
use crate::warning::Warning;

/// A user of the CRM: an employee.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CrmUser {
    /// The CRM's id.
    pub id: CrmUserId,
    /// The name as the CRM shows it.
    pub name: String,
    /// The extension, by the account's directory.
    pub extension: Option<Extension>,
    /// Whether the user may work in the CRM.
    pub active: bool,
}

impl CrmUser {
    /// A user without extension.
    pub fn new(id: CrmUserId, name: impl Into<String>, active: bool) -> Self {
        Self { id, name: name.into(), extension: None, active }
    }
}

/// The CRM's users held against the account's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserList {
    /// The users.
    pub users: Vec<CrmUser>,
    /// Everything that does not fit together.
    pub mismatches: Vec<Warning>,
}

impl UserList {
    /// Users and what does not fit.
    pub fn new(users: Vec<CrmUser>, mismatches: Vec<Warning>) -> Self {
        Self { users, mismatches }
    }
}

/// The employee responsible for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responsible {
    /// The CRM's id.
    pub user_id: CrmUserId,
    /// The name as the CRM shows it.
    pub name: Option<String>,
    /// The extension: the account's directory first, else what the CRM says.
    pub extension: Option<Extension>,
}

impl Responsible {
    /// A responsible employee.
    pub fn new(user_id: CrmUserId, name: Option<String>, extension: Option<Extension>) -> Self {
        Self { user_id, name, extension }
    }
}

/// What kind of thing the CRM found under a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomerKind {
    /// A person.
    Person,
    /// A company.
    Company,
    /// Somebody who may become a customer.
    Lead,
    /// Any other, by the CRM's own word.
    Other(String),
}

/// A customer of the enterprise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// The CRM's id.
    pub id: String,
    /// What it is.
    pub kind: CustomerKind,
    /// The name.
    pub name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The address of the customer's card.
    pub url: Option<String>,
    /// Who is responsible.
    pub responsible: Option<Responsible>,
}

impl Customer {
    /// A customer of whom only id and kind are known.
    pub fn new(id: impl Into<String>, kind: CustomerKind) -> Self {
        Self { id: id.into(), kind, name: None, company: None, url: None, responsible: None }
    }
}

/// Who the CRM knows under a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The number asked for.
    pub phone: PhoneNumber,
    /// Everybody who has it, the likeliest first.
    pub candidates: Vec<Customer>,
    /// What an operator should know.
    pub warnings: Vec<Warning>,
}

impl Found {
    /// What was found under a number.
    pub fn new(phone: PhoneNumber, candidates: Vec<Customer>) -> Self {
        Self { phone, candidates, warnings: Vec::new() }
    }
}

/// Where reading changes goes on, as the CRM counts. Opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor as it was kept.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Customers created or changed since a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The customers as they are now.
    pub customers: Vec<Customer>,
    /// Where to go on.
    pub cursor: Cursor,
}

impl Changes {
    /// Changed customers and where to go on.
    pub fn new(customers: Vec<Customer>, cursor: Cursor) -> Self {
        Self { customers, cursor }
    }
}
