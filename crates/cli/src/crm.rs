//! Which CRMs this program has: the only file that names them.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use vochi_crm::http::RawRequest;
use vochi_crm::{Account, CrmConnector, Cx, Error, Hub, Result, kontur, retailcrm};

use crate::config::Profile;

/// A CRM with a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crm {
    /// RetailCRM, API v5.
    RetailCrm,
    /// Kontur.CRM.
    Kontur,
}

impl Crm {
    /// Every one.
    pub(crate) const ALL: &'static [Self] = &[Self::RetailCrm, Self::Kontur];

    /// The name in configuration.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::RetailCrm => retailcrm::CRM.as_str(),
            Self::Kontur => kontur::CRM.as_str(),
        }
    }

    /// The CRM of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|crm| crm.name() == name)
    }

    /// The keys its connector reads beside those every account has.
    #[cfg(test)]
    pub(crate) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::RetailCrm => retailcrm::CONFIG_KEYS,
            Self::Kontur => kontur::CONFIG_KEYS,
        }
    }

    /// The keys a profile cannot do without; of several in one row any one does.
    pub(crate) const fn needed_keys(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::RetailCrm => &[&["url"], &["api_key"]],
            Self::Kontur => &[&["workspace"], &["api_key", "access_key"]],
        }
    }

    /// The secrets that `setup` generates where the configuration has none.
    pub(crate) const fn generated_keys(self) -> &'static [&'static str] {
        match self {
            Self::RetailCrm => &["inbound_secret", "client_id"],
            Self::Kontur => &["inbound_secret"],
        }
    }

    /// The credential in a request, by the header or parameter it travels in: the variable a dry
    /// run names in its place.
    pub(crate) fn variable_of(self, carrier: &str) -> &'static str {
        match self {
            Self::RetailCrm if carrier.eq_ignore_ascii_case("clientId") => "VOCHI_CRM_CLIENT_ID",
            Self::RetailCrm => "VOCHI_CRM_API_KEY",
            Self::Kontur => match carrier.to_ascii_lowercase().as_str() {
                "x-xcom-integration-apikey" => "VOCHI_CRM_API_KEY",
                "x-xcom-integration-secret" => "VOCHI_CRM_INTEGRATION_SECRET",
                "authorization" => "VOCHI_CRM_BEARER",
                _ => "VOCHI_CRM_ACCESS_KEY",
            },
        }
    }
}

/// A profile's connector.
///
/// # Errors
/// `config`, with the place of the setting that is wrong.
pub(crate) fn connect(profile: &Profile, hub: &Hub) -> Result<Arc<dyn CrmConnector>> {
    open(profile.crm, profile.account.clone(), profile.own(), hub)
        .map_err(|error| profile.locate(error))
}

/// A connector of an account, with the CRM's own settings.
///
/// # Errors
/// `config`; the message begins with the key that is wrong.
pub(crate) fn open(
    crm: Crm,
    account: Account,
    own: Value,
    hub: &Hub,
) -> Result<Arc<dyn CrmConnector>> {
    match crm {
        Crm::RetailCrm => Ok(Arc::new(retailcrm::Connector::open(hub, account, &read(own)?)?)),
        Crm::Kontur => Ok(Arc::new(kontur::Connector::open(hub, account, &read(own)?)?)),
    }
}

/// Sends a request of the caller's own.
///
/// # Errors
/// As any operation.
pub(crate) async fn raw(
    profile: &Profile,
    hub: &Hub,
    cx: &Cx,
    request: RawRequest,
) -> Result<Value> {
    match profile.crm {
        Crm::RetailCrm => {
            let client = read(profile.own())
                .and_then(|config| retailcrm::Client::open(hub, &profile.account, &config))
                .map_err(|error| profile.locate(error))?;
            client.raw(cx, request).await
        }
        Crm::Kontur => {
            let client = read(profile.own())
                .and_then(|config| kontur::Client::open(hub, &profile.account, &config))
                .map_err(|error| profile.locate(error))?;
            client.raw(cx, request).await
        }
    }
}

fn read<T: DeserializeOwned>(own: Value) -> Result<T> {
    // Kinds were checked before, so a value has the right type and cannot be meant: an id that is
    // none. The reason does not quote it.
    serde_path_to_error::deserialize(own)
        .map_err(|error| Error::config(format!("{}: {}", error.path(), error.inner())))
}
