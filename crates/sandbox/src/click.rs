//! An employee clicks a number in the CRM.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::crm::Crm;

/// How the CRM sends the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[non_exhaustive]
pub enum ClickVerb {
    /// Whatever that CRM is known to use.
    #[default]
    #[serde(skip)]
    Usual,
    /// `GET`, everything in the query.
    #[serde(rename = "GET")]
    Get,
    /// `POST`, everything in the form.
    #[serde(rename = "POST")]
    Post,
}

/// What is pressed. RetailCRM knows the first only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClickKind {
    /// A number, or a colleague, is called.
    #[default]
    Call,
    /// A live call is ended.
    Hangup,
}

/// What Kontur puts behind the address it was told: nobody knows which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClickPath {
    /// `/api/v1/{workspace}/communications/…`, as the sample is printed.
    #[default]
    Long,
    /// `/communications/…`.
    Short,
    /// The long one with the communication's id before `hangup`, as the method's link has it.
    #[serde(rename = "long_with_id")]
    LongWithId,
    /// The short one with that id.
    #[serde(rename = "short_with_id")]
    ShortWithId,
}

/// An employee clicking a number.
#[derive(Debug, Clone)]
pub struct Click {
    pub(crate) crm: Crm,
    pub(crate) user_id: String,
    pub(crate) phone: String,
    pub(crate) to: Url,
    pub(crate) verb: ClickVerb,
    pub(crate) kind: ClickKind,
    pub(crate) path: ClickPath,
    pub(crate) to_user_id: Option<String>,
    pub(crate) leg: Option<String>,
}

impl Click {
    /// `user_id` is the CRM's id of the employee, `to` the address the CRM was told to call.
    pub fn new(crm: Crm, user_id: impl Into<String>, phone: impl Into<String>, to: Url) -> Self {
        Self {
            crm,
            user_id: user_id.into(),
            phone: phone.into(),
            to,
            verb: ClickVerb::Usual,
            kind: ClickKind::Call,
            path: ClickPath::Long,
            to_user_id: None,
            leg: None,
        }
    }

    /// Kontur: the employee ends this leg of a live call instead (`realtimeCallItemId`).
    #[must_use]
    pub fn hang_up(mut self, leg: impl Into<String>) -> Self {
        self.kind = ClickKind::Hangup;
        self.leg = Some(leg.into());
        self
    }

    /// Kontur: a colleague is called. With an empty number it is an internal call.
    #[must_use]
    pub fn to_user(mut self, user_id: impl Into<String>) -> Self {
        self.to_user_id = Some(user_id.into());
        self
    }

    /// Kontur: what is put behind the address.
    #[must_use]
    pub fn path(mut self, path: ClickPath) -> Self {
        self.path = path;
        self
    }

    /// Sends it with this verb.
    #[must_use]
    pub fn verb(mut self, verb: ClickVerb) -> Self {
        self.verb = verb;
        self
    }
}

/// What came back from the address that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClickAnswer {
    /// Whether the status is a success and nothing is amiss with the answer.
    pub ok: bool,
    /// The status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
    /// The verb that was used.
    pub method: String,
    /// The address that was called, query included.
    pub url: String,
    /// What the CRM takes amiss whatever the status, such as a header that does not come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The id under which the CRM waits for the call, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_call_id: Option<String>,
}

/// Why a click could not be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClickError {
    /// The click itself makes no sense, such as an employee the CRM does not have.
    #[error("this click cannot be played: {0}")]
    Bad(String),
    /// The address did not answer.
    #[error("{url} did not answer: {reason}")]
    NoAnswer {
        /// The address, without the query.
        url: String,
        /// What happened.
        reason: String,
    },
}

/// The body of `POST /click`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    crm: Crm,
    user_id: Value,
    #[serde(default)]
    phone: String,
    to: String,
    #[serde(default)]
    method: ClickVerb,
    #[serde(default)]
    kind: ClickKind,
    path: Option<ClickPath>,
    to_user_id: Option<String>,
    leg: Option<String>,
}

impl Click {
    /// Reads the body of `POST /click`; the error says what to mend.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, String> {
        let asked: Asked =
            serde_json::from_slice(body).map_err(|error| format!("this is no click: {error}"))?;
        let user_id = match asked.user_id {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            _ => return Err("\"user_id\" has to be the CRM's id of the employee".into()),
        };
        let to = Url::parse(&asked.to).map_err(|error| format!("\"to\" is no address: {error}"))?;
        if !matches!(to.scheme(), "http" | "https") {
            return Err("\"to\" has to be an http or https address".into());
        }
        let of_kontur = asked.path.is_some() || asked.to_user_id.is_some() || asked.leg.is_some();
        if of_kontur && asked.crm != Crm::Kontur {
            return Err("\"path\", \"to_user_id\" and \"leg\" go with kontur only".into());
        }
        let dialled = asked.kind == ClickKind::Call && asked.to_user_id.is_none();
        if dialled && asked.phone.trim().is_empty() {
            return Err("\"phone\" is missing or empty".into());
        }
        if asked.kind == ClickKind::Hangup && asked.leg.is_none() {
            return Err("\"leg\" says what is ended; it is missing".into());
        }
        Ok(Self {
            crm: asked.crm,
            user_id,
            phone: asked.phone,
            to,
            verb: asked.method,
            kind: asked.kind,
            path: asked.path.unwrap_or_default(),
            to_user_id: asked.to_user_id,
            leg: asked.leg,
        })
    }
}
