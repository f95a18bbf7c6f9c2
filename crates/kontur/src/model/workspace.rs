//! The authorization response.

use serde::Deserialize;
use vochi_crm_core::{Secret, wire};

use super::Instance;

/// The authorization response: an access key, its workspace and its integration.
///
/// Keep the key in memory only. It expires after 20 minutes; get the next one after 15.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Authorized {
    /// The access key for all other requests.
    pub access_key: Secret,
    /// The workspace the integration is installed in.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub workspace: Workspace,
    /// The integration in the workspace.
    #[serde(default, rename = "integrationInstance", deserialize_with = "wire::object_or_default")]
    pub instance: Instance,
}

/// A workspace: an organization's CRM in Kontur.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Workspace {
    /// The id. Paths may contain it instead of the name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub id: Option<String>,
    /// The unique Latin name, as used in paths.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The displayed title.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub title: Option<String>,
}
