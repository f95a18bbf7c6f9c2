//! The configuration of a RetailCRM account.

use serde::Deserialize;
use vochi_crm_core::Secret;

/// What a RetailCRM account needs beside what every account has.
///
/// ```
/// let config: vochi_crm_retailcrm::Config = serde_json::from_str(
///     r#"{"url": "https://demo.retailcrm.ru", "api_key": "invented-key"}"#,
/// )?;
/// assert!(!format!("{config:?}").contains("invented-key"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Config {
    /// The account's address, as `https://demo.retailcrm.ru`.
    pub url: String,
    /// The API key.
    pub api_key: Option<Secret>,
    /// Our id of this account in the CRM's requests to us. At least 128 random bits: it is all that
    /// proves them genuine.
    pub client_id: Option<Secret>,
    /// Whether requests under `telephony/` carry `client_id` too: events, uploads and the search for
    /// the manager. No official client sends it; one live account was always used with it.
    pub send_client_id: bool,
    /// The symbolic code of the shop calls belong to, where the key reaches several.
    pub site: Option<String>,
    /// The code of the integration module; [`DEFAULT_MODULE_CODE`] by default. Another one is
    /// another module, beside the first.
    pub module_code: Option<String>,
    /// The name of the integration module, as users see it; [`DEFAULT_MODULE_NAME`] by default.
    pub module_name: Option<String>,
    /// The logo of the integration module: an https address of an SVG.
    pub logo: Option<String>,
    /// Whether uploaded calls carry numbers without the leading plus.
    pub strip_plus_in_upload: bool,
}

impl Config {
    /// The client id that requests to the CRM carry, if `send_client_id` is set.
    pub(crate) fn sent_client_id(&self) -> Option<&Secret> {
        let id = self.client_id.as_ref().filter(|id| !id.is_empty());
        id.filter(|_| self.send_client_id)
    }
}

/// The code of the integration module where `module_code` is not set.
pub const DEFAULT_MODULE_CODE: &str = "vochi-telephony";

/// The name of the integration module where `module_name` is not set.
pub const DEFAULT_MODULE_NAME: &str = "Vochi-CRM";

/// Every key of [`Config`], for hosts that check configuration files themselves.
pub const CONFIG_KEYS: &[&str] = &[
    "url",
    "api_key",
    "client_id",
    "send_client_id",
    "site",
    "module_code",
    "module_name",
    "logo",
    "strip_plus_in_upload",
];
