//! RetailCRM's error table.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::http::{Advice, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind, wire};

use crate::model::CustomerLink;

/// How a row of the table matches an error text. Texts are compared in lower case, without the
/// final dot.
enum Text {
    Is(&'static str),
    Begins(&'static str),
    Ends(&'static str),
}

impl Text {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => text == *wanted,
            Self::Begins(wanted) => text.starts_with(wanted),
            Self::Ends(wanted) => text.ends_with(wanted),
        }
    }
}

struct Row {
    text: Text,
    kind: ErrorKind,
    effect: Effect,
    hint: Option<&'static str>,
}

const fn row(text: Text, kind: ErrorKind, hint: Option<&'static str>) -> Row {
    Row { text, kind, effect: Effect::NotApplied, hint }
}

const CHECK_KEY: &str =
    "check api_key: RetailCRM shows it under Settings, Integration, API access keys";
const CHECK_SCOPE: &str =
    "give the key the scope this operation needs and access to the shop, in the key's settings";
const CHECK_URL: &str = "check url: RetailCRM knows no account at this address";
const NOT_RETAILCRM: &str = "check url: the response is not RetailCRM's, or RetailCRM is under maintenance, or a proxy is in the way";
const CHECK_PATH: &str = "check the path: RetailCRM has no such method";
const CHECK_DATA: &str = "see the error's fields for what RetailCRM does not accept";
const RUN_SETUP: &str = "the telephony module is not registered or not active in this account: run setup, then switch it on";
const CHECK_MONEY: &str = "check the account's balance in RetailCRM";
const PARTLY_DONE: &str = "everything that the response does not name as failed was applied";

/// RetailCRM distinguishes errors only by text; the text takes precedence over the status.
static TABLE: &[Row] = &[
    row(Text::Is("\"apikey\" is missing"), ErrorKind::Auth, Some(CHECK_KEY)),
    row(Text::Is("wrong \"apikey\" value"), ErrorKind::Auth, Some(CHECK_KEY)),
    row(Text::Is("access denied"), ErrorKind::Auth, Some(CHECK_SCOPE)),
    row(Text::Is("account does not exist"), ErrorKind::Auth, Some(CHECK_URL)),
    row(Text::Is("api method not found"), ErrorKind::NotFound, Some(CHECK_PATH)),
    row(Text::Is("method not found"), ErrorKind::NotFound, Some(CHECK_PATH)),
    row(Text::Is("method not allowed"), ErrorKind::Rejected, Some(CHECK_PATH)),
    row(Text::Begins("telephony not enabled"), ErrorKind::Rejected, Some(RUN_SETUP)),
    row(Text::Begins("parameter '"), ErrorKind::Rejected, None),
    row(Text::Begins("input value \""), ErrorKind::Rejected, None),
    row(Text::Is("errors in the entity format"), ErrorKind::Rejected, Some(CHECK_DATA)),
    row(Text::Is("validation error"), ErrorKind::Rejected, Some(CHECK_DATA)),
    row(Text::Is("task is not loaded"), ErrorKind::Rejected, Some(CHECK_DATA)),
    row(Text::Is("errors in the input parameters"), ErrorKind::Rejected, Some(CHECK_DATA)),
    row(
        Text::Begins("your account doesn't have enough money"),
        ErrorKind::Rejected,
        Some(CHECK_MONEY),
    ),
    row(Text::Is("failed to activate module"), ErrorKind::Rejected, Some(CHECK_MONEY)),
    Row {
        text: Text::Ends("are loaded with errors"),
        kind: ErrorKind::Rejected,
        effect: Effect::Applied,
        hint: Some(PARTLY_DONE),
    },
    row(Text::Is("not found map"), ErrorKind::NotFound, None),
    row(Text::Is("an attempt was made to edit a nonexistent record"), ErrorKind::NotFound, None),
    row(Text::Ends("not found"), ErrorKind::NotFound, None),
];

/// The fields of an error in any response of RetailCRM.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    success: Option<bool>,
    #[serde(default, rename = "errorMsg")]
    error: Value,
    #[serde(default)]
    errors: Value,
    #[serde(default, rename = "combinedTo", deserialize_with = "wire::object_or_none")]
    combined_to: Option<CustomerLink>,
}

/// Decides whether a response is a refusal.
pub(crate) fn judge(response: &Response) -> Result<(), Refusal> {
    if let Some(refusal) = by_status_alone(response) {
        return Err(refusal);
    }
    if response.is_success() && is_written_as_success(&response.body) {
        return Ok(());
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&response.body) else {
        return Err(not_json(response));
    };
    let said_no = match envelope.success {
        Some(success) => !success,
        None => !envelope.error.is_null() && envelope.error != "",
    };
    if response.is_success() && !said_no {
        return Ok(());
    }
    Err(parse_refusal(response.status, envelope))
}

/// Returns true for a body that is written as RetailCRM writes a success and is not cut off. The
/// operation reads it, so it is not parsed twice.
fn is_written_as_success(body: &[u8]) -> bool {
    let rest = body.strip_prefix(br#"{"success":true"#);
    rest.is_some_and(|rest| {
        matches!(rest.first(), Some(b',' | b'}')) && rest.trim_ascii_end().ends_with(b"}")
    })
}

/// Rate limits and server failures are recognized by the status, since the body may be anything.
fn by_status_alone(response: &Response) -> Option<Refusal> {
    let status = response.status;
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        return Some(
            Refusal::new(ErrorKind::RateLimited, "RetailCRM's request limit is reached")
                .with_advice(Advice::Throttled)
                .with_hint(
                    "send fewer requests, or lower requests_per_second if other programs share the limit",
                ),
        );
    }
    if status.is_server_error() {
        return Some(
            Refusal::new(
                ErrorKind::Unavailable,
                format!("RetailCRM failed (HTTP {})", status.as_u16()),
            )
            .with_advice(Advice::Transient)
            .with_effect(Effect::Maybe)
            .with_hint("try again later; if it persists, contact RetailCRM's support"),
        );
    }
    if status.is_redirection() {
        return Some(
            Refusal::new(ErrorKind::Auth, "this address redirects to another one")
                .with_hint(CHECK_URL),
        );
    }
    None
}

fn not_json(response: &Response) -> Refusal {
    let status = response.status;
    if status.is_success() {
        return Refusal::new(
            ErrorKind::Decode,
            format!(
                "the response (HTTP {}, {}) is not JSON",
                status.as_u16(),
                match response.content_type() {
                    "" => "no content type",
                    other => other,
                }
            ),
        )
        .with_advice(Advice::Transient)
        .with_effect(Effect::Maybe)
        .with_hint(NOT_RETAILCRM);
    }
    let is_page = response.body.trim_ascii_start().starts_with(b"<");
    if is_page || status == StatusCode::METHOD_NOT_ALLOWED {
        return Refusal::new(ErrorKind::Auth, "RetailCRM responds with a page instead of data")
            .with_hint(CHECK_URL);
    }
    let message = format!("RetailCRM refuses the request with HTTP {}", status.as_u16());
    with_url_hint(by_status(status, message))
}

/// Adds the hint for a response that is probably another server's.
fn with_url_hint(refusal: Refusal) -> Refusal {
    match refusal.kind() {
        ErrorKind::Auth => refusal,
        _ => refusal.with_hint(NOT_RETAILCRM),
    }
}

/// Parses an error response. `errorMsg` is the error text; without it the texts of `errors` are
/// used.
fn parse_refusal(status: StatusCode, envelope: Envelope) -> Refusal {
    let is_foreign = envelope.success.is_none() && envelope.error.is_null();
    let code = match envelope.error {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
        other => Some(other.to_string()),
    };
    let code = code.map(|code| truncate(&code).to_owned());
    let row = code.as_ref().and_then(|code| {
        let text = code.trim().trim_end_matches('.').to_lowercase();
        TABLE.iter().find(|row| row.text.matches(&text))
    });
    let message = code.clone().or_else(|| join_errors(&envelope.errors));
    let message = message.unwrap_or_else(|| {
        format!("RetailCRM refuses the request without a reason (HTTP {})", status.as_u16())
    });
    let mut refusal = match row {
        Some(row) => {
            let refusal = Refusal::new(row.kind, message).with_effect(row.effect);
            match row.hint {
                Some(hint) => refusal.with_hint(hint),
                None => refusal,
            }
        }
        None if is_foreign => with_url_hint(by_status(status, message)),
        None => by_status(status, message),
    };
    if let Some(code) = code {
        refusal = refusal.with_code(code);
    }
    refusal.with_fields(fields(envelope.errors, envelope.combined_to))
}

/// The texts of `errors` in one line; an entry of a map with its name. `None` for an empty
/// `errors`.
fn join_errors(errors: &Value) -> Option<String> {
    let texts: Vec<String> = match errors {
        Value::Object(map) => {
            let entries = map.iter();
            entries.map(|(name, value)| format!("{name}: {}", value_text(value))).collect()
        }
        Value::Array(list) => list.iter().map(value_text).collect(),
        Value::Null => Vec::new(),
        other => vec![value_text(other)],
    };
    let text = texts.join("; ");
    (!text.trim().is_empty()).then(|| truncate(&text).to_owned())
}

/// A value as text; a list as its elements.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => truncate(text).to_owned(),
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().map(value_text).collect();
            truncate(&texts.join("; ")).to_owned()
        }
        other => truncate(&other.to_string()).to_owned(),
    }
}

/// The largest length in bytes of a text from RetailCRM.
const LONGEST_TEXT: usize = 2048;

fn truncate(text: &str) -> &str {
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    (0..=LONGEST_TEXT).rev().find_map(|end| text.get(..end)).unwrap_or(text)
}

/// Classifies an error with an unknown text by its status.
fn by_status(status: StatusCode, message: String) -> Refusal {
    match status {
        StatusCode::UNAUTHORIZED => Refusal::new(ErrorKind::Auth, message).with_hint(CHECK_KEY),
        StatusCode::FORBIDDEN => Refusal::new(ErrorKind::Auth, message).with_hint(CHECK_SCOPE),
        StatusCode::NOT_FOUND => Refusal::new(ErrorKind::NotFound, message),
        _ => Refusal::new(ErrorKind::Rejected, message),
    }
}

/// Reads the errors of single fields. `errors` is absent, a map, a list or empty; values may be
/// anything, and localised, so their texts are not interpreted. The refusal of a merged customer
/// names the other customer in `combined_to`.
fn fields(errors: Value, combined_to: Option<CustomerLink>) -> BTreeMap<String, String> {
    let mut fields = match errors {
        Value::Object(map) => {
            map.into_iter().map(|(name, value)| (name, value_text(&value))).collect()
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value_text(value)))
            .collect(),
        Value::String(only) if !only.is_empty() => {
            BTreeMap::from([("0".to_owned(), truncate(&only).to_owned())])
        }
        _ => BTreeMap::new(),
    };
    if let Some(other) = combined_to {
        let id = other.id.map(|id| id.to_string());
        let id = id.or_else(|| other.corporate_id.map(|id| id.to_string()));
        let named = [("combinedTo", id), ("combinedTo.site", other.site)];
        fields.extend(named.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))));
    }
    fields
}
