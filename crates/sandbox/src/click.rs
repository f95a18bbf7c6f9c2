//! An employee clicks a number in the CRM.

use std::time::Duration;

use http::Method;
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

/// An employee clicking a number.
#[derive(Debug, Clone)]
pub struct Click {
    pub(crate) crm: Crm,
    pub(crate) user_id: String,
    pub(crate) phone: String,
    pub(crate) to: Url,
    pub(crate) verb: ClickVerb,
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
        }
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
    /// Whether the status is a success.
    pub ok: bool,
    /// The status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
    /// The verb that was used.
    pub method: String,
    /// The address that was called, query included.
    pub url: String,
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

/// What a CRM sends when a number is clicked.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The form, for a `POST`.
    pub(crate) form: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(10);

impl Outgoing {
    pub(crate) async fn send(self) -> Result<ClickAnswer, ClickError> {
        let url = self.url.to_string();
        let no_answer = |error: &reqwest::Error| ClickError::NoAnswer {
            url: url.split('?').next().unwrap_or_default().to_owned(),
            reason: causes(error),
        };
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| no_answer(&error))?;
        let mut request = client.request(self.method.clone(), self.url);
        if let Some(form) = self.form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
        }
        let answer = request.send().await.map_err(|error| no_answer(&error))?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| no_answer(&error))?;
        Ok(ClickAnswer {
            ok: status.is_success(),
            status: status.as_u16(),
            body,
            method: self.method.to_string(),
            url,
        })
    }
}

/// The error without the address, with what caused it.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    if texts.is_empty() {
        "no connection".to_owned()
    } else {
        texts.join(": ")
    }
}

/// The body of `POST /click`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    crm: Crm,
    user_id: Value,
    phone: String,
    to: String,
    #[serde(default)]
    method: ClickVerb,
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
        if asked.phone.trim().is_empty() {
            return Err("\"phone\" is empty".into());
        }
        Ok(Self {
            crm: asked.crm,
            user_id,
            phone: asked.phone,
            to,
            verb: asked.method,
        })
    }
}
