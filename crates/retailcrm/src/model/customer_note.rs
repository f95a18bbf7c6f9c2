//! Notes on customers.

use serde::Deserialize;
use vochi_crm_core::{LocalTime, wire};

use super::{CustomerLink, CustomerNoteId, UserId};

/// A note on a customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CustomerNote {
    /// The CRM's id.
    pub id: CustomerNoteId,
    /// The author.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub manager_id: Option<UserId>,
    /// The text.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub text: Option<String>,
    /// When it was written, in the account's local time.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// The customer.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
}
