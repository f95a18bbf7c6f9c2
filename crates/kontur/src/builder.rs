//! The builder of clients and connectors.

use vochi_crm_core::{AccountName, Secret, connector_builder};

use crate::{CRM, Client, Config, Connector};

connector_builder! {
    /// Builds a [`Connector`] or a [`Client`]. Each setter is named after its configuration key.
    ///
    /// ```
    /// use vochi_crm_core::Hub;
    /// use vochi_crm_kontur::Connector;
    /// let connector = Connector::builder("crm", "vochi-demo")
    ///     .api_key("invented-key")
    ///     .extension("151", "a1b2c3d4-1111-4a4a-8b8b-000000000101")
    ///     .build(&Hub::new()?)?;
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct Builder;
}

impl<T> Builder<T> {
    connector_builder! { config
        /// Sets the integration's `ApiKey` (`api_key`).
        api_key: Into<Secret>;
        /// Sets the secret of a public integration, as `id=value` (`integration_secret`).
        integration_secret: Into<Secret>;
        /// Sets a ready access key (`access_key`), for trials: it lives 20 minutes and is not
        /// renewed.
        access_key: Into<Secret>;
        /// Sets a personal key for events, contacts and companies (`bearer`).
        bearer: Into<Secret>;
    }

    /// Sets Kontur's base URL if it differs from [`DEFAULT_URL`](crate::DEFAULT_URL) (`url`).
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = url.into();
        self
    }
}

impl Connector {
    /// Builds a connector of a workspace, given by its Latin name or its id.
    ///
    /// `name` identifies the account in logs, errors and the call store.
    pub fn builder(name: impl Into<AccountName>, workspace: impl Into<String>) -> Builder<Self> {
        Builder::new(name.into(), Config { workspace: workspace.into(), ..Config::default() })
    }
}

impl Client {
    /// Builds a client of a workspace, given by its Latin name or its id. The account is named
    /// after the workspace.
    pub fn builder(workspace: impl Into<String>) -> Builder<Self> {
        let workspace = workspace.into();
        let name = if workspace.trim().is_empty() { CRM.as_str() } else { workspace.trim() };
        Builder::new(AccountName::from(name), Config { workspace, ..Config::default() })
    }
}
