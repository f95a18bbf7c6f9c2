//! The configuration of a RetailCRM account.

use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::{Account, Error, Result, Secret, keys};

keys! {
    /// What a RetailCRM account needs beside what every account has.
    ///
    /// ```
    /// let config: vochi_crm_retailcrm::Config = serde_json::from_str(
    ///     r#"{"url": "https://demo.retailcrm.ru", "api_key": "invented-key"}"#,
    /// )?;
    /// assert!(!format!("{config:?}").contains("invented-key"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Config {
        /// The account's address, as `https://demo.retailcrm.ru`.
        #[key(origin, needed)]
        url: String,
        /// The API key.
        #[key(needed, carrier("x-api-key"))]
        api_key: Option<Secret>,
        /// Our id of this account in RetailCRM's requests to us: at least 128 random bits. It is
        /// all that proves them genuine.
        #[key(generated, carrier("clientId"))]
        client_id: Option<Secret>,
        /// Whether requests under `telephony/` carry `client_id` too: events, uploads and the search
        /// for the manager. No official client sends it; one live account was always used with it.
        send_client_id: bool,
        /// The symbolic code of the shop calls belong to, where the key reaches several.
        site: Option<String>,
        /// The code of the integration module. Another one is another module, beside the first.
        #[key(default(DEFAULT_MODULE_CODE))]
        module_code: Option<String>,
        /// The name of the integration module, as users see it.
        #[key(default(DEFAULT_MODULE_NAME))]
        module_name: Option<String>,
        /// The logo of the integration module: the https address of an SVG.
        logo: Option<String>,
        /// Whether uploaded calls carry numbers without the leading plus.
        strip_plus_in_upload: bool,
    }
}

impl Config {
    /// The client id that requests to the CRM carry, if `send_client_id` is set.
    pub(crate) fn sent_client_id(&self) -> Option<&Secret> {
        let id = self.client_id.as_ref().filter(|id| !id.is_empty());
        id.filter(|_| self.send_client_id)
    }

    /// Checks what only RetailCRM decides: what it has no operation for.
    pub(crate) fn check(account: &Account) -> Result<()> {
        let unknown = account.config().unknown_caller;
        if [unknown.inbound, unknown.outbound].contains(&UnknownCaller::Lead) {
            return Err(Error::config("RetailCRM has no leads")
                .with_hint("write client or none")
                .with_key("unknown_caller"));
        }
        Ok(())
    }
}

/// The code of the integration module where `module_code` is not set.
pub const DEFAULT_MODULE_CODE: &str = "vochi-telephony";

/// The name of the integration module where `module_name` is not set.
pub const DEFAULT_MODULE_NAME: &str = "Vochi-CRM";
