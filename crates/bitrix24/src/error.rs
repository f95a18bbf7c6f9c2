//! Bitrix24's error table.
//!
//! The code decides, in any letter case; the status is for unknown codes and pages. Telephony and
//! CRM errors have an empty or a general code, so that their text decides.

use http::StatusCode;
use serde_json::{Map, Value};
use vochi_crm_core::ErrorKind::{
    Auth, Decode, NotFound, RateLimited, Rejected, Unavailable, Unsupported,
};
use vochi_crm_core::http::{Advice, PauseScope, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind};

use crate::client::Envelope;

/// The code of a refused method whose operating time is used up.
pub(crate) const OPERATION_TIME_LIMIT: &str = "OPERATION_TIME_LIMIT";
/// The code of a portal that Bitrix24 blocked by hand.
pub(crate) const OVERLOAD_LIMIT: &str = "OVERLOAD_LIMIT";
/// The code of a method that this way of access may not call.
pub(crate) const WRONG_AUTH_TYPE: &str = "WRONG_AUTH_TYPE";
/// The code of an unknown or finished call, from its text.
pub(crate) const CALL_NOT_FOUND: &str = "Call is not found";
/// The code of a call that is not finished, from its text.
pub(crate) const CALL_NOT_FINISHED: &str = "Call is not found in the statistic table";
/// The code of a line that exists, from its text.
pub(crate) const LINE_EXISTS: &str = "Line already exists";
/// The code of an unknown line, from its text.
pub(crate) const LINE_NOT_FOUND: &str = "Could not find line with number";
/// The code of an event that is bound already, from its text.
pub(crate) const ALREADY_BOUND: &str = "Handler already binded";
/// The code of an inactive or unknown user, from its text.
pub(crate) const USER_NOT_FOUND: &str = "User is not found or is not active";

const CHECK_ACCESS: &str = "check the access: the webhook is deleted or expired, or the application has to be authorized again (client_id, client_secret)";
const AUTHORIZE: &str = "authorize the application again: its token is unknown, or the employee who installed it is dismissed";
const REINSTALL: &str = "install the application in the portal again, then authorize it";
const RIGHTS: &str =
    "give the employee of the webhook or application the right, or use one of an administrator";
const SCOPE: &str = "add the scopes telephony, crm and user to the webhook or application";
const TARIFF: &str =
    "REST is not in the portal's tariff, or the subscription has ended: renew it in the portal";
const DELETED: &str = "the portal is deleted or closed: remove the account, or correct url";
const NEEDS_APPLICATION: &str = "this portal wants an application: create a local application and set client_id and client_secret in place of webhook_url";
const CONFIRM: &str = "an administrator has to confirm the method in the portal";
const OVERLOAD: &str = "Bitrix24 blocked the portal's REST by hand: write to its support";
const CHECK_METHOD: &str = "check the method's name and the scopes: a missing scope hides a method, and an older self-hosted portal may not have it";
const FEWER: &str =
    "send fewer requests, or check tariff and whether other programs use the portal from here";
const OPERATING: &str = "wait: the method's operating time is used up for up to 10 minutes";
const LATER: &str = "try again later; Bitrix24 or the portal's server failed";
const CHECK_VALUES: &str = "correct the value that Bitrix24 names";
const CHECK_USER: &str = "check extensions, default_user and missed_user: the user must be an active employee of the portal";
const CHECK_LINE: &str = "register the lines with a setup, or correct the line's number";
const CHECK_RECORDING: &str =
    "check the recording: a wav or mp3 file, or an address that the portal can download";
const NOT_BITRIX24: &str =
    "check url and webhook_url: the response is not Bitrix24's, or a proxy is in the way";
const MOVED: &str = "correct url or webhook_url: the portal has another address now";

/// A row for a code.
struct Code {
    /// In lower case.
    name: &'static str,
    kind: ErrorKind,
    hint: &'static str,
}

const fn code(name: &'static str, kind: ErrorKind, hint: &'static str) -> Code {
    Code { name, kind, hint }
}

static CODES: &[Code] = &[
    code("query_limit_exceeded", RateLimited, FEWER),
    code("operation_time_limit", RateLimited, OPERATING),
    code("overload_limit", Unavailable, OVERLOAD),
    code("internal_server_error", Unavailable, LATER),
    code("error_unexpected_answer", Unavailable, LATER),
    code("expired_token", Auth, AUTHORIZE),
    code("invalid_token", Auth, AUTHORIZE),
    code("no_auth_found", Auth, CHECK_ACCESS),
    code("invalid_credentials", Auth, RIGHTS),
    code("insufficient_scope", Auth, SCOPE),
    code("invalid_scope", Auth, SCOPE),
    code("access_denied", Auth, RIGHTS),
    code("access_error", Auth, RIGHTS),
    code("allowed_only_intranet_user", Auth, RIGHTS),
    code("user_access_error", Auth, RIGHTS),
    code("wrong_auth_type", Auth, NEEDS_APPLICATION),
    code("authorization_error", Auth, AUTHORIZE),
    code("error_oauth", Auth, REINSTALL),
    code("application_not_found", Auth, REINSTALL),
    code("not_installed", Auth, REINSTALL),
    code("payment_required", Auth, TARIFF),
    code("method_confirm_waiting", Auth, CONFIRM),
    code("method_confirm_denied", Auth, CONFIRM),
    code("portal_deleted", Auth, DELETED),
    code("error_method_not_found", Unsupported, CHECK_METHOD),
    code("error_manifest_is_not_available", Unsupported, CHECK_METHOD),
    code("not_found", NotFound, CHECK_VALUES),
    code("error_not_found", NotFound, CHECK_VALUES),
];

/// A row for a text that comes with an empty or a general code.
struct Text {
    /// A part of the text, in the vendor's spelling. It becomes the code of the error.
    part: &'static str,
    kind: ErrorKind,
    hint: &'static str,
}

const fn text(part: &'static str, kind: ErrorKind, hint: &'static str) -> Text {
    Text { part, kind, hint }
}

/// Of two rows that match, the first counts.
static TEXTS: &[Text] = &[
    text(CALL_NOT_FINISHED, Rejected, "attach recordings to finished calls"),
    text(CALL_NOT_FOUND, NotFound, "the call is finished already, or was never registered"),
    text(USER_NOT_FOUND, Rejected, CHECK_USER),
    text("USER_ID or USER_PHONE_INNER should be set", Rejected, CHECK_USER),
    text("Unsupported phone number format", Rejected, CHECK_VALUES),
    text(LINE_EXISTS, Rejected, CHECK_LINE),
    text(LINE_NOT_FOUND, Rejected, CHECK_LINE),
    text("NUMBER should not be empty", Rejected, CHECK_LINE),
    text("Wrong file extension", Rejected, CHECK_RECORDING),
    text("File content is", Rejected, CHECK_RECORDING),
    text("File name is empty", Rejected, CHECK_RECORDING),
    text("Server returns HTTP error code", Rejected, CHECK_RECORDING),
    text(ALREADY_BOUND, Rejected, CHECK_VALUES),
    text("commercial plans", Auth, TARIFF),
    text("Access denied", Auth, RIGHTS),
    text("access_denied", Auth, RIGHTS),
    text("Not found", NotFound, CHECK_VALUES),
];

/// Codes that say nothing: the text decides.
const GENERAL: [&str; 5] = ["", "error_core", "error_argument", "100", "0"];

/// Decides whether a response is a refusal.
pub(crate) fn judge(response: &Response) -> Result<(), Refusal> {
    let status = response.status;
    let envelope = Envelope::of(response);
    match &envelope.error {
        Some(error) => {
            let (code, text) = code_and_text(error, envelope.description.as_ref());
            Err(refusal(&code, &text, status))
        }
        None if envelope.has_result && status.is_success() => Ok(()),
        None => Err(without_code(response)),
    }
}

/// The refusal of one command of a batch.
pub(crate) fn of_command(error: &Value) -> Refusal {
    let Value::Object(fields) = error else {
        return refusal(&scalar(error), "", StatusCode::BAD_REQUEST);
    };
    let (code, text) =
        code_and_text(fields.get("error").unwrap_or(&Value::Null), fields.get("error_description"));
    let refusal = refusal(&code, &text, StatusCode::BAD_REQUEST);
    match refusal.advice() {
        // The next request renews the token; this one was sent.
        Advice::Renew => refusal.with_advice(Advice::Transient),
        _ => refusal,
    }
}

/// Code and text of an error; the newer REST has both in an object.
pub(crate) fn code_and_text(error: &Value, description: Option<&Value>) -> (String, String) {
    let of = |fields: &Map<String, Value>, name: &str| fields.get(name).map(scalar);
    match error {
        Value::Object(fields) => {
            (of(fields, "code").unwrap_or_default(), of(fields, "message").unwrap_or_default())
        }
        other => (scalar(other), description.map(scalar).unwrap_or_default()),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The refusal of a code with its text.
pub(crate) fn refusal(code: &str, text: &str, status: StatusCode) -> Refusal {
    let lower = code.to_ascii_lowercase();
    let message = match (code, text) {
        ("", "") => format!("Bitrix24 refused the request (HTTP {})", status.as_u16()),
        (code, "") => code.to_owned(),
        (_, text) => text.to_owned(),
    };
    let of_text = || {
        let text = text.to_ascii_lowercase();
        TEXTS.iter().find(|row| text.contains(&row.part.to_ascii_lowercase()))
    };
    let row = CODES.iter().find(|row| row.name == lower);
    if let Some(row) = row {
        // "Access denied" is the tariff or a right.
        let hint = match of_text() {
            Some(text) if row.kind == Auth && text.hint == TARIFF => TARIFF,
            _ => row.hint,
        };
        return advised(Refusal::new(row.kind, message).with_code(code).with_hint(hint), &lower);
    }
    if GENERAL.contains(&&*lower)
        && let Some(row) = of_text()
    {
        return Refusal::new(row.kind, message).with_code(row.part).with_hint(row.hint);
    }
    let unknown = by_status(status, message);
    let unknown = if unknown.hint().is_none() { unknown.with_hint(CHECK_VALUES) } else { unknown };
    if code.is_empty() { unknown } else { unknown.with_code(code) }
}

/// Adds to the refusal of a known code what to do about it.
fn advised(refusal: Refusal, code: &str) -> Refusal {
    match code {
        "query_limit_exceeded" => {
            refusal.with_advice(Advice::Throttled).with_pause(PauseScope::Quota)
        }
        "operation_time_limit" => {
            refusal.with_advice(Advice::Throttled).with_pause(PauseScope::Operation)
        }
        "internal_server_error" | "error_unexpected_answer" => {
            refusal.with_advice(Advice::Transient).with_effect(Effect::Maybe)
        }
        "expired_token" | "invalid_token" => refusal.with_advice(Advice::Renew),
        _ => refusal,
    }
}

/// The refusal of a status with an unknown code or none.
fn by_status(status: StatusCode, message: String) -> Refusal {
    match status.as_u16() {
        429 => Refusal::new(RateLimited, message)
            .with_advice(Advice::Throttled)
            .with_pause(PauseScope::Quota)
            .with_hint(FEWER),
        408 | 500.. => Refusal::new(Unavailable, message)
            .with_advice(Advice::Transient)
            .with_effect(Effect::Maybe)
            .with_hint(LATER),
        401 | 403 => Refusal::new(Auth, message).with_hint(CHECK_ACCESS),
        300..=399 => Refusal::new(Auth, message).with_hint(MOVED),
        _ => Refusal::new(Rejected, message),
    }
}

/// The refusal of a response without an error code: a page, an empty body, another server.
fn without_code(response: &Response) -> Refusal {
    let status = response.status.as_u16();
    let content_type = match response.content_type() {
        "" => "no content type",
        other => other,
    };
    let decodes = matches!(status, 300..=399 | 401 | 403 | 408 | 429 | 500..);
    if decodes {
        let message = match status {
            300..=399 => "this address redirects to another one".to_owned(),
            401 | 403 => format!("Bitrix24 denies access (HTTP {status}, {content_type})"),
            429 => "Bitrix24's request limit is reached".to_owned(),
            _ => format!("Bitrix24 failed (HTTP {status}, {content_type})"),
        };
        return by_status(response.status, message);
    }
    let message = format!("the response (HTTP {status}, {content_type}) is not Bitrix24's");
    let refusal = Refusal::new(Decode, message).with_hint(NOT_BITRIX24);
    if response.is_success() {
        return refusal.with_advice(Advice::Transient).with_effect(Effect::Maybe);
    }
    refusal
}
