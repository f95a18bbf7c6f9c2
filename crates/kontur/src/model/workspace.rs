//! What authorisation answers.

use serde::Deserialize;
use vochi_crm_core::{Secret, wire};

use super::Instance;

/// The answer to an authorisation: a key for 20 minutes, and whose it is.
///
/// The key is to be kept in memory only. It lives 20 minutes; get the next one at 15.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Authorized {
    /// The key for everything else.
    pub access_key: Secret,
    /// The workspace the integration is installed in.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub workspace: Workspace,
    /// The integration in it.
    #[serde(default, rename = "integrationInstance", deserialize_with = "wire::object_or_default")]
    pub instance: Instance,
}

/// A workspace: what an enterprise has in Kontur.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Workspace {
    /// Its id. Paths may hold it instead of the name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub id: Option<String>,
    /// Its unique Latin name, as it stands in paths.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// Its name as people see it.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub title: Option<String>,
}
