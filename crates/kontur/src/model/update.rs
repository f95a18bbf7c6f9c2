//! Creation and last change of an entity.

use serde::Deserialize;
use vochi_crm_core::{Timestamp, wire};

use super::UserId;
use super::time::time_or_none;

/// Creation and last change of an entity (`updateInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateInfo {
    /// The creation time.
    #[serde(deserialize_with = "time_or_none")]
    pub created_at: Option<Timestamp>,
    /// The creator, if a person.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub created_by_user_id: Option<UserId>,
    /// The creating program, as `WebApp` or `Integration.vochi`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub created_with: Option<String>,
    /// The time of the last change.
    #[serde(deserialize_with = "time_or_none")]
    pub updated_at: Option<Timestamp>,
    /// The last editor, if a person.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub updated_by_user_id: Option<UserId>,
    /// The program of the last change.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub updated_with: Option<String>,
}
