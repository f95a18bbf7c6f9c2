//! The macro [`connector_builder!`](crate::connector_builder).

/// Declares the builder of a connector crate: a type `Builder<T>` for its `Connector` and its
/// `Client`, with the setters that every CRM has. The crate adds the setters of its own `Config`,
/// and the functions that create a builder. An invalid value is an error of `build`, with its key.
///
/// The types `Config`, `Connector` (`open(&Hub, Account, &Config)`) and `Client` (`open(&Hub,
/// &Account, &Config)`) must be in scope.
#[macro_export]
macro_rules! connector_builder {
    ($(#[$meta:meta])* pub struct Builder;) => {
        $(#[$meta])*
        pub struct Builder<T> {
            account: $crate::AccountName,
            common: $crate::AccountConfig,
            config: Config,
            target: std::marker::PhantomData<fn() -> T>,
        }

        impl<T> Clone for Builder<T> {
            fn clone(&self) -> Self {
                let (account, common) = (self.account.clone(), self.common.clone());
                Self { account, common, config: self.config.clone(), target: self.target }
            }
        }

        impl<T> std::fmt::Debug for Builder<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("Builder").field("account", &self.account).finish_non_exhaustive()
            }
        }

        impl<T> Builder<T> {
            fn new(account: $crate::AccountName, config: Config) -> Self {
                let common = $crate::AccountConfig::default();
                Self { account, common, config, target: std::marker::PhantomData }
            }

            /// Sets the account's name in logs and errors.
            #[must_use]
            pub fn account(mut self, name: impl Into<$crate::AccountName>) -> Self {
                self.account = name.into();
                self
            }

            /// Sets the settings that every account has, from configuration.
            #[must_use]
            pub fn common(mut self, common: $crate::AccountConfig) -> Self {
                self.common = common;
                self
            }

            /// Sets the settings of the CRM, from configuration.
            #[must_use]
            pub fn config(mut self, config: Config) -> Self {
                self.config = config;
                self
            }

            $crate::connector_builder! { common
                /// Sets the zone of the CRM's local times: an IANA name or an offset (`timezone`).
                timezone: Into<String>;
                /// Sets the country of national numbers, by its two letters (`default_region`).
                /// Without it only international numbers are parsed.
                default_region: Into<String>;
                /// Sets the user of calls without a known extension (`default_user`).
                default_user: Into<String>;
                /// Sets the user of missed calls (`missed_user`).
                missed_user: Into<String>;
                /// Sets the address at which the CRM reaches this host (`public_url`).
                public_url: Into<String>;
                /// Sets the secret part of the inbound address (`inbound_secret`).
                inbound_secret: Into<$crate::Secret>;
                /// Sets a prefix for every call id, so that ids of two PBXs do not collide
                /// (`call_id_prefix`).
                call_id_prefix: Into<String>;
            }

            /// Sets how many times a request is retried (`retries`).
            #[must_use]
            pub fn retries(mut self, retries: u32) -> Self {
                self.common.retries = Some(retries);
                self
            }

            /// Maps an extension, or an employee's mobile number in E.164, to a CRM user
            /// (`extensions`).
            #[must_use]
            pub fn extension(
                mut self,
                extension: impl Into<String>,
                user: impl Into<String>,
            ) -> Self {
                self.common.extensions.insert(extension.into(), user.into());
                self
            }

            /// Maps a line, as the PBX writes it, to its outside number (`lines`).
            #[must_use]
            pub fn line(mut self, line: impl Into<String>, number: impl Into<String>) -> Self {
                self.common.lines.insert(line.into(), number.into());
                self
            }

            /// Sets how long one operation may take with all its retries (`timeout_seconds`).
            #[must_use]
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.common.timeout_seconds = Some(timeout.as_secs_f64());
                self
            }

            /// Sets when the popup is shown (`popup`).
            #[must_use]
            pub fn popup(mut self, popup: $crate::account::Popup) -> Self {
                self.common.popup = popup;
                self
            }
        }

        impl Builder<Connector> {
            /// Builds the connector. It sends nothing yet.
            ///
            /// # Errors
            /// `config`, with the invalid key (`Error::key`).
            pub fn build(self, hub: &$crate::Hub) -> $crate::Result<Connector> {
                Connector::open(hub, self.common.account(self.account)?, &self.config)
            }
        }

        impl Builder<Client> {
            /// Builds the client. It sends nothing yet.
            ///
            /// # Errors
            /// `config`, with the invalid key (`Error::key`).
            pub fn build(self, hub: &$crate::Hub) -> $crate::Result<Client> {
                Client::open(hub, &self.common.account(self.account)?, &self.config)
            }
        }
    };
    ($part:ident $($(#[$doc:meta])* $field:ident: $kind:path;)+) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: impl $kind) -> Self {
            self.$part.$field = Some($field.into());
            self
        })+
    };
}
