//! The configuration every account has, whatever its CRM.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::TASK_TEXT;
use crate::config::{Kind, Setting};
use crate::phone::BareDigits;
use crate::secret::Secret;
use crate::{choice, keys};

choice! {
    /// When the popup is shown.
    pub enum Popup {
        /// When the phone rings.
        Ring = "ring",
        /// When it is answered, to the one who answered.
        Answer = "answer",
        /// Never.
        Never = "never",
    }
}

choice! {
    /// What the CRM counts requests by.
    pub enum LimitScope {
        /// The address requests come from: all accounts of this machine share one quota.
        Ip = "ip",
        /// The account.
        Account = "account",
    }
}

choice! {
    /// What to make of a caller the CRM does not know.
    pub enum UnknownCaller {
        /// Nothing.
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

impl Setting for UnknownCallers {
    const KIND: Kind = Kind::ByDirection(UnknownCaller::WORDS);
}

keys! {
    /// The configuration every account has, whatever its CRM.
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
    pub struct AccountConfig {
        /// Extension, or an employee's mobile in E.164, to CRM user id:
        /// `{ "151" = "18", "152" = "16" }`.
        #[serde(deserialize_with = "text_map")]
        extensions: BTreeMap<String, String>,
        /// What the PBX calls a line, to its outside number: `{ "0001363" = "+375171234567" }`.
        #[serde(deserialize_with = "text_map")]
        lines: BTreeMap<String, String>,
        /// The CRM user when no extension is known; none by default.
        #[serde(deserialize_with = "text_or_number")]
        #[key(id)]
        default_user: Option<String>,
        /// The CRM user who gets unanswered calls; the connector chooses one by default.
        #[serde(deserialize_with = "text_or_number")]
        #[key(id)]
        missed_user: Option<String>,
        /// The zone of the CRM's local times: an IANA name or an offset.
        timezone: Option<String>,
        /// How national numbers are read: the two letters of a country.
        default_region: Option<String>,
        /// How digits without plus are read: `international` is for trunks that always deliver
        /// international digits. With `auto`, what the region cannot read is read as international,
        /// except `8` and ten digits of a +7 number (write `+7…`), a prefix the region no longer
        /// dials (`8 621 12345` in MD, `1 55 1234 5678` in MX) and seven or fewer digits (a local
        /// number without its code).
        bare_digits: BareDigits,
        /// When the popup is shown: when the phone rings, when it is answered (to the employee who
        /// answered), or never.
        popup: Popup,
        /// Whether outgoing calls show a popup; by default as the CRM's users expect.
        popup_out: Option<bool>,
        /// What is made of a caller the CRM does not know, once the call is recorded. Not every CRM
        /// has leads.
        unknown_caller: UnknownCallers,
        /// The source of leads that are made, by the CRM's word.
        lead_source: Option<String>,
        /// The status of leads that are made, by the CRM's word.
        lead_status: Option<String>,
        /// Whether a missed call becomes a task, for the manager responsible for the caller, else
        /// for `missed_user`.
        missed_task: bool,
        /// The text of such a task, in the language of the employees.
        #[key(default(TASK_TEXT))]
        task_text: Option<String>,
        /// Put in front of every call id that goes to the CRM, so that two PBXs do not collide.
        call_id_prefix: Option<String>,
        /// The https address under which CRMs reach this host.
        #[key(address)]
        public_url: Option<String>,
        /// The secret part of the inbound address, `{public_url}/in/{profile}/{inbound_secret}`.
        #[key(generated)]
        inbound_secret: Option<Secret>,
        /// The networks the CRM's requests may come from, and single addresses:
        /// `["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]`. Requests from other addresses get
        /// 403, and so do requests with an unknown sender. Without the key every address is allowed.
        allowed_networks: Vec<String>,
        /// How many seconds one operation may take with its retries.
        timeout_seconds: Option<f64>,
        /// How many times a request is repeated.
        retries: Option<u32>,
        /// The general quota of the CRM, if it is not the documented one; its other quotas are
        /// scaled alike.
        requests_per_second: Option<f64>,
        /// How many requests may go out at once after a pause.
        burst: Option<u32>,
        /// What the CRM counts requests by: the address they come from, which all accounts of this
        /// host share, or the account.
        limit_scope: LimitScope,
    }
}

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
