//! The configuration of a Bitrix24 account.

use vochi_crm_core::{Error, Result, Secret, choice, keys};

use crate::access::Access;

/// The default OAuth host, for portals of the CIS. Others are served by `https://oauth.bitrix.info`.
pub const DEFAULT_OAUTH_URL: &str = "https://oauth.bitrix24.tech";

choice! {
    /// The tariff of a portal, which decides its request limit.
    pub enum Tariff {
        /// Every tariff but Enterprise: 2 requests a second, 50 at once.
        Standard = "standard",
        /// Enterprise: 5 requests a second, 250 at once.
        Enterprise = "enterprise",
    }
}

keys! {
    /// What a Bitrix24 account needs beside what every account has: an incoming webhook, or an
    /// application.
    ///
    /// ```
    /// let config: vochi_crm_bitrix24::Config = serde_json::from_str(
    ///     r#"{"webhook_url": "https://portal.bitrix24.by/rest/1/invented-secret/"}"#,
    /// )?;
    /// assert!(!format!("{config:?}").contains("invented-secret"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Config {
        /// The portal's address, as `https://portal.bitrix24.by`. An application needs it for the
        /// first authorization.
        #[key(origin)]
        url: String,
        /// The address of an incoming webhook, as the portal shows it:
        /// `https://portal.bitrix24.by/rest/1/…/`.
        #[key(needed, or("client_id"))]
        webhook_url: Option<Secret>,
        /// The code of the application (`client_id`), in place of a webhook.
        client_id: Option<String>,
        /// The key of the application (`client_secret`).
        #[key(carrier("client_secret"))]
        client_secret: Option<Secret>,
        /// The file of the application's tokens, owner-only. Processes that share it refresh once.
        /// By default the tokens are kept beside the state of calls.
        token_file: Option<String>,
        /// The address of the OAuth host for the first authorization.
        #[key(address)]
        oauth_url: String = DEFAULT_OAUTH_URL,
        /// The token in Bitrix24's requests to us (`application_token`). An application takes
        /// it from its installation or the first click.
        application_token: Option<Secret>,
        /// The tariff of the portal, which decides its request limit.
        tariff: Tariff,
    }
}

impl Config {
    /// The way of access.
    ///
    /// # Errors
    /// `config`, with the key.
    pub(crate) fn access(&self) -> Result<Access> {
        let webhook = present(self.webhook_url.as_ref());
        match (webhook, self.client_id.as_deref().map(str::trim).unwrap_or_default()) {
            (Some(_), id) if !id.is_empty() => Err(Error::config("two ways of access")
                .with_hint("keep webhook_url, or client_id and client_secret")
                .with_key("webhook_url")),
            (Some(url), _) => Access::webhook(url),
            (None, "") => Err(Error::config("missing")
                .with_hint("create an incoming webhook in the portal under Developer resources, or a local application and set client_id and client_secret")
                .with_key("webhook_url")),
            (None, id) => Access::application(self, id),
        }
    }
}

/// Returns the secret unless it is blank.
pub(crate) fn present(secret: Option<&Secret>) -> Option<&Secret> {
    secret.filter(|secret| !secret.expose().trim().is_empty())
}
