//! What a key may do, and how the account is set.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::wire;

/// Which shops a key reaches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SiteAccess {
    /// All.
    Full,
    /// Some.
    Selective,
    /// Any other, by the CRM's own word.
    Other(String),
}

impl<'de> Deserialize<'de> for SiteAccess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = wire::text_or_none(deserializer)?;
        let word = word.ok_or_else(|| serde::de::Error::custom("it is no word"))?;
        Ok(match word.as_str() {
            "access_full" => Self::Full,
            "access_selective" => Self::Selective,
            _ => Self::Other(word),
        })
    }
}

/// What a key may do (`GET /api/credentials`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Credentials {
    /// Groups of methods, such as `telephony_write`.
    #[serde(deserialize_with = "wire::texts")]
    pub scopes: Vec<String>,
    /// Which shops.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub site_access: Option<SiteAccess>,
    /// The shops, where the key does not reach all.
    #[serde(deserialize_with = "wire::texts")]
    pub sites_available: Vec<String>,
}

/// How the account is set (`GET /api/v5/settings`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The zone of the account's local times, by its IANA name.
    pub timezone: Option<String>,
    /// Every setting as it came.
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
