//! What is written of a customer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use vochi_crm_core::Result;

use super::{ContragentType, PhoneText, UserId, given};

/// Fields of a customer to be written: all of a new one, or those that change. What is not set is
/// not sent.
///
/// ```
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_retailcrm::model::{CustomerData, UserId};
/// let phone: PhoneNumber = "+375291112233".parse()?;
/// let data = CustomerData::new()
///     .with_external_id("vochi-375291112233")
///     .with_first_name("Иван")
///     .with_phone(phone)
///     .with_manager(UserId::new(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerData {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patronymic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contragent: Option<Contragent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add_tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remove_tags: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    custom_fields: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Phone {
    number: PhoneText,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Contragent {
    contragent_type: ContragentType,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Address {
    text: String,
}

impl CustomerData {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The shop's id of the customer (`externalId`). A new customer should have one that follows
    /// from the call's number: the CRM does not recognise a repeat by anything else.
    #[must_use]
    pub fn with_external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// The first name.
    #[must_use]
    pub fn with_first_name(mut self, name: impl Into<String>) -> Self {
        self.first_name = Some(name.into());
        self
    }

    /// The last name.
    #[must_use]
    pub fn with_last_name(mut self, name: impl Into<String>) -> Self {
        self.last_name = Some(name.into());
        self
    }

    /// The patronymic.
    #[must_use]
    pub fn with_patronymic(mut self, name: impl Into<String>) -> Self {
        self.patronymic = Some(name.into());
        self
    }

    /// The e-mail address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Adds a number. Whether the numbers of a change add to the customer's or take their place is
    /// not certain: a change names none, or all the customer has and the new ones.
    #[must_use]
    pub fn with_phone(mut self, number: impl Into<PhoneText>) -> Self {
        let phone = Phone { number: number.into() };
        if !self.phones.contains(&phone) {
            self.phones.push(phone);
        }
        self
    }

    /// The manager responsible (`managerId`).
    #[must_use]
    pub fn with_manager(mut self, user: UserId) -> Self {
        self.manager_id = Some(user);
        self
    }

    /// The standing in law (`contragent.contragentType`).
    #[must_use]
    pub fn with_contragent_type(mut self, kind: ContragentType) -> Self {
        self.contragent = Some(Contragent { contragent_type: kind });
        self
    }

    /// The address in one line (`address.text`).
    #[must_use]
    pub fn with_address_text(mut self, text: impl Into<String>) -> Self {
        self.address = Some(Address { text: text.into() });
        self
    }

    /// Attaches a tag (`addTags`).
    #[must_use]
    pub fn with_tag(mut self, name: impl Into<String>) -> Self {
        self.add_tags.push(name.into());
        self
    }

    /// Takes a tag off (`removeTags`).
    #[must_use]
    pub fn without_tag(mut self, name: impl Into<String>) -> Self {
        self.remove_tags.push(name.into());
        self
    }

    /// A field of the account's own, by its symbolic code (`customFields`).
    #[must_use]
    pub fn with_custom_field(mut self, code: impl Into<String>, value: impl Into<Value>) -> Self {
        self.custom_fields.insert(code.into(), value.into());
        self
    }

    /// That nothing in it would be misread.
    pub(crate) fn check(&self) -> Result<()> {
        match self.manager_id {
            Some(manager) => given::id("the customer's manager", manager.get()),
            None => Ok(()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn has_first_name(&self) -> bool {
        self.first_name.as_deref().is_some_and(|name| !name.trim().is_empty())
    }

    pub(crate) fn has_phones(&self) -> bool {
        !self.phones.is_empty()
    }
}
