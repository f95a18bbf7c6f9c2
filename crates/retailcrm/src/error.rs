//! What RetailCRM's errors mean: the one table.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::http::{Advice, Refusal, Response};
use vochi_crm_core::{Effect, ErrorKind, wire};

use crate::model::CustomerLink;

/// How a row of the table recognises an error text. Texts are compared in lower case, without the
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
const CHECK_DATA: &str = "the fields say what RetailCRM does not accept";
const RUN_SETUP: &str = "the telephony module is not registered or not active in this account: run setup, then switch it on";
const CHECK_MONEY: &str = "check the account's balance in RetailCRM";
const PARTLY_DONE: &str = "what the answer does not name as failed was carried out";

/// RetailCRM tells its errors apart by text only; the text goes before the status.
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

/// What every answer of RetailCRM may say beside its own content.
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

/// Says whether an answer is a refusal, and which.
pub(crate) fn judge(answer: &Response) -> Result<(), Refusal> {
    if let Some(refusal) = by_status_alone(answer) {
        return Err(refusal);
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&answer.body) else {
        return Err(not_json(answer));
    };
    let said_no = match envelope.success {
        Some(success) => !success,
        None => !envelope.error.is_null() && envelope.error != "",
    };
    if answer.is_success() && !said_no {
        return Ok(());
    }
    Err(told(answer.status, envelope))
}

/// A limit and a broken server are told by the status; the body may be anything then.
fn by_status_alone(answer: &Response) -> Option<Refusal> {
    let status = answer.status;
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        return Some(
            Refusal::new(ErrorKind::RateLimited, "RetailCRM's request limit is used up")
                .with_advice(Advice::Throttled)
                .with_hint(
                    "ask less often, or lower requests_per_second where others share the limit",
                ),
        );
    }
    if status.is_server_error() {
        return Some(
            Refusal::new(
                ErrorKind::Unavailable,
                format!("RetailCRM has a fault (HTTP {})", status.as_u16()),
            )
            .with_advice(Advice::Transient)
            .with_effect(Effect::Maybe)
            .with_hint("try again later; if it stays, ask RetailCRM's support"),
        );
    }
    if status.is_redirection() {
        return Some(
            Refusal::new(ErrorKind::Auth, "this address only points to another one")
                .with_hint(CHECK_URL),
        );
    }
    None
}

fn not_json(answer: &Response) -> Refusal {
    let status = answer.status;
    if status.is_success() {
        return Refusal::new(
            ErrorKind::Decode,
            format!(
                "the answer (HTTP {}, {}) is no JSON",
                status.as_u16(),
                match answer.content_type() {
                    "" => "no content type",
                    other => other,
                }
            ),
        )
        .with_advice(Advice::Transient)
        .with_effect(Effect::Maybe)
        .with_hint(NOT_RETAILCRM);
    }
    let is_page = answer.body.trim_ascii_start().starts_with(b"<");
    if is_page || status == StatusCode::METHOD_NOT_ALLOWED {
        return Refusal::new(ErrorKind::Auth, "RetailCRM answers with a page instead of data")
            .with_hint(CHECK_URL);
    }
    let message = format!("RetailCRM refuses with HTTP {}", status.as_u16());
    with_url_hint(by_status(status, message))
}

/// Adds the hint for a response that is probably another server's.
fn with_url_hint(refusal: Refusal) -> Refusal {
    match refusal.kind() {
        ErrorKind::Auth => refusal,
        _ => refusal.with_hint(NOT_RETAILCRM),
    }
}

/// Reads an error response. `errorMsg` names the error; without it the texts of `errors` are shown.
fn told(status: StatusCode, envelope: Envelope) -> Refusal {
    let is_foreign = envelope.success.is_none() && envelope.error.is_null();
    let code = match envelope.error {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
        other => Some(other.to_string()),
    };
    let code = code.map(|code| cut(&code).to_owned());
    let row = code.as_ref().and_then(|code| {
        let text = code.trim().trim_end_matches('.').to_lowercase();
        TABLE.iter().find(|row| row.text.matches(&text))
    });
    let message = code.clone().or_else(|| listed(&envelope.errors));
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

/// The texts of `errors` in one line; an entry of a map with its name. None for an empty `errors`.
fn listed(errors: &Value) -> Option<String> {
    let texts: Vec<String> = match errors {
        Value::Object(map) => {
            let entries = map.iter();
            entries.map(|(name, value)| format!("{name}: {}", plain(value))).collect()
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Null => Vec::new(),
        other => vec![plain(other)],
    };
    let text = texts.join("; ");
    (!text.trim().is_empty()).then(|| cut(&text).to_owned())
}

/// A value as text; a list as its elements.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text).to_owned(),
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().map(plain).collect();
            cut(&texts.join("; ")).to_owned()
        }
        other => cut(&other.to_string()).to_owned(),
    }
}

/// The longest text of RetailCRM's that is kept, in bytes.
const LONGEST_TEXT: usize = 2048;

fn cut(text: &str) -> &str {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    text.get(..end).unwrap_or(text)
}

/// The meaning of an error whose text is unknown.
fn by_status(status: StatusCode, message: String) -> Refusal {
    match status {
        StatusCode::UNAUTHORIZED => Refusal::new(ErrorKind::Auth, message).with_hint(CHECK_KEY),
        StatusCode::FORBIDDEN => Refusal::new(ErrorKind::Auth, message).with_hint(CHECK_SCOPE),
        StatusCode::NOT_FOUND => Refusal::new(ErrorKind::NotFound, message),
        _ => Refusal::new(ErrorKind::Rejected, message),
    }
}

/// `errors` is absent, a map, a list or empty; values may be anything. They may be localised:
/// nothing depends on what they say. A customer merged into another one names the other beside them.
fn fields(errors: Value, combined_to: Option<CustomerLink>) -> BTreeMap<String, String> {
    let mut fields = match errors {
        Value::Object(map) => map.into_iter().map(|(name, value)| (name, plain(&value))).collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), plain(value)))
            .collect(),
        Value::String(only) if !only.is_empty() => {
            BTreeMap::from([("0".to_owned(), cut(&only).to_owned())])
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
