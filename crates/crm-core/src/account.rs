//! What every account has, whatever its CRM: configuration, and what is made of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::call::{CrmUserId, Extension, Line};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::limit::Quota;
use crate::name::AccountName;
use crate::phone::{BareDigits, PhoneNumber, PhoneReader, Region};
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::time::Zone;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// The choice as it is written in configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

choice! {
    /// When the popup is shown.
    Popup {
        /// When the phone rings.
        #[default]
        Ring = "ring",
        /// When it is answered, to the one who answered.
        Answer = "answer",
        /// Never.
        Never = "never",
    }
}

choice! {
    /// What the CRM counts requests by.
    LimitScope {
        /// The address requests come from: all accounts of this machine share one quota.
        #[default]
        Ip = "ip",
        /// The account.
        Account = "account",
    }
}

choice! {
    /// What to make of a caller the CRM does not know.
    UnknownCaller {
        /// Nothing.
        #[default]
        None = "none",
        /// A customer.
        Client = "client",
        /// A lead.
        Lead = "lead",
    }
}

/// What to make of unknown callers, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCallers {
    /// Of an incoming call.
    pub inbound: UnknownCaller,
    /// Of an outgoing call.
    pub outbound: UnknownCaller,
}

impl<'de> Deserialize<'de> for UnknownCallers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct ByDirection {
            #[serde(default, rename = "in")]
            inbound: UnknownCaller,
            #[serde(default, rename = "out")]
            outbound: UnknownCaller,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Both(UnknownCaller),
            Each(ByDirection),
        }
        Ok(
            match Written::deserialize(deserializer).map_err(|_| {
                serde::de::Error::custom(
                    "write none, client or lead, or a table with in and out of these",
                )
            })? {
                Written::Both(both) => Self {
                    inbound: both,
                    outbound: both,
                },
                Written::Each(each) => Self {
                    inbound: each.inbound,
                    outbound: each.outbound,
                },
            },
        )
    }
}

/// The configuration every account has, whatever its CRM. Times in seconds.
///
/// ```
/// use vochi_crm_core::AccountConfig;
/// let config: AccountConfig = serde_json::from_str(
///     r#"{"timezone": "Europe/Minsk", "default_region": "BY", "extensions": {"151": "18"}}"#,
/// )?;
/// let account = config.account("shop")?;
/// assert_eq!(account.directory().extensions().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccountConfig {
    /// How long one operation may take with its retries.
    pub timeout_seconds: Option<f64>,
    /// How many times a request is repeated.
    pub retries: Option<u32>,
    /// The CRM's general quota; its others are scaled alike.
    pub requests_per_second: Option<f64>,
    /// How many requests may go out at once after a pause.
    pub burst: Option<u32>,
    /// What the CRM counts requests by.
    pub limit_scope: LimitScope,
    /// The zone of the CRM's local times: an IANA name or an offset.
    pub timezone: Option<String>,
    /// How national numbers are read: a country's two letters.
    pub default_region: Option<String>,
    /// How bare digits are read: `auto` or `international`.
    pub bare_digits: Option<String>,
    /// Extension, or an employee's mobile in E.164, to CRM user id.
    #[serde(deserialize_with = "text_map")]
    pub extensions: BTreeMap<String, String>,
    /// What the PBX calls a line, to its outside number.
    #[serde(deserialize_with = "text_map")]
    pub lines: BTreeMap<String, String>,
    /// Whom to use when no extension is known.
    #[serde(deserialize_with = "text_or_number")]
    pub default_user: Option<String>,
    /// Who gets the calls nobody answered.
    #[serde(deserialize_with = "text_or_number")]
    pub missed_user: Option<String>,
    /// When the popup is shown.
    pub popup: Popup,
    /// Whether outgoing calls show a popup; by default as the CRM's users expect.
    pub popup_out: Option<bool>,
    /// What to make of a caller the CRM does not know.
    pub unknown_caller: UnknownCallers,
    /// The source of leads that are made, by the CRM's word.
    pub lead_source: Option<String>,
    /// The status of leads that are made, by the CRM's word.
    pub lead_status: Option<String>,
    /// Whether a missed call becomes a task.
    pub missed_task: bool,
    /// Put in front of every call id that goes to the CRM, so that two PBXs do not collide.
    pub call_id_prefix: Option<String>,
    /// The address under which CRMs reach us.
    pub public_url: Option<String>,
    /// The secret part of the inbound address.
    pub inbound_secret: Option<Secret>,
    /// The networks the CRM's requests come from.
    pub allowed_networks: Vec<String>,
}

/// Every key of [`AccountConfig`], for hosts that check configuration files themselves.
pub const ACCOUNT_KEYS: &[&str] = &[
    "timeout_seconds",
    "retries",
    "requests_per_second",
    "burst",
    "limit_scope",
    "timezone",
    "default_region",
    "bare_digits",
    "extensions",
    "lines",
    "default_user",
    "missed_user",
    "popup",
    "popup_out",
    "unknown_caller",
    "lead_source",
    "lead_status",
    "missed_task",
    "call_id_prefix",
    "public_url",
    "inbound_secret",
    "allowed_networks",
];

/// Reads a value that people write as a text or as a number.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<TextOrNumber>::deserialize(deserializer).map(|written| written.map(String::from))
}

fn text_map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, TextOrNumber>::deserialize(deserializer)?;
    Ok(written
        .into_iter()
        .map(|(key, value)| (key, value.into()))
        .collect())
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text or a whole number")]
enum TextOrNumber {
    Text(String),
    Number(u64),
}

impl From<TextOrNumber> for String {
    fn from(written: TextOrNumber) -> Self {
        match written {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        }
    }
}

/// An account: its configuration, checked and made usable.
#[derive(Clone, Debug)]
pub struct Account {
    name: AccountName,
    directory: Directory,
    phones: PhoneReader,
    zone: Option<Zone>,
    config: AccountConfig,
}

fn about(key: &str, error: &Error) -> Error {
    let wrong = Error::config(format!("{key}: {}", error.message()));
    match error.hint() {
        Some(hint) => wrong.with_hint(hint.to_owned()),
        None => wrong,
    }
}

impl AccountConfig {
    /// Checks the configuration and names the account.
    ///
    /// # Errors
    /// `config`; the message begins with the key that is wrong.
    pub fn account(&self, name: impl Into<AccountName>) -> Result<Account> {
        let mut phones = PhoneReader::new();
        if let Some(region) = &self.default_region {
            let region: Region = region
                .parse()
                .map_err(|error| Error::config(format!("default_region: {error}")))?;
            phones = phones.with_region(region);
        }
        phones = match self.bare_digits.as_deref() {
            None | Some("auto") => phones,
            Some("international") => phones.with_bare_digits(BareDigits::International),
            Some(_) => return Err(Error::config("bare_digits: write auto or international")),
        };
        let zone = self
            .timezone
            .as_deref()
            .map(|zone| {
                zone.parse::<Zone>()
                    .map_err(|error| about("timezone", &error))
            })
            .transpose()?;
        if self
            .timeout_seconds
            .is_some_and(|seconds| !(seconds > 0.0 && seconds <= 86_400.0))
        {
            return Err(Error::config(
                "timeout_seconds: write a number from 0.1 to 86400",
            ));
        }
        if self
            .requests_per_second
            .is_some_and(|rate| !(rate > 0.0 && rate.is_finite()))
        {
            return Err(Error::config("requests_per_second: write a number above 0"));
        }
        if self.burst == Some(0) {
            return Err(Error::config("burst: write 1 or more"));
        }
        Ok(Account {
            name: name.into(),
            directory: self.directory(phones)?,
            phones,
            zone,
            config: self.clone(),
        })
    }

    fn directory(&self, phones: PhoneReader) -> Result<Directory> {
        let mut directory = Directory::new();
        for (extension, user) in &self.extensions {
            let wrong = |error| about(&format!("extensions.{extension}"), &error);
            let user = CrmUserId::new(user).map_err(wrong)?;
            directory = directory.with_extension(Extension::new(extension).map_err(wrong)?, user);
        }
        for (line, number) in &self.lines {
            let key = format!("lines.{line}");
            let line = Line::new(line).map_err(|error| about(&key, &error))?;
            directory = directory.with_line(line, outside(&key, number, phones)?);
        }
        if let Some(user) = &self.default_user {
            let user = CrmUserId::new(user).map_err(|error| about("default_user", &error))?;
            directory = directory.with_default_user(user);
        }
        if let Some(user) = &self.missed_user {
            let user = CrmUserId::new(user).map_err(|error| about("missed_user", &error))?;
            directory = directory.with_missed_user(user);
        }
        Ok(directory)
    }
}

fn outside(key: &str, number: &str, phones: PhoneReader) -> Result<PhoneNumber> {
    phones
        .read(number)
        .map(|reading| reading.number())
        .map_err(|error| {
            Error::config(format!("{key}: {error}"))
                .with_hint("write the line's outside number with +, as +375171234567")
        })
}

impl Account {
    /// The name it goes by in logs and errors.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// Who is who.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// How this account's numbers are read.
    pub fn phones(&self) -> PhoneReader {
        self.phones
    }

    /// The configured zone of the CRM's local times.
    pub fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The rest of the configuration.
    pub fn config(&self) -> &AccountConfig {
        &self.config
    }

    /// How long one operation may take, where that is configured.
    pub fn timeout(&self) -> Option<Duration> {
        self.config
            .timeout_seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// How often a request is repeated.
    pub fn retry(&self) -> RetryPolicy {
        let policy = RetryPolicy::default();
        self.config
            .retries
            .map_or(policy, |retries| policy.with_retries(retries))
    }

    /// A quota of the CRM as this account's configuration changes it: `requests_per_second` sets
    /// the general one and scales the others alike, `burst` sets the burst of all.
    ///
    /// # Errors
    /// `config` where the figures asked for are out of range.
    pub fn quota(&self, quota: Quota, general: Quota) -> Result<Quota> {
        let mut quota = quota;
        if let Some(asked) = self.config.requests_per_second {
            quota = quota
                .scaled(asked / general.rate())
                .map_err(|error| Error::config(format!("requests_per_second: {error}")))?;
        }
        if let Some(burst) = self.config.burst {
            quota = quota
                .with_burst(burst)
                .map_err(|error| Error::config(format!("burst: {error}")))?;
        }
        Ok(quota)
    }

    /// The call id as it goes to the CRM.
    pub fn external_id(&self, call: &crate::call::CallId) -> String {
        format!(
            "{}{call}",
            self.config.call_id_prefix.as_deref().unwrap_or_default()
        )
    }
}
