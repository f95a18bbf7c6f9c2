//! Maps Kontur's errors to error kinds, hints and effects.
//!
//! Kontur has five error body formats, and the documentation prints some with the wrong status. So
//! the body takes precedence over the status, except for rate limits and server errors.

mod body;

use http::StatusCode;
use vochi_crm_core::http::{Advice, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind};

use crate::model::ErrorStatus;
use body::{ErrorBody, SuccessBody};

const CHECK_KEY: &str = "check api_key (and integration_secret of a public integration): see Secrets on the integration's page in Kontur";
const CHECK_URL: &str = "check url and workspace: Kontur has nothing at this URL";
const NOT_KONTUR: &str = "check url: the response is not Kontur's, Kontur is under maintenance, or a proxy intercepted the request";
const CHECK_WORKSPACE: &str =
    "check workspace: it is the Latin name in the URLs of Kontur's pages, or the workspace's id";
const CHECK_USER: &str = "check extensions, default_user and missed_user: the user id is unknown in this workspace or incomplete";
const INSTALL: &str =
    "install the integration in this workspace: on its page in Kontur, press Install";
const CHECK_INSTANCE: &str = "check instance_id: the authorization response contains the right one";
const START_FIRST: &str =
    "start the call first (call-started); if its response was lost, start it again";
const RUN_SETUP: &str = "switch the feature on for the integration: run setup";
const SMALLER: &str = "reduce the file: Kontur accepts up to 100 megabytes";
const CHECK_DATA: &str =
    "check the listed fields; Kontur reports the whole body as missing if one field is invalid";

/// Kontur's error codes with their kinds and hints.
const TABLE: &[(ErrorStatus, ErrorKind, Option<&str>)] = &[
    (ErrorStatus::CommunicationNotFound, ErrorKind::NotFound, Some(START_FIRST)),
    (ErrorStatus::NotFound, ErrorKind::NotFound, None),
    (ErrorStatus::IntegrationNotFound, ErrorKind::NotFound, Some(CHECK_INSTANCE)),
    (ErrorStatus::NotSupported, ErrorKind::Rejected, Some(RUN_SETUP)),
    (ErrorStatus::NotInstalled, ErrorKind::Auth, Some(INSTALL)),
    (ErrorStatus::FileTooLarge, ErrorKind::Rejected, Some(SMALLER)),
    (ErrorStatus::InvalidArgs, ErrorKind::Rejected, Some(CHECK_DATA)),
];

/// Returns the refusal in a response, if it is one.
///
/// ```
/// use vochi_crm_core::ErrorKind;
/// use vochi_crm_core::http::Response;
/// use vochi_crm_kontur::judge;
/// # use serde_json::json;
/// // The status is a success, the body is an error.
/// let response = Response::ok_json(&json!({"isSuccessful": false, "errorInfo": {"status": "notFound"}}));
/// assert_eq!(judge(&response).unwrap_err().kind(), ErrorKind::NotFound);
/// ```
///
/// # Errors
/// The refusal.
pub fn judge(response: &Response) -> Result<(), Refusal> {
    if response.is_success() {
        return judge_success(response);
    }
    let body = ErrorBody::read(response);
    Err(by_status_alone(response.status, &body).unwrap_or_else(|| by_code(response.status, &body)))
}

/// Judges a response with a success status, which may still contain an error.
fn judge_success(response: &Response) -> Result<(), Refusal> {
    // A file may have any content; errors are JSON or text.
    let content_type = response.content_type().to_ascii_lowercase();
    let is = |part: &str| content_type.contains(part);
    if !(content_type.is_empty() || is("json") || is("html") || is("text/plain")) {
        return Ok(());
    }
    match SuccessBody::read(response) {
        SuccessBody::Success => Ok(()),
        SuccessBody::Failure(body) => Err(by_code(response.status, &body)),
        // Status and body contradict each other, so the effect is unknown.
        SuccessBody::ErrorText(body) => {
            Err(by_code(response.status, &body).with_effect(Effect::Maybe))
        }
        SuccessBody::Foreign(what) => {
            Err(Refusal::new(ErrorKind::Decode, response.unreadable(what).message().to_owned())
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
                .with_hint(NOT_KONTUR))
        }
    }
}

/// Judges rate limits, timeouts, server errors and redirects, whose bodies may be anything.
fn by_status_alone(status: StatusCode, body: &ErrorBody) -> Option<Refusal> {
    let number = status.as_u16();
    let refusal = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            Refusal::new(ErrorKind::RateLimited, "rate limit of Kontur exceeded")
                .with_advice(Advice::Throttled)
                .with_hint("lower requests_per_second: Kontur documents no limit of its own")
        }
        StatusCode::REQUEST_TIMEOUT => {
            Refusal::new(ErrorKind::Timeout, "request timed out at Kontur (HTTP 408)")
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
        }
        _ if status.is_server_error() => {
            Refusal::new(ErrorKind::Unavailable, format!("Kontur server error (HTTP {number})"))
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
                .with_hint("retry later; contact Kontur's support if it persists")
        }
        _ if status.is_redirection() => {
            Refusal::new(ErrorKind::Auth, "the URL redirects to another one").with_hint(CHECK_URL)
        }
        _ => return None,
    };
    Some(refusal.with_fields(body.fields()))
}

/// Judges by Kontur's error code if known, else by the status.
fn by_code(status: StatusCode, body: &ErrorBody) -> Refusal {
    let code = body.error_status();
    let message = body.message(status);
    let known = code.as_ref().and_then(|code| {
        let mut rows = TABLE.iter();
        rows.find(|(known, ..)| known == code)
    });
    let refusal = match known {
        Some((_, kind, hint)) => {
            let hint = hint.or_else(|| hint_for_missing(&message));
            let refusal = Refusal::new(*kind, message);
            match hint {
                Some(hint) => refusal.with_hint(hint),
                None => refusal,
            }
        }
        None => by_status(status, message, body),
    };
    let refusal = refusal.with_fields(body.fields());
    match body.code() {
        Some(code) => refusal.with_code(code),
        None => refusal,
    }
}

/// Judges an error without a known code by the status.
fn by_status(status: StatusCode, message: String, body: &ErrorBody) -> Refusal {
    match status {
        // The response to an expired key is not documented: both may mean it.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Refusal::new(ErrorKind::Auth, message).with_advice(Advice::Renew).with_hint(CHECK_KEY)
        }
        StatusCode::NOT_FOUND => {
            let hint = hint_for_missing(&message).unwrap_or(CHECK_URL);
            Refusal::new(ErrorKind::NotFound, message).with_hint(hint)
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(ErrorKind::Rejected, message).with_hint(SMALLER)
        }
        _ => {
            let refusal = Refusal::new(ErrorKind::Rejected, message);
            if body.is_about_user() {
                refusal.with_hint(CHECK_USER)
            } else if body.is_validation() {
                refusal.with_hint(CHECK_DATA)
            } else if body.is_foreign() {
                refusal.with_hint(NOT_KONTUR)
            } else {
                refusal
            }
        }
    }
}

/// Returns what to check if Kontur cannot find something from the configuration.
///
/// Kontur's texts have the form `Communication not found. Id: …`.
fn hint_for_missing(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    if message.contains("workspace") {
        Some(CHECK_WORKSPACE)
    } else if message.contains("user") {
        Some(CHECK_USER)
    } else {
        None
    }
}

/// Returns true for the hint about an unknown workspace.
pub(crate) fn is_unknown_workspace(hint: Option<&str>) -> bool {
    hint == Some(CHECK_WORKSPACE)
}

#[cfg(test)]
mod tests;
