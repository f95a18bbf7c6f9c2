//! The configuration of a Kontur.CRM account.

use serde::Deserialize;
use vochi_crm_core::Secret;

use crate::model::{InstanceId, PhoneForm};

/// What a Kontur.CRM account needs beside what every account has.
///
/// The documentation leaves much open. Every point it leaves open is a switch here, with the
/// careful choice as its default.
///
/// ```
/// use vochi_crm_kontur::{Config, RedirectBy};
/// let config: Config = serde_json::from_str(
///     r#"{"workspace": "vochi-demo", "api_key": "invented-key", "redirect_by": "line"}"#,
/// )?;
/// assert_eq!(config.url, "https://crm.kontur.ru");
/// assert_eq!(config.redirect_by, RedirectBy::Line);
/// assert!(!format!("{config:?}").contains("invented-key"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Config {
    /// Kontur's address; [`DEFAULT_URL`] by default.
    pub url: String,
    /// The workspace: its Latin name or its id. The answer to the authorisation names it.
    pub workspace: String,
    /// The integration's `ApiKey`. It only gets access keys.
    pub api_key: Option<Secret>,
    /// The secret of a public integration, as `id=value`; it says which workspace is meant. A
    /// private integration has none.
    pub integration_secret: Option<Secret>,
    /// A ready access key instead of the `ApiKey`, for trials: it lives 20 minutes.
    pub access_key: Option<Secret>,
    /// A person's `Bearer` key for events, contacts and companies, whose samples are written with
    /// one. Whether an access key opens them is not known; without a bearer it is tried.
    pub bearer: Option<Secret>,
    /// The id of the integration in the workspace. The answer to the authorisation names it.
    pub instance_id: Option<InstanceId>,
    /// Whose number call-redirect is asked with.
    pub redirect_by: RedirectBy,
    /// How numbers are written.
    pub phone_form: PhoneForm,
    /// Which form of the call's id continues a call.
    pub continue_by: ContinueBy,
    /// Whether a live event whose answer was lost is sent again.
    pub lost_events: LostEvents,
    /// Which legs of an answered call are registered.
    pub register_legs: RegisterLegs,
}

/// Kontur's address where `url` is not set.
pub const DEFAULT_URL: &str = "https://crm.kontur.ru";

impl Default for Config {
    fn default() -> Self {
        Self {
            url: DEFAULT_URL.to_owned(),
            workspace: String::new(),
            api_key: None,
            integration_secret: None,
            access_key: None,
            bearer: None,
            instance_id: None,
            redirect_by: RedirectBy::default(),
            phone_form: PhoneForm::default(),
            continue_by: ContinueBy::default(),
            lost_events: LostEvents::default(),
            register_legs: RegisterLegs::default(),
        }
    }
}

/// Whose number call-redirect is asked with. The documentation calls it the phone of the responsible
/// employee, which is the one to be found; a deal's card holds the client's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedirectBy {
    /// The client's.
    #[default]
    Client,
    /// The company's own, the one that was called.
    Line,
}

/// Which form of the call's id continues a call (events, the end, a recording). Samples send on what
/// call-started returned, with its prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContinueBy {
    /// As Kontur returned it.
    #[default]
    Returned,
    /// As the PBX knows it.
    Raw,
}

/// Whether a live event whose answer was lost is sent again. Its time stays the same, so Kontur
/// could tell a repeat; whether it does, nothing says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LostEvents {
    /// No: rather a line too few than one too many. Register-call brings the facts.
    #[default]
    Drop,
    /// Yes: Kontur knows repeats by their time.
    Repeat,
}

/// Which legs of an answered call are registered. Of an unanswered call, all are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RegisterLegs {
    /// All, also those that only rang.
    #[default]
    All,
    /// Only answered ones, so that a ring group does not fill the card.
    Answered,
}

/// Every key of [`Config`], for hosts that check configuration files themselves.
pub const CONFIG_KEYS: &[&str] = &[
    "url",
    "workspace",
    "api_key",
    "integration_secret",
    "access_key",
    "bearer",
    "instance_id",
    "redirect_by",
    "phone_form",
    "continue_by",
    "lost_events",
    "register_legs",
];
