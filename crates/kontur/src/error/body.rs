//! Parses Kontur's five error body formats.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use vochi_crm_core::http::Response;
use vochi_crm_core::wire;

use crate::model::ErrorStatus;

/// A parsed error body.
#[derive(Debug)]
pub(super) enum ErrorBody {
    /// `{status, message}`, bare or wrapped: a code, a text and field details.
    Status { code: Option<String>, message: Option<String>, details: BTreeMap<String, String> },
    /// `ProblemDetails`: a title and the invalid fields.
    Problem { title: Option<String>, fields: BTreeMap<String, String> },
    /// A text, as a JSON string or bare.
    Text(String),
    /// Empty, or of unknown format.
    Body(String),
}

/// The wrapper of responses to patches.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapper {
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    is_successful: Option<bool>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    response_code: Option<String>,
    #[serde(default)]
    error_info: Value,
}

impl Wrapper {
    fn error_body(self) -> ErrorBody {
        let info = match self.error_info {
            Value::Object(info) => info,
            _ => Map::new(),
        };
        match ErrorBody::of_object(info) {
            Some(body) => body,
            None => ErrorBody::Status {
                code: self.response_code,
                message: None,
                details: BTreeMap::new(),
            },
        }
    }
}

/// The body of a response with a success status.
#[derive(Debug)]
pub(super) enum SuccessBody {
    /// No error.
    Success,
    /// A wrapper with `isSuccessful: false`.
    Failure(ErrorBody),
    /// The bare text Kontur writes for an error.
    ErrorText(ErrorBody),
    /// HTML or truncated JSON: the sender and the effect are unknown.
    Foreign(&'static str),
}

impl SuccessBody {
    pub(super) fn read(response: &Response) -> Self {
        let body = response.body.trim_ascii();
        match body.first() {
            Some(b'<') => Self::Foreign("HTML instead of JSON"),
            Some(b'{') => match serde_json::from_slice::<Wrapper>(body) {
                Ok(wrapper) if wrapper.is_successful == Some(false) => {
                    Self::Failure(wrapper.error_body())
                }
                Err(error) if !error.is_data() => Self::Foreign(TRUNCATED),
                _ => Self::Success,
            },
            Some(b'[') if serde_json::from_slice::<IgnoredAny>(body).is_err() => {
                Self::Foreign(TRUNCATED)
            }
            _ if is_error(body) => Self::ErrorText(ErrorBody::Text("Error".to_owned())),
            _ => Self::Success,
        }
    }
}

const TRUNCATED: &str = "truncated JSON";

/// Returns true for the text `Error`, quoted or bare.
fn is_error(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(body);
    text.trim_ascii().eq_ignore_ascii_case(b"error")
}

impl ErrorBody {
    /// Parses the body. Text that does not look like JSON is an error text.
    pub(super) fn read(response: &Response) -> Self {
        let raw = String::from_utf8_lossy(&response.body);
        match serde_json::from_slice(&response.body) {
            Ok(Value::String(text)) => Self::text(&text),
            Ok(Value::Object(object)) => {
                if object.contains_key("isSuccessful")
                    && let Ok(wrapper) = Wrapper::deserialize(Value::Object(object.clone()))
                {
                    return wrapper.error_body();
                }
                Self::of_object(object).unwrap_or_else(|| Self::body(&raw))
            }
            Ok(_) => Self::body(&raw),
            Err(_) if raw.trim_start().starts_with(['<', '{', '[']) => Self::body(&raw),
            Err(_) => Self::text(&raw),
        }
    }

    fn text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Body(String::new()),
            text => Self::Text(text.to_owned()),
        }
    }

    fn body(raw: &str) -> Self {
        Self::Body(raw.trim().to_owned())
    }

    /// `ProblemDetails` has an `errors` map or a numeric status; the other format has a text code.
    fn of_object(mut object: Map<String, Value>) -> Option<Self> {
        if object.get("errors").is_some_and(Value::is_object)
            || object.get("status").is_some_and(Value::is_number)
        {
            let mut fields = BTreeMap::new();
            if let Some(Value::Object(errors)) = object.remove("errors") {
                fields.extend(errors.into_iter().map(|(name, why)| (name, plain(why))));
            }
            if let Some(trace) = object.remove("traceId") {
                fields.insert("traceId".to_owned(), plain(trace));
            }
            return Some(Self::Problem {
                title: text_of(object.remove("title")).or_else(|| text_of(object.remove("detail"))),
                fields,
            });
        }
        let code = text_of(object.remove("status"));
        let message = text_of(object.remove("message"));
        if code.is_none() && message.is_none() {
            return None;
        }
        let details = object
            .into_iter()
            .filter(|(name, value)| name.starts_with("invalid") && !is_empty(value))
            .map(|(name, value)| (name, plain(value)))
            .collect();
        Some(Self::Status { code, message, details })
    }

    /// Returns Kontur's error code, if the body has one.
    pub(super) fn error_status(&self) -> Option<ErrorStatus> {
        match self {
            Self::Status { code: Some(code), .. } => Some(ErrorStatus::of(code)),
            _ => None,
        }
    }

    /// Returns the code for the error: a known code in one spelling, else the text as received.
    pub(super) fn code(&self) -> Option<String> {
        match self {
            Self::Status { .. } => self.error_status().map(|status| status.as_str().to_owned()),
            Self::Problem { title, .. } => title.clone(),
            Self::Text(text) => Some(text.clone()),
            Self::Body(_) => None,
        }
    }

    /// Returns true if an invalid field is a user id.
    pub(super) fn is_about_user(&self) -> bool {
        let names = match self {
            Self::Problem { fields, .. } => fields.keys(),
            _ => return false,
        };
        names.into_iter().any(|name| {
            let field = name.rsplit('.').next().unwrap_or_default();
            field.to_ascii_lowercase().ends_with("userid")
        })
    }

    /// Returns true if the body lists invalid fields.
    pub(super) fn is_validation(&self) -> bool {
        matches!(self, Self::Problem { fields, .. } if !fields.is_empty())
    }

    /// Returns true if the body has none of Kontur's error formats.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self, Self::Body(body) if !body.is_empty())
    }

    /// Returns the message for the error.
    pub(super) fn message(&self, status: StatusCode) -> String {
        let number = status.as_u16();
        match self {
            Self::Status { message: Some(message), .. } => message.clone(),
            Self::Status { code: Some(code), .. } => format!("rejected by Kontur: {code}"),
            Self::Problem { title, fields } => {
                let mut text = title
                    .clone()
                    .unwrap_or_else(|| format!("data rejected by Kontur (HTTP {number})"));
                for (name, why) in by_relevance(fields) {
                    // Writing into a String does not fail.
                    let _ = write!(text, " {name}: {why}");
                }
                text
            }
            Self::Text(text) => format!("rejected by Kontur: {text} (HTTP {number})"),
            Self::Status { .. } | Self::Body(_) => {
                format!("rejected by Kontur without an error text (HTTP {number})")
            }
        }
    }

    /// Returns the details of single fields, or an unparsed body.
    pub(super) fn fields(&self) -> BTreeMap<String, String> {
        match self {
            Self::Status { details, .. } => details.clone(),
            Self::Problem { fields, .. } => fields.clone(),
            Self::Body(body) if !body.is_empty() => {
                BTreeMap::from([("body".to_owned(), body.clone())])
            }
            Self::Body(_) | Self::Text(_) => BTreeMap::new(),
        }
    }
}

/// Orders the fields by relevance.
///
/// One invalid field makes Kontur report the whole body as missing, so that entry comes last.
fn by_relevance(fields: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    let mut entries: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| *name != "traceId")
        .map(|(name, why)| (name.as_str(), why.as_str()))
        .collect();
    entries.sort_by_key(|(_, why)| why.trim().ends_with("field is required."));
    entries
}

fn text_of(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Converts a value to text; a list is joined.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(list) => {
            let parts: Vec<String> = list.into_iter().map(plain).collect();
            parts.join("; ")
        }
        other => other.to_string(),
    }
}
