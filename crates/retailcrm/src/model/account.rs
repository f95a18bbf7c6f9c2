//! Permissions of a key, and settings of an account.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::wire;

/// The shops that a key can access.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SiteAccess {
    /// All shops.
    Full,
    /// Some shops.
    Selective,
    /// Any other value of the CRM.
    Other(String),
}

impl<'de> Deserialize<'de> for SiteAccess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = wire::text_or_none(deserializer)?;
        let word = word.ok_or_else(|| serde::de::Error::custom("expected a word"))?;
        Ok(match word.as_str() {
            "access_full" => Self::Full,
            "access_selective" => Self::Selective,
            _ => Self::Other(word),
        })
    }
}

/// The permissions of a key (`GET /api/credentials`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Credentials {
    /// Groups of methods, such as `telephony_write`.
    #[serde(deserialize_with = "wire::texts")]
    pub scopes: Vec<String>,
    /// Whether the key can access all shops.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub site_access: Option<SiteAccess>,
    /// The shops, if the key cannot access all.
    #[serde(deserialize_with = "wire::texts")]
    pub sites_available: Vec<String>,
}

/// The settings of an account (`GET /api/v5/settings`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The zone of the account's local times, by its IANA name.
    pub timezone: Option<String>,
    /// All settings, unchanged.
    pub raw: BTreeMap<String, Value>,
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Response {
            #[serde(default, deserialize_with = "wire::map_or_empty")]
            settings: BTreeMap<String, Value>,
        }
        let raw = Response::deserialize(deserializer)?.settings;
        let timezone = raw
            .get("timezone")
            .and_then(|setting| setting.get("value").unwrap_or(setting).as_str())
            .map(str::to_owned)
            .filter(|zone| !zone.is_empty());
        Ok(Self { timezone, raw })
    }
}
