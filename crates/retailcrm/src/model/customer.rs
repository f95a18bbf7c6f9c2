//! Customers: the people who buy.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::{LocalTime, wire};

use super::custom_fields::custom_fields;
use super::telephony::{full_name, phones};
use super::{CorporateCustomerId, CustomerId, UserId};

vochi_crm_core::open_word! {
    /// What sort of customer it is (`type`).
    CustomerKind {
        /// A person.
        Person = "customer",
        /// A corporate customer.
        Corporate = "customer_corporate",
    }
}

vochi_crm_core::open_word! {
    /// What a customer is in law (`contragentType`).
    ContragentType {
        /// A person.
        Individual = "individual",
        /// A company.
        LegalEntity = "legal-entity",
        /// A sole trader. The CRM spells the word so.
        Entrepreneur = "enterpreneur",
    }
}

vochi_crm_core::open_word! {
    /// A customer's sex (`sex`, and `presumableSex` by the name).
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
    }
}

/// A customer's or company's standing in law (`contragent`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Contragent {
    /// Person, company or sole trader.
    #[serde(rename = "contragentType", deserialize_with = "wire::value_or_none")]
    pub kind: Option<ContragentType>,
}

/// A tag of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Tag {
    /// What it says.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// Its colour, as `#ff0000`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub color: Option<String>,
    /// Whether somebody attached it by hand.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub attached: Option<bool>,
}

/// A segment a customer falls into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Segment {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The symbolic code.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub code: Option<String>,
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Address {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// What the address is called; addresses of corporate customers have a name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The region.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub region: Option<String>,
    /// The city.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub city: Option<String>,
    /// The address in one line.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub text: Option<String>,
}

/// A customer as other things point to it. A corporate customer has ids of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerLink {
    /// Person or corporate customer (`type`); a link without it is to a person.
    pub kind: Option<CustomerKind>,
    /// The CRM's id of a person.
    pub id: Option<CustomerId>,
    /// The CRM's id of a corporate customer.
    pub corporate_id: Option<CorporateCustomerId>,
    /// The shop's id.
    pub external_id: Option<String>,
    /// The shop.
    pub site: Option<String>,
}

impl<'de> Deserialize<'de> for CustomerLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
            kind: Option<CustomerKind>,
            #[serde(default)]
            id: Value,
            #[serde(default, deserialize_with = "wire::text_or_none")]
            external_id: Option<String>,
            #[serde(default, deserialize_with = "wire::text_or_none")]
            site: Option<String>,
        }
        let Wire { kind, id, external_id, site } = Wire::deserialize(deserializer)?;
        let (id, corporate_id) = match &kind {
            None | Some(CustomerKind::Person) => (CustomerId::deserialize(id).ok(), None),
            Some(CustomerKind::Corporate) => (None, CorporateCustomerId::deserialize(id).ok()),
            Some(CustomerKind::Other(_)) => (None, None),
        };
        Ok(Self { kind, id, corporate_id, external_id, site })
    }
}

/// A customer. Times are the account's local ones; sums are written as the CRM writes them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Customer {
    /// The CRM's id.
    pub id: CustomerId,
    /// Person or corporate customer.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<CustomerKind>,
    /// The shop's id.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The shop.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
    /// Whether they are a corporate customer's contact and nothing else.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_contact: Option<bool>,
    /// When they were registered.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The manager responsible.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub manager_id: Option<UserId>,
    /// The first name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// The patronymic.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub patronymic: Option<String>,
    /// The sex.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub sex: Option<Sex>,
    /// The sex the CRM supposes.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub presumable_sex: Option<Sex>,
    /// The birthday, as `1980-01-31`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub birthday: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// The numbers, as somebody typed them: `+375291112233`, `8 (029) 111-22-33`.
    #[serde(default, deserialize_with = "phones")]
    pub phones: Vec<String>,
    /// The address.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub address: Option<Address>,
    /// The address of a picture.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub photo_url: Option<String>,
    /// The standing in law.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub contragent: Option<Contragent>,
    /// Whether they are marked as important.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub vip: Option<bool>,
    /// Whether they are marked as bad.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub bad: Option<bool>,
    /// The tags.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub tags: Vec<Tag>,
    /// The segments.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub segments: Vec<Segment>,
    /// The account's own fields, by their symbolic code.
    #[serde(default, deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
    /// How many orders they made.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub orders_count: Option<i64>,
    /// What all their orders come to.
    #[serde(default, rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// What an order of theirs comes to on average.
    #[serde(default, rename = "averageSumm", deserialize_with = "wire::text_or_none")]
    pub average_sum: Option<String>,
    /// The profit from them.
    #[serde(default, rename = "marginSumm", deserialize_with = "wire::text_or_none")]
    pub margin_sum: Option<String>,
    /// The costs of them.
    #[serde(default, rename = "costSumm", deserialize_with = "wire::text_or_none")]
    pub cost_sum: Option<String>,
    /// Their own discount, in per cent.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub personal_discount: Option<String>,
    /// The discount they have earned, in per cent.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub cumulative_discount: Option<String>,
}

impl Customer {
    /// First name and last name, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }

    /// First name and last name; without both, the e-mail address, the first number or the id.
    pub fn display_name(&self) -> String {
        self.full_name()
            .or_else(|| self.email.clone())
            .or_else(|| self.phones.first().cloned())
            .unwrap_or_else(|| self.id.to_string())
    }
}

/// What RetailCRM said to a change of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EditedCustomer {
    /// The customer changed.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<CustomerId>,
    /// The CRM's word for what it did; many answers have none.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub state: Option<String>,
}
