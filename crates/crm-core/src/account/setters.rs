//! The macro [`account_setters!`](crate::account_setters).

/// Makes the setters of a connector's builder that every CRM has. The builder has a field
/// `common: AccountConfig`. A value that cannot be used is an error of `build`, with the key.
///
/// ```
/// use vochi_crm_core::{AccountConfig, account_setters};
///
/// /// Puts a connector together.
/// #[derive(Default)]
/// pub struct Builder {
///     common: AccountConfig,
/// }
/// impl Builder {
///     account_setters!();
/// }
/// let builder = Builder::default().timezone("Europe/Minsk").extension("151", "18");
/// assert_eq!(builder.common.extensions["151"], "18");
/// ```
#[macro_export]
macro_rules! account_setters {
    () => {
        /// Takes over the settings that every account has, from configuration.
        #[must_use]
        pub fn common(mut self, common: $crate::AccountConfig) -> Self {
            self.common = common;
            self
        }

        $crate::account_setters! {
            /// Sets the zone of the CRM's local times: an IANA name or an offset (`timezone`).
            timezone: timezone, Into<String>;
            /// Sets the country whose national numbers are read, by its two letters
            /// (`default_region`). Without it only international numbers are read.
            default_region: default_region, Into<String>;
            /// Sets the user of calls whose extensions are not known (`default_user`).
            default_user: default_user, Into<String>;
            /// Sets the user of missed calls (`missed_user`).
            missed_user: missed_user, Into<String>;
            /// Sets the address under which the CRM reaches this host (`public_url`).
            public_url: public_url, Into<String>;
            /// Sets the secret part of the inbound address (`inbound_secret`).
            inbound_secret: inbound_secret, Into<$crate::Secret>;
            /// Sets what is put in front of every call id, so that two PBXs do not collide
            /// (`call_id_prefix`).
            call_id_prefix: call_id_prefix, Into<String>;
            /// Sets how many times a request is retried (`retries`).
            retries: retries, Into<u32>;
        }

        /// Maps an extension, or an employee's mobile number in E.164, to a CRM user (`extensions`).
        #[must_use]
        pub fn extension(mut self, extension: impl Into<String>, user: impl Into<String>) -> Self {
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
    };
    ($($(#[$doc:meta])* $setter:ident: $field:ident, $kind:path;)+) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $setter: impl $kind) -> Self {
            self.common.$field = Some($setter.into());
            self
        })+
    };
}
