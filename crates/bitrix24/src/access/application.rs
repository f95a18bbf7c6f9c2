//! The configuration of an application.

use std::sync::Arc;

use vochi_crm_core::http::Origin;
use vochi_crm_core::http::auth::{CachedToken, TokenSecrets, TokenStore};
use vochi_crm_core::state::{FileTokenStore, TokenSpace};
use vochi_crm_core::{Account, Error, Hub, Result, Secret};

use super::fetch_tokens::FetchTokens;
use super::oauth::OAuth;
use super::oauth_host::OAuthHost;
use super::portal::Portal;
use crate::config::{Config, present};

/// The name of the tokens in the call store.
const NAME: &str = "bitrix24";

/// The configuration of an application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) portal: Origin,
    client_id: String,
    client_secret: Secret,
    oauth_host: Origin,
    token_file: Option<String>,
    has_application_token: bool,
}

impl Application {
    pub(super) fn new(config: &Config, client_id: &str) -> Result<Self> {
        let missing = |key, hint| Error::config("missing").with_hint(hint).with_key(key);
        let secret = present(config.client_secret.as_ref()).ok_or_else(|| {
            missing("client_secret", "copy the key of the application from its page in the portal")
        })?;
        if config.url.trim().is_empty() {
            let hint = "write the portal's address, as https://portal.bitrix24.by";
            return Err(missing("url", hint));
        }
        let origin = |text: &str, key| text.parse().map_err(|error: Error| error.with_key(key));
        Ok(Self {
            portal: origin(&config.url, "url")?,
            client_id: client_id.to_owned(),
            client_secret: secret.clone(),
            oauth_host: origin(&config.oauth_url, "oauth_url")?,
            token_file: config.token_file.clone().filter(|path| !path.trim().is_empty()),
            has_application_token: present(config.application_token.as_ref()).is_some(),
        })
    }

    /// Opens the application's tokens, in their file or beside the calls of the account.
    pub(crate) fn open(
        &self,
        hub: &Hub,
        account: &Account,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Result<OAuth> {
        let store = match (store, &self.token_file) {
            (Some(store), _) => store,
            (None, Some(path)) => {
                let file = FileTokenStore::new(path.as_str());
                Arc::new(file.map_err(|error| Error::from(error).with_key("token_file"))?)
            }
            (None, None) => {
                let name = account.name().clone();
                Arc::new(TokenSpace::new(Arc::clone(hub.store()), name, NAME))
            }
        };
        let portal = Arc::new(Portal::new(self.portal.clone()));
        let secrets = TokenSecrets::default();
        let host = OAuthHost {
            hub: hub.clone(),
            account: account.name().clone(),
            configured: self.oauth_host.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            secrets: secrets.clone(),
        };
        let fetch = FetchTokens::new(host, Arc::clone(&portal));
        let tokens = CachedToken::stored(fetch, secrets, store);
        Ok(OAuth::new(tokens, portal, self.has_application_token))
    }
}
