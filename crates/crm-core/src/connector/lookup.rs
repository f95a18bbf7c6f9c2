//! Customers found by number, and users of the CRM.

use crate::call::{CrmUserId, Extension};
use crate::phone::PhoneNumber;
use crate::warning::Warning;

/// A user of the CRM, that is, an employee.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CrmUser {
    /// The CRM's id.
    pub id: CrmUserId,
    /// The name as the CRM shows it.
    pub name: String,
    /// The extension, from the account's directory.
    pub extension: Option<Extension>,
    /// Whether the user is active in the CRM.
    pub active: bool,
}

impl CrmUser {
    /// Creates a user without extension.
    pub fn new(id: CrmUserId, name: impl Into<String>, active: bool) -> Self {
        Self { id, name: name.into(), extension: None, active }
    }
}

/// The CRM's users, compared with the account's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserList {
    /// The users.
    pub users: Vec<CrmUser>,
    /// Mismatches between the CRM's users and the directory.
    pub mismatches: Vec<Warning>,
}

impl UserList {
    /// Creates a list of users.
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
    /// The extension: from the account's directory, else from the CRM.
    pub extension: Option<Extension>,
}

impl Responsible {
    /// Creates a responsible employee.
    pub fn new(user_id: CrmUserId, name: Option<String>, extension: Option<Extension>) -> Self {
        Self { user_id, name, extension }
    }
}

/// The kind of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomerKind {
    /// A person.
    Person,
    /// A company.
    Company,
    /// A lead: a potential customer.
    Lead,
    /// Any other kind, by the CRM's own name.
    Other(String),
}

/// A customer in the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// The CRM's id.
    pub id: String,
    /// The kind.
    pub kind: CustomerKind,
    /// The name.
    pub name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The address of the customer's card.
    pub url: Option<String>,
    /// The responsible employee.
    pub responsible: Option<Responsible>,
}

impl Customer {
    /// Creates a customer of which only id and kind are known.
    pub fn new(id: impl Into<String>, kind: CustomerKind) -> Self {
        Self { id: id.into(), kind, name: None, company: None, url: None, responsible: None }
    }
}

/// The customers of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The number that was looked up.
    pub phone: PhoneNumber,
    /// All customers with the number, the best match first.
    pub candidates: Vec<Customer>,
    /// Warnings for the operator.
    pub warnings: Vec<Warning>,
}

impl Found {
    /// Creates the result of a lookup.
    pub fn new(phone: PhoneNumber, candidates: Vec<Customer>) -> Self {
        Self { phone, candidates, warnings: Vec::new() }
    }
}

/// The position in the CRM's list of changes. Opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Creates a cursor from a stored text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Customers created or changed since a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The customers in their present state.
    pub customers: Vec<Customer>,
    /// The position to continue from.
    pub cursor: Cursor,
}

impl Changes {
    /// Creates a list of changed customers.
    pub fn new(customers: Vec<Customer>, cursor: Cursor) -> Self {
        Self { customers, cursor }
    }
}
