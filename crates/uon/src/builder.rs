//! The builder of clients and connectors.

use vochi_crm_core::{AccountName, Secret, connector_builder};

use crate::{BodyEncoding, CRM, Client, Config, Connector};

connector_builder! {
    /// Builds a [`Connector`] or a [`Client`]. Each setter documents its configuration key.
    ///
    /// ```
    /// use vochi_crm_core::Hub;
    /// use vochi_crm_uon::Connector;
    /// let connector = Connector::builder("agency", "invented-key")
    ///     .account_id("12345")
    ///     .default_region("BY")
    ///     .extension("151", "2")
    ///     .build(&Hub::new()?)?;
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct Builder;
}

impl<T> Builder<T> {
    connector_builder! { config
        /// Sets the number of the account, or its subdomain (`account_id`).
        account_id: Into<String>;
        /// Sets the office in which clients are searched by phone (`office_id`).
        office_id: Into<String>;
    }

    /// Sets the address of the API, scheme and host (`url`).
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = url.into();
        self
    }

    /// Sets the encoding of written requests (`body_encoding`).
    #[must_use]
    pub fn body_encoding(mut self, encoding: BodyEncoding) -> Self {
        self.config.body_encoding = encoding;
        self
    }

    /// Makes popups HTML (`html_popup`).
    #[must_use]
    pub fn html_popup(mut self) -> Self {
        self.config.html_popup = true;
        self
    }
}

impl Connector {
    /// Creates the builder of a connector with the account's API key, and a name for logs, errors
    /// and the call store.
    pub fn builder(name: impl Into<AccountName>, api_key: impl Into<Secret>) -> Builder<Self> {
        Builder::new(name.into(), with_key(api_key))
    }
}

impl Client {
    /// Creates the builder of a client with the account's API key.
    pub fn builder(api_key: impl Into<Secret>) -> Builder<Self> {
        Builder::new(AccountName::from(CRM.to_string()), with_key(api_key))
    }
}

fn with_key(api_key: impl Into<Secret>) -> Config {
    Config { api_key: Some(api_key.into()), ..Config::default() }
}
