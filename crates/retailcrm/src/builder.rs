//! The builder of clients and connectors.

use vochi_crm_core::http::Origin;
use vochi_crm_core::{AccountName, Secret, connector_builder};

use crate::{CRM, Client, Config, Connector};

connector_builder! {
    /// Builds a [`Connector`] or a [`Client`]. Each setter documents its configuration key.
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
    pub struct Builder;
}

impl<T> Builder<T> {
    connector_builder! { config
        /// Sets the API key (`api_key`).
        api_key: Into<Secret>;
        /// Sets the account's id in RetailCRM's requests to the host (`client_id`).
        client_id: Into<Secret>;
        /// Sets the shop of calls, with precedence in customer searches, by its symbolic code
        /// (`site`).
        site: Into<String>;
    }
}

impl Connector {
    /// Creates the builder of a connector to the account at `url` (scheme and host), with a name
    /// for logs, errors and the call store.
    pub fn builder(name: impl Into<AccountName>, url: impl Into<String>) -> Builder<Self> {
        Builder::new(name.into(), Config { url: url.into(), ..Config::default() })
    }
}

impl Client {
    /// Creates the builder of a client of the account at `url` (scheme and host), named after the
    /// host.
    pub fn builder(url: impl Into<String>) -> Builder<Self> {
        let url = url.into();
        let host = url.parse::<Origin>().map(|origin| origin.host());
        let name = host.unwrap_or_else(|_| CRM.to_string());
        Builder::new(AccountName::from(name), Config { url, ..Config::default() })
    }
}
