//! Shops, and the choice of a request's shop.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result};

use super::Credentials;

/// A shop of the account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Site {
    /// The symbolic code, used as `site` in requests.
    #[serde(deserialize_with = "code")]
    pub code: String,
    /// The CRM's id.
    #[serde(default, deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The shop's web address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub url: Option<String>,
    /// The description.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub description: Option<String>,
    /// The country, as `BY`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub country_iso: Option<String>,
    /// The currency, as `BYN`.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub currency: Option<String>,
    /// Whether it is the default shop of orders created in the CRM.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub default_for_crm: Option<bool>,
    /// Whether it is the example shop of a new account.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_demo: Option<bool>,
    /// Its position in lists.
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    pub ordering: Option<i64>,
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    wire::text_or_none(deserializer)?.ok_or_else(|| serde::de::Error::custom("missing code"))
}

/// The shops of an account (`GET /api/v5/reference/sites`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sites {
    /// The shops; unreadable ones are listed separately.
    pub sites: Items<Site>,
}

impl<'de> Deserialize<'de> for Sites {
    /// `sites` is a map by code, or a list.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            sites: Value,
        }
        let mut sites = Wire::deserialize(deserializer)?.sites;
        if let Value::Object(by_code) = &mut sites {
            for (code, site) in by_code {
                if let Value::Object(site) = site {
                    let own = site.entry("code").or_insert(Value::Null);
                    if own.as_str().is_none_or(|own| own.trim().is_empty()) {
                        *own = Value::from(code.as_str());
                    }
                }
            }
        }
        let sites = Items::deserialize(sites).map_err(serde::de::Error::custom)?;
        Ok(Self { sites })
    }
}

/// Chooses the shop of a request (`site`): the configured one; else the only one the key can
/// access; else the only one of the account. It is never guessed.
///
/// ```
/// use vochi_crm_retailcrm::model::{Credentials, site_for};
/// let key: Credentials = serde_json::from_str(r#"{"sitesAvailable": ["shop-one"]}"#)?;
/// assert_eq!(site_for(None, &key, &[])?, "shop-one");
/// assert_eq!(site_for(Some("shop-two"), &key, &[])?, "shop-two");
/// assert!(site_for(None, &Credentials::default(), &[]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `config` if there are several; the message names the shops.
pub fn site_for(
    configured: Option<&str>,
    credentials: &Credentials,
    sites: &[Site],
) -> Result<String> {
    if let Some(site) = configured.map(str::trim).filter(|site| !site.is_empty()) {
        return Ok(site.to_owned());
    }
    let available = &credentials.sites_available;
    if let [only] = available.as_slice() {
        return Ok(only.clone());
    }
    if let [only] = sites {
        return Ok(only.code.clone());
    }
    let choices: Vec<&str> = if available.is_empty() {
        sites.iter().map(|site| site.code.as_str()).collect()
    } else {
        available.iter().map(String::as_str).collect()
    };
    if choices.is_empty() {
        return Err(Error::config("RetailCRM lists no shop that this key can access")
            .with_key("site")
            .with_hint("set `site` to the shop's symbolic code"));
    }
    Err(Error::config(format!("the key can access several shops: {}", choices.join(", ")))
        .with_key("site")
        .with_hint("set `site` to one of them"))
}
