//! Clients: contacts (people) and companies.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::wire::{self, Items};

use super::{CompanyId, ContactId, ElementId, ElementType, Links, PhoneText, UpdateInfo};

/// A phone number or e-mail address of a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Element {
    /// The id, used to remove the element.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<ElementId>,
    /// The kind.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<ElementType>,
    /// The value as entered by a user.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
}

/// A contact: a person on the client's side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contact {
    /// The id.
    pub id: ContactId,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The job title.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub position: Option<String>,
    /// The companies.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub links: Links,
    /// Phone numbers.
    #[serde(default)]
    pub phones: Items<Element>,
    /// E-mail addresses.
    #[serde(default)]
    pub emails: Items<Element>,
    /// The numeric region code.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub region_code: Option<String>,
    /// Custom fields.
    #[serde(default, deserialize_with = "wire::map_or_empty")]
    pub custom_fields: BTreeMap<String, Value>,
    /// Creation and last change.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Contact {
    /// Returns true if the contact has this number.
    pub fn has_phone(&self, number: &PhoneText) -> bool {
        has_phone(&self.phones, number)
    }
}

/// A company, which Kontur's users see as the client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Company {
    /// The id.
    pub id: CompanyId,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The taxpayer identification number (INN).
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub inn: Option<String>,
    /// The tax registration reason code (KPP).
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub kpp: Option<String>,
    /// A free-text description.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub description: Option<String>,
    /// Phone numbers.
    #[serde(default)]
    pub phones: Items<Element>,
    /// E-mail addresses.
    #[serde(default)]
    pub emails: Items<Element>,
    /// The numeric region code.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub region_code: Option<String>,
    /// Custom fields.
    #[serde(default, deserialize_with = "wire::map_or_empty")]
    pub custom_fields: BTreeMap<String, Value>,
    /// Creation and last change.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Company {
    /// Returns true if the company has this number.
    pub fn has_phone(&self, number: &PhoneText) -> bool {
        has_phone(&self.phones, number)
    }
}

fn has_phone(phones: &Items<Element>, number: &PhoneText) -> bool {
    let mut values = phones.good.iter().filter_map(|phone| phone.value.as_deref());
    values.any(|value| number.is_same(value))
}
