//! Corporate customers: companies, and their contacts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::{LocalTime, wire};

use super::custom_fields::custom_fields;
use super::{
    Address, CompanyId, ContactId, Contragent, CorporateCustomerId, CustomerKind, CustomerLink,
    Tag, UserId,
};

/// A reference to a company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CompanyLink {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<CompanyId>,
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
}

/// A link from a contact to a company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ContactCompany {
    /// The CRM's id of the link.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The company.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub company: Option<CompanyLink>,
}

/// A contact of a corporate customer. It has neither name nor number; those are the customer's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CorporateContact {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<ContactId>,
    /// Whether it is the main contact.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub is_main: Option<bool>,
    /// The person.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
    /// The contact's companies.
    #[serde(deserialize_with = "wire::list_or_values")]
    pub companies: Vec<ContactCompany>,
}

/// A company of a corporate customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Company {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<CompanyId>,
    /// Whether it is the main company.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub is_main: Option<bool>,
    /// Whether it is in use.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub active: Option<bool>,
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The brand.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub brand: Option<String>,
    /// When it was created, in the account's local time.
    #[serde(deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The legal form.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub contragent: Option<Contragent>,
    /// The number of its orders.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub orders_count: Option<i64>,
    /// The total of all its orders, as the CRM writes it.
    #[serde(rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// The account's custom fields, by symbolic code.
    #[serde(deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
}

/// A corporate customer. Times are local to the account; sums are written as the CRM writes them.
/// Responses contain only the main contact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CorporateCustomer {
    /// The CRM's id.
    pub id: CorporateCustomerId,
    /// The kind of customer.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<CustomerKind>,
    /// The shop's id.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The name in the CRM.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub nick_name: Option<String>,
    /// The shop.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
    /// When it was registered.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The responsible manager.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub manager_id: Option<UserId>,
    /// Whether it is marked as VIP.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub vip: Option<bool>,
    /// Whether it is marked as bad.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub bad: Option<bool>,
    /// The main contact.
    #[serde(default, rename = "mainCustomerContact", deserialize_with = "wire::object_or_none")]
    pub main_contact: Option<CorporateContact>,
    /// The main company.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub main_company: Option<CompanyLink>,
    /// The main address.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub main_address: Option<Address>,
    /// The addresses; absent in lists.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub addresses: Vec<Address>,
    /// The companies; absent in lists.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub companies: Vec<Company>,
    /// The tags.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub tags: Vec<Tag>,
    /// The account's custom fields, by symbolic code.
    #[serde(default, deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
    /// The number of its orders.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub orders_count: Option<i64>,
    /// The total of all its orders.
    #[serde(default, rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// The personal discount, in per cent.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub personal_discount: Option<String>,
}

impl CorporateCustomer {
    /// The name to show: `nickName`, else the name of its main company.
    pub fn display_name(&self) -> Option<&str> {
        self.nick_name.as_deref().or_else(|| self.main_company.as_ref()?.name.as_deref())
    }
}
