//! U-ON's error table.
//!
//! U-ON answers 404 for an empty list, for an unknown id, for an invalid parameter, for an unknown
//! path and for a wrong method. The text and the operation tell them apart.

use http::StatusCode;
use serde_json::Value;
use vochi_crm_core::http::{Access, Advice, OperationInfo, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind};

/// What a row of the table matches in a text of U-ON, which may be in JSON or bare.
struct Row {
    begins: &'static str,
    ends: &'static str,
    hint: &'static str,
}

const CHECK_PATH: &str =
    "check path and method: U-ON has no such operation; the path ends in .json";
const CHECK_PARAMETER: &str = "correct the parameter named by U-ON";
const CHECK_KEY: &str = "check api_key, its boxes GET? and POST? and its list of addresses: U-ON shows them under Settings, Integration, API";
const CHECK_ID: &str =
    "check the ids of the request: U-ON found no such entity, or a required field is missing";
const CHECK_URL: &str = "check url: U-ON's API does not redirect";
const NOT_UON: &str = "check url: the response is not U-ON's, or a proxy is in the way";
const SEND_FEWER: &str =
    "send fewer requests, or lower requests_per_second if other programs use the account";
const TRY_LATER: &str =
    "try again later; U-ON also fails so on an invalid value, see its log of API requests";

static TEXTS: &[Row] = &[
    Row { begins: "No route found", ends: "", hint: CHECK_PATH },
    Row { begins: "Method not allowed", ends: "", hint: CHECK_PATH },
    Row { begins: "Parameter ", ends: " is wrong", hint: CHECK_PARAMETER },
];

/// The longest text of U-ON in an error.
const LONGEST_TEXT: usize = 200;

/// Decides whether a response is a refusal.
pub(crate) fn judge(operation: &OperationInfo, response: &Response) -> Result<(), Refusal> {
    if let Some(refusal) = by_status_alone(response.status) {
        return Err(refusal);
    }
    let body = serde_json::from_slice::<Value>(&response.body).ok();
    let success = response.is_success();
    let result = body.as_ref().and_then(result_of).filter(|result| *result != 200);
    if success && body.is_some() && result.is_none() {
        return Ok(());
    }
    let text = match &body {
        Some(body) => message_of(body),
        None => Some(String::from_utf8_lossy(&response.body).trim().to_owned()),
    };
    let text = text.filter(|text| !text.is_empty());
    if let Some((text, row)) = text.as_deref().and_then(known) {
        let refusal = Refusal::new(ErrorKind::Rejected, text.to_owned()).with_code(text);
        return Err(refusal.with_hint(row.hint));
    }
    if success && body.is_none() {
        return Err(not_json(response).with_advice(Advice::Transient).with_effect(Effect::Maybe));
    }
    if text.as_deref().is_some_and(|text| text.starts_with('<')) {
        // A page of another server: a number must not become unknown by it.
        return Err(not_json(response));
    }
    // `result` decides where the status is a success.
    let status = match result {
        Some(result) if success => result,
        _ => u64::from(response.status.as_u16()),
    };
    if let Some(refusal) = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .and_then(by_status_alone)
    {
        return Err(refusal);
    }
    Err(other(operation, status, text.as_deref()))
}

/// Limits, failures and missing access: the body may be anything.
fn by_status_alone(status: StatusCode) -> Option<Refusal> {
    let number = status.as_u16();
    Some(match number {
        429 => Refusal::new(ErrorKind::RateLimited, "U-ON's request limit is reached")
            .with_advice(Advice::Throttled)
            .with_hint(SEND_FEWER),
        500.. => Refusal::new(ErrorKind::Unavailable, format!("U-ON failed (HTTP {number})"))
            .with_advice(Advice::Transient)
            .with_effect(Effect::Maybe)
            .with_hint(TRY_LATER),
        401 | 403 => Refusal::new(
            ErrorKind::Auth,
            "U-ON denies access: the key is unknown, or not allowed for this method",
        )
        .with_hint(CHECK_KEY),
        300..=399 => Refusal::new(ErrorKind::Auth, "this address redirects to another one")
            .with_hint(CHECK_URL),
        _ => return None,
    })
}

/// A refusal without a text of the table.
fn other(operation: &OperationInfo, status: u64, text: Option<&str>) -> Refusal {
    let message = |what: &str| text.map_or_else(|| format!("{what} ({status})"), truncate);
    let refusal = match (status, operation.access) {
        (404, Access::Read) => Refusal::new(ErrorKind::NotFound, message("U-ON found nothing")),
        (404, _) => Refusal::new(ErrorKind::Rejected, message("U-ON refused the request"))
            .with_hint(CHECK_ID),
        _ => Refusal::new(ErrorKind::Rejected, message("U-ON refused the request")),
    };
    refusal.with_code(status.to_string())
}

fn not_json(response: &Response) -> Refusal {
    let content_type = match response.content_type() {
        "" => "no content type",
        other => other,
    };
    let status = response.status.as_u16();
    let message = format!("the response (HTTP {status}, {content_type}) is not JSON");
    Refusal::new(ErrorKind::Decode, message).with_hint(NOT_UON)
}

/// Finds a text of the table.
fn known(text: &str) -> Option<(&str, &'static Row)> {
    TEXTS.iter().find_map(|row| {
        let (_, rest) = text.split_once(row.begins)?;
        let end = if row.ends.is_empty() {
            rest.find(['<', '\n']).unwrap_or(rest.len())
        } else {
            rest.find(row.ends)? + row.ends.len()
        };
        let begin = text.len() - rest.len() - row.begins.len();
        let found = text.get(begin..begin + row.begins.len() + end)?.trim_end();
        (found.len() <= LONGEST_TEXT).then_some((found, row))
    })
}

/// The field `result`, a number or its text.
fn result_of(body: &Value) -> Option<u64> {
    let result = body.get("result")?;
    result.as_u64().or_else(|| result.as_str()?.trim().parse().ok())
}

/// The first text in the fields that U-ON's clients know.
fn message_of(body: &Value) -> Option<String> {
    ["message", "error", "errors", "text"].into_iter().find_map(|name| {
        let value = body.get(name)?;
        let value = if value.is_object() { value.get("message")? } else { value };
        value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    })
}

fn truncate(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
