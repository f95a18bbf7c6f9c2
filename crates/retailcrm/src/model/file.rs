//! Files and their attachments.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use vochi_crm_core::{LocalTime, wire};

use super::{CustomerLink, FileId, OrderLink};

/// A file in the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StoredFile {
    /// The CRM's id.
    pub id: FileId,
    /// The name; a new file is named by its upload time.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub filename: Option<String>,
    /// The content type, as `audio/mpeg`.
    #[serde(default, rename = "type", deserialize_with = "wire::text_or_none")]
    pub content_type: Option<String>,
    /// When it was uploaded, in the account's local time.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The size in bytes.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub size: Option<i64>,
    /// The entities it is attached to.
    #[serde(default, rename = "attachment", deserialize_with = "wire::list_or_values")]
    pub attachments: Vec<Attachment>,
}

/// An entity that a file is attached to.
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
            .ok_or_else(|| D::Error::custom("unknown attachment"))
    }
}
