//! What an answer that says no says, in whichever form.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use vochi_crm_core::http::Response;
use vochi_crm_core::wire;

use crate::model::ErrorStatus;

/// What was said.
#[derive(Debug)]
pub(super) enum Said {
    /// `{status, message}`, bare or unwrapped: a word, a text, and what is wrong where.
    Word { word: Option<String>, message: Option<String>, details: BTreeMap<String, String> },
    /// `ProblemDetails`: every field with what is wrong about it.
    Problem { title: Option<String>, fields: BTreeMap<String, String> },
    /// A text, as a JSON string or bare.
    Text(String),
    /// Nothing, or nothing that can be read.
    Body(String),
}

/// What wraps an answer to a patch.
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
    fn said(self) -> Said {
        let info = match self.error_info {
            Value::Object(info) => info,
            _ => Map::new(),
        };
        match Said::of_object(info) {
            Some(said) => said,
            None => {
                Said::Word { word: self.response_code, message: None, details: BTreeMap::new() }
            }
        }
    }
}

/// What a success by its status turns out to be.
#[derive(Debug)]
pub(super) enum Yes {
    /// Nothing speaks against it.
    Fine,
    /// A wrapper that says no.
    No(Said),
    /// The text Kontur writes for an error.
    Error(Said),
    /// A page, or JSON that is cut off: nobody knows who sent it, or whether it was done.
    Foreign(&'static str),
}

impl Yes {
    pub(super) fn read(answer: &Response) -> Self {
        let body = answer.body.trim_ascii();
        match body.first() {
            Some(b'<') => Self::Foreign("it is a page"),
            Some(b'{') => match serde_json::from_slice::<Wrapper>(body) {
                Ok(wrapper) if wrapper.is_successful == Some(false) => Self::No(wrapper.said()),
                Err(error) if !error.is_data() => Self::Foreign(CUT),
                _ => Self::Fine,
            },
            Some(b'[') if serde_json::from_slice::<IgnoredAny>(body).is_err() => Self::Foreign(CUT),
            _ if is_error(body) => Self::Error(Said::Text("Error".to_owned())),
            _ => Self::Fine,
        }
    }
}

const CUT: &str = "it is no whole JSON";

/// In quotes or bare, as every text of Kontur's.
fn is_error(body: &[u8]) -> bool {
    let bare = body.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(body);
    bare.trim_ascii().eq_ignore_ascii_case(b"error")
}

impl Said {
    /// Looks at the body before taking it for JSON.
    pub(super) fn read(answer: &Response) -> Self {
        let raw = String::from_utf8_lossy(&answer.body);
        match serde_json::from_slice(&answer.body) {
            Ok(Value::String(text)) => Self::text(&text),
            Ok(Value::Object(object)) => {
                if object.contains_key("isSuccessful")
                    && let Ok(wrapper) = Wrapper::deserialize(Value::Object(object.clone()))
                {
                    return wrapper.said();
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

    /// `ProblemDetails` has a map of errors or a number for its status, the other form a word.
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
        let word = text_of(object.remove("status"));
        let message = text_of(object.remove("message"));
        if word.is_none() && message.is_none() {
            return None;
        }
        let details = object
            .into_iter()
            .filter(|(name, value)| name.starts_with("invalid") && !is_empty(value))
            .map(|(name, value)| (name, plain(value)))
            .collect();
        Some(Self::Word { word, message, details })
    }

    /// Kontur's word, if it said one.
    pub(super) fn word(&self) -> Option<ErrorStatus> {
        match self {
            Self::Word { word: Some(word), .. } => Some(ErrorStatus::of(word)),
            _ => None,
        }
    }

    /// What stands for a code: a known word in one spelling, any other as it came, else the text.
    pub(super) fn code(&self) -> Option<String> {
        match self {
            Self::Word { .. } => self.word().map(|word| word.as_str().to_owned()),
            Self::Problem { title, .. } => title.clone(),
            Self::Text(text) => Some(text.clone()),
            Self::Body(_) => None,
        }
    }

    /// Returns true if one of the wrong fields is the id of a user.
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

    /// Whether it lists fields that are wrong.
    pub(super) fn is_validation(&self) -> bool {
        matches!(self, Self::Problem { fields, .. } if !fields.is_empty())
    }

    /// Returns true if the body has none of Kontur's error formats.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self, Self::Body(body) if !body.is_empty())
    }

    /// What an operator reads.
    pub(super) fn message(&self, status: StatusCode) -> String {
        let number = status.as_u16();
        match self {
            Self::Word { message: Some(message), .. } => message.clone(),
            Self::Word { word: Some(word), .. } => format!("Kontur refuses: {word}"),
            Self::Problem { title, fields } => {
                let mut text = title
                    .clone()
                    .unwrap_or_else(|| format!("Kontur refuses the data (HTTP {number})"));
                for (name, why) in telling_first(fields) {
                    // Writing into a String does not fail.
                    let _ = write!(text, " {name}: {why}");
                }
                text
            }
            Self::Text(text) => format!("Kontur refuses: {text} (HTTP {number})"),
            Self::Word { .. } | Self::Body(_) => {
                format!("Kontur refuses without a word (HTTP {number})")
            }
        }
    }

    /// What was said about single fields; of a body without meaning, the body.
    pub(super) fn fields(&self) -> BTreeMap<String, String> {
        match self {
            Self::Word { details, .. } => details.clone(),
            Self::Problem { fields, .. } => fields.clone(),
            Self::Body(body) if !body.is_empty() => {
                BTreeMap::from([("body".to_owned(), body.clone())])
            }
            Self::Body(_) | Self::Text(_) => BTreeMap::new(),
        }
    }
}

/// One bad field makes Kontur report the whole body as missing: that entry goes last.
fn telling_first(fields: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
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

/// A value as a text; a list as its elements.
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
