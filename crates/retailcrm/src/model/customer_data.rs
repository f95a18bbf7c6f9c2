//! Writable fields of a customer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use vochi_crm_core::{PhoneNumber, Unique, setters};

use super::{ContragentType, PhoneText, UserId};

setters! {
    /// Writable fields of a customer: all of a new one, or the changed ones. A field that is not
    /// set is not sent.
    ///
    /// ```
    /// use vochi_crm_core::PhoneNumber;
    /// use vochi_crm_retailcrm::model::{CustomerData, UserId};
    /// let phone: PhoneNumber = "+375291112233".parse()?;
    /// let data = CustomerData::new()
    ///     .external_id("vochi-375291112233")
    ///     .first_name("Иван")
    ///     .phones([phone])
    ///     .manager_id(UserId::new(7)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Default, PartialEq, Eq)]
    pub payload CustomerData {
        /// The shop's id. Derive the id of a new customer from the caller's number: it is the only
        /// key by which the CRM detects duplicates.
        external_id: Option<String>,
        /// The first name.
        first_name: Option<String>,
        /// The last name.
        last_name: Option<String>,
        /// The patronymic.
        patronymic: Option<String>,
        /// The e-mail address.
        email: Option<String>,
        /// Adds numbers. It is unknown whether the numbers of a change are added to the customer's
        /// or replace them: a change should set none, or all.
        phones: Unique<CustomerPhone>,
        /// The responsible manager.
        manager_id: Option<UserId>,
        /// The legal form (`contragent.contragentType`).
        contragent: Option<ContragentData>,
        /// The address in one line (`address.text`).
        address: Option<AddressData>,
        /// Attaches tags.
        add_tags: Vec<String>,
        /// Detaches tags.
        remove_tags: Vec<String>,
        /// Sets a custom field of the account, by its symbolic code.
        #[serde(rename = "customFields")]
        custom_field: BTreeMap<String, Value>,
    }
}

impl CustomerData {
    pub(crate) fn has_first_name(&self) -> bool {
        self.first_name.as_deref().is_some_and(|name| !name.trim().is_empty())
    }
}

/// A number of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomerPhone {
    number: PhoneText,
}

impl From<PhoneText> for CustomerPhone {
    fn from(number: PhoneText) -> Self {
        Self { number }
    }
}

impl From<PhoneNumber> for CustomerPhone {
    fn from(number: PhoneNumber) -> Self {
        Self { number: number.into() }
    }
}

/// The legal form of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContragentData {
    contragent_type: ContragentType,
}

impl From<ContragentType> for ContragentData {
    fn from(contragent_type: ContragentType) -> Self {
        Self { contragent_type }
    }
}

/// The address of a customer in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddressData {
    text: String,
}

impl AddressData {
    /// Creates an address in one line.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}
