//! Lenient deserializers for scalars: numbers as strings, flags as `"Y"` or `1`.

use std::borrow::Cow;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::time::LocalTime;

/// Reads a flag written as `true`, `"true"`, `1`, `"1"`, `"Y"` or the opposite; anything else is
/// `None`.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Response {
///     #[serde(default, deserialize_with = "vochi_crm_core::wire::bool_or_none")]
///     success: Option<bool>,
/// }
/// let answer: Response = serde_json::from_str(r#"{"success":"false"}"#)?;
/// assert_eq!(answer.success, Some(false));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn bool_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Value::deserialize(deserializer).map(|value| as_bool(&value))
}

/// Like [`bool_or_none`], but `false` if unreadable.
pub fn truthy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    bool_or_none(deserializer).map(Option::unwrap_or_default)
}

fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "y" | "yes" | "on" => Some(true),
            "false" | "0" | "n" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Reads an integer written as a number or as text; anything else is `None`.
pub fn integer_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Reads an id written as a number or as text; `0`, `"0"`, `""` and `null` are `None`.
pub fn id_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
    .filter(|id| !id.is_empty() && id != "0"))
}

/// Reads a text; a number becomes its digits, an empty text and anything else `None`. PHP writes a
/// missing text as `false`.
pub fn text_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Value::deserialize(deserializer).map(as_text)
}

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads a date and time without a zone, as `2026-03-02 11:00:00`; anything else is `None`.
pub fn local_time_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<LocalTime>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().ok(),
        _ => None,
    })
}

/// A text that is read without a copy, if it has no escapes and its source stays.
#[derive(Clone, Debug)]
pub struct TextSlice<'a>(pub Cow<'a, str>);

// Not derived: a path to an error has no names of fields that are read as a structure.
impl<'de: 'a, 'a> Deserialize<'de> for TextSlice<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextSliceVisitor).map(Self)
    }
}

struct TextSliceVisitor;

impl<'de> Visitor<'de> for TextSliceVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text))
    }
}

/// Reads a list of texts or numbers; a single value is a list of one. Unreadable elements are
/// skipped.
pub fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(items) => items.into_iter().filter_map(as_text).collect(),
        Value::Object(items) => items.into_iter().filter_map(|(_, item)| as_text(item)).collect(),
        single => as_text(single).into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_read_in_every_form() {
        for (value, flag) in [
            (json!(true), Some(true)),
            (json!("true"), Some(true)),
            (json!(1), Some(true)),
            (json!("0"), Some(false)),
            (json!("N"), Some(false)),
            (json!(null), None),
            (json!("maybe"), None),
            (json!({}), None),
        ] {
            assert_eq!(bool_or_none(&value).unwrap(), flag, "{value}");
        }
    }

    #[test]
    fn ids_are_read_as_numbers_and_texts_and_zero_is_none() {
        for (value, id) in [
            (json!(7), Some("7")),
            (json!("7"), Some("7")),
            (json!(0), None),
            (json!("0"), None),
            (json!(""), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(id_or_none(&value).unwrap().as_deref(), id, "{value}");
        }
    }

    #[test]
    fn local_times_are_read_or_none() {
        for (value, time) in [
            (json!("2026-03-02 11:00:00"), Some("2026-03-02 11:00:00")),
            (json!("2026-03-02T11:00"), Some("2026-03-02 11:00:00")),
            (json!("0000-00-00 00:00:00"), None),
            (json!(""), None),
            (json!(1_772_438_400), None),
            (json!(null), None),
        ] {
            let read = local_time_or_none(&value).unwrap();
            assert_eq!(read.map(|time| time.to_string()).as_deref(), time, "{value}");
        }
    }

    #[test]
    fn texts_are_read_from_lists_maps_and_single_values() {
        for (value, list) in [
            (json!(["a", 1, null]), vec!["a", "1"]),
            (json!("a"), vec!["a"]),
            (json!({"0": "a"}), vec!["a"]),
            (json!(null), vec![]),
        ] {
            assert_eq!(texts(&value).unwrap(), list, "{value}");
        }
    }
}
