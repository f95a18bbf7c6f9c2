//! The CRM itself: its versions and addresses.

use serde::Deserialize;
use vochi_crm_core::http::Origin;
use vochi_crm_core::wire;

/// The versions of the API an account has (`GET /api/api-versions`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiVersions {
    /// The versions, as `5.0`.
    #[serde(deserialize_with = "wire::texts")]
    pub versions: Vec<String>,
}

impl ApiVersions {
    /// Returns true if the versions include this client's.
    pub fn has_v5(&self) -> bool {
        self.versions.iter().any(|version| version.split('.').next() == Some("5"))
    }
}

/// The account's system (`GET /api/system-info`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SystemInfo {
    /// The version of the CRM.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub system_version: Option<String>,
    /// The address for people.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub public_url: Option<String>,
    /// A second address of the same account.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub technical_url: Option<String>,
}

impl SystemInfo {
    /// Returns true if an address is one of this account's two. The CRM's requests may use either.
    ///
    /// ```
    /// let info: vochi_crm_retailcrm::model::SystemInfo = serde_json::from_str(
    ///     r#"{"publicUrl": "https://demo.retailcrm.ru", "technicalUrl": "https://abc.retailcrm.io"}"#,
    /// )?;
    /// assert!(info.is_at("https://abc.retailcrm.io/"));
    /// assert!(!info.is_at("https://other.retailcrm.ru"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_at(&self, url: &str) -> bool {
        let Ok(asked) = url.parse::<Origin>() else {
            return false;
        };
        [&self.public_url, &self.technical_url]
            .into_iter()
            .flatten()
            .any(|own| own.parse::<Origin>().is_ok_and(|own| own == asked))
    }
}
