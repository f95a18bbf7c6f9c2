//! Ids and phone texts.

use serde::Serialize;
use vochi_crm_core::{CrmUserId, Id, PhoneNumber, Result};

use super::{
    Company, CorporateContact, CorporateCustomer, Customer, CustomerNote, Order, StoredFile, Task,
    User,
};

/// The id of a company of a corporate customer.
pub type CompanyId = Id<Company>;
/// The id of a contact of a corporate customer. The person has a [`CustomerId`].
pub type ContactId = Id<CorporateContact>;
/// The id of a corporate customer.
pub type CorporateCustomerId = Id<CorporateCustomer>;
/// The id of a customer.
pub type CustomerId = Id<Customer>;
/// The id of a note on a customer.
pub type CustomerNoteId = Id<CustomerNote>;
/// The id of a file.
pub type FileId = Id<StoredFile>;
/// The id of an order.
pub type OrderId = Id<Order>;
/// The id of a task.
pub type TaskId = Id<Task>;
/// The id of a user.
pub type UserId = Id<User>;

/// Converts a user id of the common model.
///
/// # Errors
/// `config`: RetailCRM's user ids are positive numbers.
pub fn user_id(user: &CrmUserId) -> Result<UserId> {
    UserId::try_from(user)
        .map_err(|error| error.with_hint("write the number RetailCRM shows for the user"))
}

/// A phone number as sent to RetailCRM: E.164 with its plus, or the bare digits of an invalid
/// number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PhoneText(String);

impl PhoneText {
    /// The digits of an invalid number; `None` if there are none.
    pub fn digits_of(raw: &str) -> Option<Self> {
        let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(Self(digits))
    }

    /// The same number without a leading plus.
    #[must_use]
    pub fn without_plus(self) -> Self {
        match self.0.strip_prefix('+') {
            Some(digits) => Self(digits.to_owned()),
            None => self,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PhoneNumber> for PhoneText {
    fn from(number: PhoneNumber) -> Self {
        Self(number.e164().to_owned())
    }
}

impl From<&PhoneNumber> for PhoneText {
    fn from(number: &PhoneNumber) -> Self {
        Self::from(*number)
    }
}
