//! Orders.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::{LocalTime, wire};

use super::custom_fields::custom_fields;
use super::telephony::full_name;
use super::{CustomerLink, OrderId, UserId};

/// An order. Times are local to the account; sums are written as the CRM writes them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Order {
    /// The CRM's id.
    pub id: OrderId,
    /// The number shown to people, as `501A`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub number: Option<String>,
    /// The shop's id.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The shop.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
    /// The status, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// The type, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub order_type: Option<String>,
    /// The order method, by its symbolic code in the account.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub order_method: Option<String>,
    /// When it was created.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// When it got its status.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub status_updated_at: Option<LocalTime>,
    /// The responsible manager.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub manager_id: Option<UserId>,
    /// The customer.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
    /// The contact; differs from the customer if that is a company.
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
    /// The number in the order, as typed.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone: Option<String>,
    /// A second number.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub additional_phone: Option<String>,
    /// The e-mail address in the order.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// The customer's comment.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub customer_comment: Option<String>,
    /// The manager's comment.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub manager_comment: Option<String>,
    /// The total of the items.
    #[serde(default, rename = "summ", deserialize_with = "wire::text_or_none")]
    pub sum: Option<String>,
    /// The total.
    #[serde(default, rename = "totalSumm", deserialize_with = "wire::text_or_none")]
    pub total_sum: Option<String>,
    /// The currency, as `BYN`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub currency: Option<String>,
    /// The account's custom fields, by symbolic code.
    #[serde(default, deserialize_with = "custom_fields")]
    pub custom_fields: BTreeMap<String, Value>,
}

impl Order {
    /// First name and last name in the order, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// A reference to an order.
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
    /// The number shown to people.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub number: Option<String>,
    /// The shop.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub site: Option<String>,
}

/// RetailCRM's response to a new or changed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenOrder {
    /// The order's id, from any field of the response.
    pub id: Option<OrderId>,
    /// The order after the change.
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
