//! Orders.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::{LocalTime, wire};

use super::custom_fields::custom_fields;
use super::telephony::full_name;
use super::{CustomerLink, OrderId, UserId};

/// An order. Times are the account's local ones; sums are written as the CRM writes them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Order {
    /// The CRM's id.
    pub id: OrderId,
    /// The number people call it by, as `501A`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub number: Option<String>,
    /// The shop's id.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The shop.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
    /// The state it is in, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// What sort of order it is, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub order_type: Option<String>,
    /// How it was ordered, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub order_method: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// When it came into the state it is in.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub status_updated_at: Option<LocalTime>,
    /// The manager responsible.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub manager_id: Option<UserId>,
    /// Who ordered.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
    /// Whom to speak to; another one than the customer where that is a company.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub contact: Option<CustomerLink>,
    /// The first name in the order.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The last name in the order.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// The patronymic in the order.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub patronymic: Option<String>,
    /// The number in the order, as somebody typed it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone: Option<String>,
    /// A second number.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub additional_phone: Option<String>,
    /// The e-mail address in the order.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// What the customer wrote.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub customer_comment: Option<String>,
    /// What the manager wrote.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub manager_comment: Option<String>,
    /// The price of the goods.
    #[serde(default, rename = "summ", deserialize_with = "wire::text_or_none")]
    pub sum: Option<String>,
    /// The price of everything.
    #[serde(default, rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// The currency, as `BYN`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub currency: Option<String>,
    /// The account's own fields, by their symbolic code.
    #[serde(default, deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
}

impl Order {
    /// First name and last name in the order, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// An order as other things point to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderLink {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<OrderId>,
    /// The shop's id.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The number people call it by.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub number: Option<String>,
    /// The shop.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
}

/// What RetailCRM said to a new or changed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenOrder {
    /// The order's id, wherever the answer has it.
    pub id: Option<OrderId>,
    /// The order as it is now.
    pub order: Option<Order>,
}

impl<'de> Deserialize<'de> for WrittenOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wire {
            #[serde(deserialize_with = "wire::value_or_none")]
            id: Option<OrderId>,
            #[serde(deserialize_with = "wire::object_or_none")]
            order: Option<Order>,
        }
        let Wire { id, order } = Wire::deserialize(deserializer)?;
        Ok(Self { id: id.or(order.as_ref().map(|order| order.id)), order })
    }
}
