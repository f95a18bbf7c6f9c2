//! Click-to-call: an employee clicks a number in the CRM.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::crm::Crm;

/// HTTP method of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[non_exhaustive]
pub enum ClickVerb {
    /// The method the CRM is known to use.
    #[default]
    #[serde(skip)]
    Usual,
    /// `GET` with query parameters.
    #[serde(rename = "GET")]
    Get,
    /// `POST` with a form.
    #[serde(rename = "POST")]
    Post,
}

/// Button that is clicked. RetailCRM has the first only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClickKind {
    /// Calls a number or a colleague.
    #[default]
    Call,
    /// Ends a live call.
    Hangup,
}

/// Path that Kontur appends to the configured URL; the real one is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClickPath {
    /// `/api/v1/{workspace}/communications/…`, as in the documented sample.
    #[default]
    Long,
    /// `/communications/…`.
    Short,
    /// The long path with the communication id before `hangup`, as in the link of the method.
    #[serde(rename = "long_with_id")]
    LongWithId,
    /// The short path with that id.
    #[serde(rename = "short_with_id")]
    ShortWithId,
}

/// A click on a number by an employee.
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
    /// Creates a click; `user_id` is the employee's id in the CRM, `to` the configured URL.
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

    /// Kontur: ends this leg of a live call instead (`realtimeCallItemId`).
    #[must_use]
    pub fn hang_up(mut self, leg: impl Into<String>) -> Self {
        self.kind = ClickKind::Hangup;
        self.leg = Some(leg.into());
        self
    }

    /// Kontur: calls a colleague. An empty number makes it an internal call.
    #[must_use]
    pub fn to_user(mut self, user_id: impl Into<String>) -> Self {
        self.to_user_id = Some(user_id.into());
        self
    }

    /// Kontur: sets the path appended to the URL.
    #[must_use]
    pub fn path(mut self, path: ClickPath) -> Self {
        self.path = path;
        self
    }

    /// Sets the HTTP method.
    #[must_use]
    pub fn verb(mut self, verb: ClickVerb) -> Self {
        self.verb = verb;
        self
    }
}

/// Response of the called URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClickResponse {
    /// Whether the status is a success and the response is valid.
    pub ok: bool,
    /// The status.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// The HTTP method.
    pub method: String,
    /// The called URL, including the query.
    pub url: String,
    /// Problem with the response despite its status, such as a missing echo header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The id of the expected call in the CRM, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_call_id: Option<String>,
}

/// Error of a click.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClickError {
    /// The click is invalid, such as for an unknown employee.
    #[error("invalid click: {0}")]
    Bad(String),
    /// The URL did not respond.
    #[error("{url} did not answer: {reason}")]
    NoAnswer {
        /// The URL without the query.
        url: String,
        /// The reason.
        reason: String,
    },
}

/// Body of `POST /click`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClickBody {
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
    /// Parses the body of `POST /click`; the error says what to correct.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, String> {
        let asked: ClickBody =
            serde_json::from_slice(body).map_err(|error| format!("invalid click: {error}"))?;
        let user_id = match asked.user_id {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            _ => return Err("\"user_id\" must be the CRM's id of the employee".into()),
        };
        let to =
            Url::parse(&asked.to).map_err(|error| format!("\"to\" is not a valid URL: {error}"))?;
        if !matches!(to.scheme(), "http" | "https") {
            return Err("\"to\" must be an http or https address".into());
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
            return Err("missing \"leg\": the leg to end".into());
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
