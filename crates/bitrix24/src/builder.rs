//! The builder of clients and connectors.

use vochi_crm_core::{AccountName, Secret, connector_builder};

use crate::{CRM, Client, Config, Connector, Tariff};

connector_builder! {
    /// Builds a [`Connector`] or a [`Client`]. Each setter documents its configuration key.
    ///
    /// ```
    /// use vochi_crm_bitrix24::Connector;
    /// use vochi_crm_core::Hub;
    /// let connector = Connector::webhook("portal", "https://portal.bitrix24.by/rest/1/invented/")
    ///     .default_region("BY")
    ///     .extension("151", "17")
    ///     .build(&Hub::new()?)?;
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct Builder;
}

impl<T> Builder<T> {
    connector_builder! { config
        /// Sets the file of the application's tokens (`token_file`).
        token_file: Into<String>;
        /// Sets the token in Bitrix24's requests to us (`application_token`).
        application_token: Into<Secret>;
    }

    /// Sets the tariff of the portal (`tariff`).
    #[must_use]
    pub fn tariff(mut self, tariff: Tariff) -> Self {
        self.config.tariff = tariff;
        self
    }

    /// Sets the address of the OAuth host (`oauth_url`).
    #[must_use]
    pub fn oauth_url(mut self, url: impl Into<String>) -> Self {
        self.config.oauth_url = url.into();
        self
    }
}

impl Connector {
    /// Creates the builder of a connector with an incoming webhook, and a name for logs, errors and
    /// the call store.
    pub fn webhook(name: impl Into<AccountName>, url: impl Into<Secret>) -> Builder<Self> {
        Builder::new(name.into(), with_webhook(url))
    }

    /// Creates the builder of a connector with an application: the portal's address, and code and
    /// key of the application.
    pub fn application(
        name: impl Into<AccountName>,
        portal: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Builder<Self> {
        Builder::new(name.into(), with_application(portal, client_id, client_secret))
    }
}

impl Client {
    /// Creates the builder of a client with an incoming webhook.
    pub fn webhook(url: impl Into<Secret>) -> Builder<Self> {
        Builder::new(AccountName::from(CRM.to_string()), with_webhook(url))
    }

    /// Creates the builder of a client with an application: the portal's address, and code and key
    /// of the application.
    pub fn application(
        portal: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Builder<Self> {
        let config = with_application(portal, client_id, client_secret);
        Builder::new(AccountName::from(CRM.to_string()), config)
    }
}

fn with_webhook(url: impl Into<Secret>) -> Config {
    Config { webhook_url: Some(url.into()), ..Config::default() }
}

fn with_application(
    portal: impl Into<String>,
    client_id: impl Into<String>,
    client_secret: impl Into<Secret>,
) -> Config {
    Config {
        url: portal.into(),
        client_id: Some(client_id.into()),
        client_secret: Some(client_secret.into()),
        ..Config::default()
    }
}
