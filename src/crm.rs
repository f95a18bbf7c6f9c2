//! The CRMs of a profile: their keys, and how an account of theirs is opened.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use vochi_crm_core::config::{CRM_KEY, Key, Keys as _, nearest};
use vochi_crm_core::http::RawRequest;
use vochi_crm_core::{
    Account, AccountConfig, AccountName, CrmConnector, CrmName, Cx, Error, Hub, Profile, Result,
};

/// A CRM that a profile can name: its keys, and whether this build has its connector.
///
/// ```
/// let retailcrm = vochi_crm::Crm::named("retailcrm").unwrap();
/// let url = retailcrm.keys().into_iter().find(|key| key.name == "url").unwrap();
/// assert_eq!(url.documentation(), "The account's address, as `https://demo.retailcrm.ru`.");
/// ```
#[derive(Debug)]
pub struct Crm {
    name: CrmName,
    own_keys: &'static [Key],
    connector: Option<Connector>,
}

type Opened = Result<Arc<dyn CrmConnector>>;
type Received<'a> = Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

#[derive(Debug)]
#[cfg_attr(
    not(any(feature = "bitrix24", feature = "kontur", feature = "retailcrm", feature = "uon")),
    allow(dead_code, reason = "a build without connectors makes none")
)]
struct Connector {
    open: fn(&Hub, Account, &Profile) -> Opened,
    raw: for<'a> fn(&'a Hub, Account, &'a Profile, &'a Cx, RawRequest) -> Received<'a>,
}

#[cfg(any(feature = "bitrix24", feature = "kontur", feature = "retailcrm", feature = "uon"))]
macro_rules! crm {
    ($module:ident) => {
        Crm {
            name: crate::$module::CRM,
            own_keys: crate::$module::Config::KEYS,
            connector: Some(Connector {
                open: |hub, account, profile| {
                    let config = profile.read()?;
                    Ok(Arc::new(crate::$module::Connector::open(hub, account, &config)?))
                },
                raw: |hub, account, profile, cx, request| {
                    Box::pin(async move {
                        let config = profile.read()?;
                        let client = crate::$module::Client::open(hub, &account, &config)?;
                        client.raw(cx, request).await
                    })
                },
            }),
        }
    };
}

static ALL: &[Crm] = &[
    #[cfg(feature = "retailcrm")]
    crm!(retailcrm),
    #[cfg(feature = "kontur")]
    crm!(kontur),
    #[cfg(feature = "uon")]
    crm!(uon),
    #[cfg(feature = "bitrix24")]
    crm!(bitrix24),
    #[cfg(not(feature = "retailcrm"))]
    Crm::without_connector("retailcrm", &[]),
    #[cfg(not(feature = "kontur"))]
    Crm::without_connector("kontur", &[]),
    #[cfg(not(feature = "uon"))]
    Crm::without_connector("uon", &[]),
    #[cfg(not(feature = "bitrix24"))]
    Crm::without_connector("bitrix24", &[]),
];

impl Crm {
    #[cfg_attr(
        all(feature = "bitrix24", feature = "kontur", feature = "retailcrm", feature = "uon"),
        allow(dead_code, reason = "a build with every connector makes none")
    )]
    const fn without_connector(name: &'static str, own_keys: &'static [Key]) -> Self {
        Self { name: CrmName::new(name), own_keys, connector: None }
    }

    /// Every CRM a profile can name, those without a connector in this build included.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The CRM of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|crm| crm.name() == name)
    }

    /// The CRM of this name, as a setting.
    ///
    /// # Errors
    /// `config`, with the key `crm`: no CRM has this name.
    pub fn find(name: &str) -> Result<&'static Self> {
        Self::named(name).ok_or_else(|| {
            let names = ALL.iter().map(Self::name);
            let known = names.clone().collect::<Vec<_>>().join(", ");
            let unknown = Error::config(format!("must be one of {known}")).with_key(CRM_KEY.name);
            match nearest(name, names) {
                Some(near) => unknown.with_hint(format!("did you mean {near:?}?")),
                None => unknown,
            }
        })
    }

    /// The name in configuration, logs and errors.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// Returns true if this build has its connector.
    pub fn has_connector(&self) -> bool {
        self.connector.is_some()
    }

    /// Makes sure that this build has its connector.
    ///
    /// # Errors
    /// `config`, with the key `crm`.
    pub fn check_connector(&self) -> Result<()> {
        self.connector().map(drop)
    }

    /// The keys of its profiles: `crm`, its own, and those every account has.
    pub fn keys(&self) -> Vec<Key> {
        [&[CRM_KEY], self.own_keys, AccountConfig::KEYS].concat()
    }

    /// The keys that only its profiles have.
    pub fn own_keys(&self) -> &'static [Key] {
        self.own_keys
    }

    fn connector(&self) -> Result<&Connector> {
        self.connector.as_ref().ok_or_else(|| {
            let available = ALL.iter().filter(|crm| crm.has_connector()).map(Self::name);
            let available: Vec<&str> = available.collect();
            Error::config(format!("this version has no connector for {}", self.name))
                .with_hint(format!("it has: {}", available.join(", ")))
                .with_key(CRM_KEY.name)
        })
    }

    /// The account of a checked profile.
    fn account(&self, name: &AccountName, profile: &Profile) -> Result<Account> {
        profile.check(&self.keys())?;
        profile.account(name.clone())
    }
}

fn of(profile: &Profile) -> Result<(&'static Crm, &'static Connector)> {
    let name = profile.crm().ok_or_else(|| Error::config("missing").with_key(CRM_KEY.name))?;
    let crm = Crm::find(name)?;
    Ok((crm, crm.connector()?))
}

/// Opens an account of the CRM its profile names. Nothing goes out yet.
///
/// ```
/// use vochi_crm::{Hub, Profile};
///
/// let hub = Hub::new()?;
/// let profile = Profile::new("retailcrm")
///     .set("url", "https://demo.retailcrm.ru")
///     .set("api_key", "invented-key")
///     .set("timezone", "Europe/Minsk")
///     .extension("151", "18");
/// let shop = vochi_crm::open(&hub, "shop", &profile)?;
/// assert_eq!(shop.crm().as_str(), "retailcrm");
///
/// let error = vochi_crm::open(&hub, "shop", &profile.set("apikey", "")).unwrap_err();
/// assert_eq!((error.key(), error.hint()), (Some("apikey"), Some("did you mean `api_key`?")));
/// # Ok::<(), vochi_crm::Error>(())
/// ```
///
/// # Errors
/// `config`, with the [key](Error::key): it is missing or unknown, or its value cannot be used.
pub fn open(
    hub: &Hub,
    name: impl Into<AccountName>,
    profile: &Profile,
) -> Result<Arc<dyn CrmConnector>> {
    let ((crm, connector), name) = (of(profile)?, name.into());
    let account = crm.account(&name, profile);
    let opened = account.and_then(|account| (connector.open)(hub, account, profile));
    opened.map_err(|error| error.with_account(crm.name, name))
}

/// Sends a request of the host's own with authorisation, limits and retries of the account.
///
/// ```no_run
/// # async fn run(hub: vochi_crm::Hub, profile: vochi_crm::Profile) -> vochi_crm::Result<()> {
/// use vochi_crm::Cx;
/// use vochi_crm::http::{ApiRequest, RawRequest};
///
/// let request = RawRequest::new(ApiRequest::get("/api/credentials"));
/// let response = vochi_crm::raw(&hub, "shop", &profile, &Cx::history(), request).await?;
/// assert_eq!(response["success"], true);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`open`], and as any operation.
pub async fn raw(
    hub: &Hub,
    name: impl Into<AccountName>,
    profile: &Profile,
    cx: &Cx,
    request: RawRequest,
) -> Result<Value> {
    let ((crm, connector), name) = (of(profile)?, name.into());
    let received = match crm.account(&name, profile) {
        Ok(account) => (connector.raw)(hub, account, profile, cx, request).await,
        Err(error) => Err(error),
    };
    received.map_err(|error| error.with_account(crm.name, name))
}
