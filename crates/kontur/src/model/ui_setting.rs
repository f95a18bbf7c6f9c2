//! Settings of the web page.

use serde::Deserialize;
use vochi_crm_core::wire;

use super::UpdateInfo;

/// Which integration is the main telephony of a workspace that has several. The query is malformed
/// in the documentation: out of curiosity only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UiSetting {
    /// The name of the setting.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub key: Option<String>,
    /// Its value; of the main telephony, the integration's id.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
    /// Whether everybody may change it.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub can_edit_all: Option<bool>,
    /// Who made and changed it.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}
