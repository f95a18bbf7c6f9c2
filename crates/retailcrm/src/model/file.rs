//! Files, and what they are attached to.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use vochi_crm_core::{LocalTime, wire};

use super::{CustomerLink, FileId, OrderLink};

/// A file the CRM keeps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StoredFile {
    /// The CRM's id.
    pub id: FileId,
    /// The name; a new one has one by the time it came.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub filename: Option<String>,
    /// What is in it, as `audio/mpeg`.
    #[serde(default, rename = "type", deserialize_with = "wire::text_or_none")]
    pub content_type: Option<String>,
    /// When it came, in the account's local time.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// How many bytes it has.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub size: Option<i64>,
    /// What it is attached to.
    #[serde(default, rename = "attachment", deserialize_with = "wire::list_or_values")]
    pub attachments: Vec<Attachment>,
}

/// What a file is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attachment {
    /// A customer.
    Customer(CustomerLink),
    /// An order.
    Order(OrderLink),
}

impl<'de> Deserialize<'de> for Attachment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "wire::object_or_none")]
            customer: Option<CustomerLink>,
            #[serde(default, deserialize_with = "wire::object_or_none")]
            order: Option<OrderLink>,
        }
        let wire = Wire::deserialize(deserializer)?;
        wire.customer
            .map(Self::Customer)
            .or(wire.order.map(Self::Order))
            .ok_or_else(|| D::Error::custom("it is attached to nothing known"))
    }
}
