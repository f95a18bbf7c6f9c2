//! What Kontur's errors mean: the one table.
//!
//! Kontur says no in five forms, and the documentation prints some of them under the wrong status:
//! the body decides before the status does, save for limits and broken servers.

mod said;

use http::StatusCode;
use vochi_crm_core::http::{Advice, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind};

use crate::model::ErrorStatus;
use said::{Said, Yes};

const CHECK_KEY: &str = "check api_key (and integration_secret of a public integration): Kontur shows them on the integration's page under Secrets";
const CHECK_URL: &str = "check url and workspace: Kontur has nothing at this address";
const NOT_KONTUR: &str = "check url: the response is not Kontur's, or Kontur is under maintenance, or a proxy is in the way";
const CHECK_WORKSPACE: &str = "check workspace: it is the Latin name in the addresses of Kontur's pages, or the workspace's id";
const CHECK_USER: &str = "check extensions, default_user and missed_user: this workspace has no such user, or the id is incomplete";
const INSTALL: &str =
    "install the integration in this workspace: on its page in Kontur, press Install";
const CHECK_INSTANCE: &str =
    "check instance_id: the answer to the authorisation names the right one";
const START_FIRST: &str =
    "start the call first (call-started); if the answer to that was lost, start it again";
const RUN_SETUP: &str = "switch the feature on for the integration: run setup";
const SMALLER: &str = "Kontur takes files up to 100 megabytes";
const CHECK_DATA: &str = "the fields say what Kontur does not accept; one bad field makes it call the whole body missing";

/// A word of Kontur's, what it means, and what to do about it.
const TABLE: &[(ErrorStatus, ErrorKind, Option<&str>)] = &[
    (ErrorStatus::CommunicationNotFound, ErrorKind::NotFound, Some(START_FIRST)),
    (ErrorStatus::NotFound, ErrorKind::NotFound, None),
    (ErrorStatus::IntegrationNotFound, ErrorKind::NotFound, Some(CHECK_INSTANCE)),
    (ErrorStatus::NotSupported, ErrorKind::Rejected, Some(RUN_SETUP)),
    (ErrorStatus::NotInstalled, ErrorKind::Auth, Some(INSTALL)),
    (ErrorStatus::FileTooLarge, ErrorKind::Rejected, Some(SMALLER)),
    (ErrorStatus::InvalidArgs, ErrorKind::Rejected, Some(CHECK_DATA)),
];

/// Says whether an answer is a refusal, and which.
///
/// ```
/// use vochi_crm_core::ErrorKind;
/// use vochi_crm_core::http::Response;
/// use vochi_crm_kontur::judge;
/// # use serde_json::json;
/// // A success by its status, a refusal by its body.
/// let answer = Response::ok_json(&json!({"isSuccessful": false, "errorInfo": {"status": "notFound"}}));
/// assert_eq!(judge(&answer).unwrap_err().kind(), ErrorKind::NotFound);
/// ```
///
/// # Errors
/// The refusal.
pub fn judge(answer: &Response) -> Result<(), Refusal> {
    if answer.is_success() {
        return judge_success(answer);
    }
    let said = Said::read(answer);
    Err(by_status_alone(answer.status, &said).unwrap_or_else(|| told(answer.status, &said)))
}

/// A success by its status may yet be a no, or no answer of Kontur's.
fn judge_success(answer: &Response) -> Result<(), Refusal> {
    // A file may hold anything; what says no is JSON or a text.
    let content_type = answer.content_type().to_ascii_lowercase();
    let is = |part: &str| content_type.contains(part);
    if !(content_type.is_empty() || is("json") || is("html") || is("text/plain")) {
        return Ok(());
    }
    match Yes::read(answer) {
        Yes::Fine => Ok(()),
        Yes::No(said) => Err(told(answer.status, &said)),
        // Status and body contradict each other: what came of it, neither says.
        Yes::Error(said) => Err(told(answer.status, &said).with_effect(Effect::Maybe)),
        Yes::Foreign(what) => {
            Err(Refusal::new(ErrorKind::Decode, answer.unreadable(what).message().to_owned())
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
                .with_hint(NOT_KONTUR))
        }
    }
}

/// A limit and a broken server are told by the status; the body may be anything then.
fn by_status_alone(status: StatusCode, said: &Said) -> Option<Refusal> {
    let number = status.as_u16();
    let refusal = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            Refusal::new(ErrorKind::RateLimited, "Kontur wants fewer requests")
                .with_advice(Advice::Throttled)
                .with_hint("lower requests_per_second: Kontur documents no limit of its own")
        }
        StatusCode::REQUEST_TIMEOUT => {
            Refusal::new(ErrorKind::Timeout, "Kontur gave up waiting for the request (HTTP 408)")
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
        }
        _ if status.is_server_error() => {
            Refusal::new(ErrorKind::Unavailable, format!("Kontur has a fault (HTTP {number})"))
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
                .with_hint("try again later; if it stays, ask Kontur's support")
        }
        _ if status.is_redirection() => {
            Refusal::new(ErrorKind::Auth, "this address only points to another one")
                .with_hint(CHECK_URL)
        }
        _ => return None,
    };
    Some(refusal.with_fields(said.fields()))
}

/// By Kontur's word where it is a known one, else by the status.
fn told(status: StatusCode, said: &Said) -> Refusal {
    let word = said.word();
    let message = said.message(status);
    let known = word.as_ref().and_then(|word| {
        let mut rows = TABLE.iter();
        rows.find(|(known, ..)| known == word)
    });
    let refusal = match known {
        Some((_, kind, hint)) => {
            let hint = hint.or_else(|| missing_thing(&message));
            let refusal = Refusal::new(*kind, message);
            match hint {
                Some(hint) => refusal.with_hint(hint),
                None => refusal,
            }
        }
        None => by_status(status, message, said),
    };
    let refusal = refusal.with_fields(said.fields());
    match said.code() {
        Some(code) => refusal.with_code(code),
        None => refusal,
    }
}

/// The meaning of an error without a known word.
fn by_status(status: StatusCode, message: String, said: &Said) -> Refusal {
    match status {
        // What an expired key is answered with is told nowhere: both may mean it.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Refusal::new(ErrorKind::Auth, message).with_advice(Advice::Renew).with_hint(CHECK_KEY)
        }
        StatusCode::NOT_FOUND => {
            let hint = missing_thing(&message).unwrap_or(CHECK_URL);
            Refusal::new(ErrorKind::NotFound, message).with_hint(hint)
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(ErrorKind::Rejected, message).with_hint(SMALLER)
        }
        _ => {
            let refusal = Refusal::new(ErrorKind::Rejected, message);
            if said.is_about_user() {
                refusal.with_hint(CHECK_USER)
            } else if said.is_validation() {
                refusal.with_hint(CHECK_DATA)
            } else if said.is_foreign() {
                refusal.with_hint(NOT_KONTUR)
            } else {
                refusal
            }
        }
    }
}

/// What to check if Kontur does not find something that stands in the configuration. Its texts are
/// of the form `Communication not found. Id: …`.
fn missing_thing(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    if message.contains("workspace") {
        Some(CHECK_WORKSPACE)
    } else if message.contains("user") {
        Some(CHECK_USER)
    } else {
        None
    }
}

/// Returns true for the hint of a refusal because Kontur does not know the workspace.
pub(crate) fn is_unknown_workspace(hint: Option<&str>) -> bool {
    hint == Some(CHECK_WORKSPACE)
}

#[cfg(test)]
mod tests;
