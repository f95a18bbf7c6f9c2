//! The builder of clients and connectors.

use std::fmt;
use std::marker::PhantomData;

use vochi_crm_core::http::Origin;
use vochi_crm_core::{AccountConfig, AccountName, Hub, Result, Secret, account_setters};

use crate::{CRM, Client, Config, Connector};

/// Puts a [`Connector`] or a [`Client`] together. The setters name the configuration key.
///
/// ```
/// use vochi_crm_core::Hub;
/// use vochi_crm_retailcrm::Connector;
/// let connector = Connector::builder("shop", "https://demo.retailcrm.ru")
///     .api_key("invented-key")
///     .timezone("Europe/Minsk")
///     .default_region("BY")
///     .extension("151", "18")
///     .line("0001363", "+375171234567")
///     .build(&Hub::new()?)?;
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Builder<T> {
    account: AccountName,
    common: AccountConfig,
    config: Config,
    target: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("account", &self.account).finish_non_exhaustive()
    }
}

impl<T> Builder<T> {
    fn new(account: AccountName, url: String) -> Self {
        let config = Config { url, ..Config::default() };
        Self { account, common: AccountConfig::default(), config, target: PhantomData }
    }

    account_setters!();

    /// Sets the account's name in logs and errors; of a client, by default the host of its address.
    #[must_use]
    pub fn account(mut self, name: impl Into<AccountName>) -> Self {
        self.account = name.into();
        self
    }

    /// Takes over the settings of RetailCRM, from configuration.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Sets the API key (`api_key`).
    #[must_use]
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.api_key = Some(key.into());
        self
    }

    /// Sets our id of this account in RetailCRM's requests to us (`client_id`).
    #[must_use]
    pub fn client_id(mut self, id: impl Into<Secret>) -> Self {
        self.config.client_id = Some(id.into());
        self
    }

    /// Sets the shop that calls belong to and whose customers come first, by its symbolic code
    /// (`site`).
    #[must_use]
    pub fn site(mut self, code: impl Into<String>) -> Self {
        self.config.site = Some(code.into());
        self
    }
}

impl Builder<Connector> {
    /// The connector. It sends nothing yet.
    ///
    /// # Errors
    /// `config`, with the key that is wrong ([`Error::key`](vochi_crm_core::Error::key)).
    pub fn build(self, hub: &Hub) -> Result<Connector> {
        Connector::open(hub, self.common.account(self.account)?, &self.config)
    }
}

impl Builder<Client> {
    /// The client. It sends nothing yet.
    ///
    /// # Errors
    /// `config`, with the key that is wrong ([`Error::key`](vochi_crm_core::Error::key)).
    pub fn build(self, hub: &Hub) -> Result<Client> {
        Client::open(hub, &self.common.account(self.account)?, &self.config)
    }
}

impl Connector {
    /// A connector of the account at `url` (scheme and host), under a name for logs, errors and the
    /// call store.
    pub fn builder(name: impl Into<AccountName>, url: impl Into<String>) -> Builder<Self> {
        Builder::new(name.into(), url.into())
    }
}

impl Client {
    /// A client of the account at `url` (scheme and host).
    pub fn builder(url: impl Into<String>) -> Builder<Self> {
        let url = url.into();
        let account = match url.parse::<Origin>() {
            Ok(origin) => AccountName::from(origin.host()),
            Err(_) => AccountName::from(CRM.as_str()),
        };
        Builder::new(account, url)
    }
}
