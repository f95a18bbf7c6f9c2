//! Settings of Kontur's web interface.

use serde::Deserialize;
use vochi_crm_core::wire;

use super::UpdateInfo;

/// The main telephony of a workspace with several integrations.
///
/// The documented query is malformed, so this is informational only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UiSetting {
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub key: Option<String>,
    /// The value; for the main telephony, the integration's id.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
    /// Set if every user may change it.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub can_edit_all: Option<bool>,
    /// Creation and last change.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}
