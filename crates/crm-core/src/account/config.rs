//! The configuration every account has, whatever its CRM.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::secret::Secret;

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
                Written::Both(both) => Self { inbound: both, outbound: both },
                Written::Each(each) => Self { inbound: each.inbound, outbound: each.outbound },
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
    /// The text of such a task. Employees read it in the CRM; see [`Account::task_text`].
    ///
    /// [`Account::task_text`]: crate::Account::task_text
    pub task_text: Option<String>,
    /// Put in front of every call id that goes to the CRM, so that two PBXs do not collide.
    pub call_id_prefix: Option<String>,
    /// The address under which CRMs reach us.
    pub public_url: Option<String>,
    /// The secret part of the inbound address.
    pub inbound_secret: Option<Secret>,
    /// The networks the CRM's requests may come from: networks in CIDR notation and single addresses.
    /// Empty: requests from every address are accepted.
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
    "task_text",
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
    Ok(written.into_iter().map(|(key, value)| (key, value.into())).collect())
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
