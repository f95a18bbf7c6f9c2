//! Who made and changed a thing, and when.

use serde::Deserialize;
use vochi_crm_core::{Timestamp, wire};

use super::UserId;
use super::time::time_or_none;

/// Who made and last changed a thing (`updateInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateInfo {
    /// When it was made.
    #[serde(deserialize_with = "time_or_none")]
    pub created_at: Option<Timestamp>,
    /// Who made it, if it was a person.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub created_by_user_id: Option<UserId>,
    /// With what it was made, as `WebApp` or `Integration.vochi`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub created_with: Option<String>,
    /// When it was last changed.
    #[serde(deserialize_with = "time_or_none")]
    pub updated_at: Option<Timestamp>,
    /// Who changed it, if it was a person.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub updated_by_user_id: Option<UserId>,
    /// With what it was changed.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub updated_with: Option<String>,
}
