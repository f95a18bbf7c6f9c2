//! The builder of clients and connectors.

use vochi_crm_core::http::Origin;
use vochi_crm_core::{AccountName, Secret, connector_builder};

use crate::{CRM, Client, Config, Connector};

connector_builder! {
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
    pub struct Builder;
}

impl<T> Builder<T> {
    connector_builder! { config
        /// Sets the API key (`api_key`).
        api_key: Into<Secret>;
        /// Sets our id of this account in RetailCRM's requests to us (`client_id`).
        client_id: Into<Secret>;
        /// Sets the shop that calls belong to and whose customers come first, by its symbolic code
        /// (`site`).
        site: Into<String>;
    }
}

impl Connector {
    /// A connector of the account at `url` (scheme and host), under a name for logs, errors and the
    /// call store.
    pub fn builder(name: impl Into<AccountName>, url: impl Into<String>) -> Builder<Self> {
        Builder::new(name.into(), Config { url: url.into(), ..Config::default() })
    }
}

impl Client {
    /// A client of the account at `url` (scheme and host), under the name of the host.
    pub fn builder(url: impl Into<String>) -> Builder<Self> {
        let url = url.into();
        let host = url.parse::<Origin>().map(|origin| origin.host());
        let name = host.unwrap_or_else(|_| CRM.to_string());
        Builder::new(AccountName::from(name), Config { url, ..Config::default() })
    }
}
