//! Customers.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::{LocalTime, wire};

use super::custom_fields::custom_fields;
use super::telephony::{full_name, phones};
use super::{CorporateCustomerId, CustomerId, UserId};

vochi_crm_core::open_word! {
    /// The kind of a customer (`type`).
    CustomerKind {
        /// A person.
        Person = "customer",
        /// A corporate customer.
        Corporate = "customer_corporate",
    }
}

vochi_crm_core::open_word! {
    /// The legal form of a customer (`contragentType`).
    ContragentType {
        /// A person.
        Individual = "individual",
        /// A company.
        LegalEntity = "legal-entity",
        /// A sole trader. The CRM's own spelling.
        Entrepreneur = "enterpreneur",
    }
}

vochi_crm_core::open_word! {
    /// The sex of a customer (`sex`, and `presumableSex` derived from the name).
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
    }
}

/// The legal form of a customer or company (`contragent`).
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
    /// The text.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The colour, as `#ff0000`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub color: Option<String>,
    /// Whether it was attached by hand.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub attached: Option<bool>,
}

/// A segment of customers.
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
    /// The name of the address; only corporate customers have one.
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

/// A reference to a customer. Corporate customers have ids of their own.
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

/// A customer. Times are local to the account; sums are written as the CRM writes them.
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
    /// Whether the customer is only a contact of a corporate customer.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_contact: Option<bool>,
    /// When the customer was registered.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The responsible manager.
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
    /// The sex assumed by the CRM.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub presumable_sex: Option<Sex>,
    /// The birthday, as `1980-01-31`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub birthday: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// The numbers, as typed: `+375291112233`, `8 (029) 111-22-33`.
    #[serde(default, deserialize_with = "phones")]
    pub phones: Vec<String>,
    /// The address.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub address: Option<Address>,
    /// The address of a photo.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub photo_url: Option<String>,
    /// The legal form.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub contragent: Option<Contragent>,
    /// Whether the customer is marked as VIP.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub vip: Option<bool>,
    /// Whether the customer is marked as bad.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub bad: Option<bool>,
    /// The tags.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub tags: Vec<Tag>,
    /// The segments.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub segments: Vec<Segment>,
    /// The account's custom fields, by symbolic code.
    #[serde(default, deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
    /// The number of the customer's orders.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub orders_count: Option<i64>,
    /// The total of the customer's orders.
    #[serde(default, rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// The average of the customer's orders.
    #[serde(default, rename = "averageSumm", deserialize_with = "wire::text_or_none")]
    pub average_sum: Option<String>,
    /// The profit from the customer.
    #[serde(default, rename = "marginSumm", deserialize_with = "wire::text_or_none")]
    pub margin_sum: Option<String>,
    /// The costs of the customer.
    #[serde(default, rename = "costSumm", deserialize_with = "wire::text_or_none")]
    pub cost_sum: Option<String>,
    /// The personal discount, in per cent.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub personal_discount: Option<String>,
    /// The cumulative discount, in per cent.
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

/// RetailCRM's response to a change of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EditedCustomer {
    /// The changed customer.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<CustomerId>,
    /// The CRM's value for the outcome; often absent.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub state: Option<String>,
}
