//! Contacts (people) and companies: the clients.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::wire::{self, Items};

use super::{CompanyId, ContactId, ElementId, ElementType, Links, PhoneText, UpdateInfo};

/// A number or address of a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Element {
    /// Its id, by which it is changed or removed.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<ElementId>,
    /// What sort it is.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<ElementType>,
    /// The number or address as a person typed it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
}

/// A contact: a person on the client's side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// What the person does.
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
    /// The region, by its number.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub region_code: Option<String>,
    /// Fields of the enterprise's own.
    #[serde(default, deserialize_with = "wire::map_or_empty")]
    pub custom_fields: BTreeMap<String, Value>,
    /// Who made and changed it.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Contact {
    /// Whether this number is on the card.
    pub fn has_phone(&self, number: &PhoneText) -> bool {
        has_phone(&self.phones, number)
    }
}

/// A company, which people see as the client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The taxpayer's number.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub inn: Option<String>,
    /// The code of the reason for registration.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub kpp: Option<String>,
    /// What is said about it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub description: Option<String>,
    /// Phone numbers.
    #[serde(default)]
    pub phones: Items<Element>,
    /// E-mail addresses.
    #[serde(default)]
    pub emails: Items<Element>,
    /// The region, by its number.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub region_code: Option<String>,
    /// Fields of the enterprise's own.
    #[serde(default, deserialize_with = "wire::map_or_empty")]
    pub custom_fields: BTreeMap<String, Value>,
    /// Who made and changed it.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Company {
    /// Whether this number is on the card.
    pub fn has_phone(&self, number: &PhoneText) -> bool {
        has_phone(&self.phones, number)
    }
}

fn has_phone(phones: &Items<Element>, number: &PhoneText) -> bool {
    let mut values = phones.good.iter().filter_map(|phone| phone.value.as_deref());
    values.any(|value| number.is_same(value))
}
