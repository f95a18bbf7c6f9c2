//! Lenient access to the fields of an event.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A field as text; a number or a flag is converted.
pub(crate) type FieldText<'a> = Cow<'a, str>;

/// The fields of one event, by name.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>) -> Self {
        Self(map)
    }

    /// Returns a field unless it is missing, empty or `<unknown>`.
    pub(crate) fn get(self, name: &str) -> Option<FieldText<'a>> {
        self.0.get(name).and_then(written)
    }

    /// Returns a field with a prefix before its name, such as `DestChannel`.
    pub(crate) fn prefixed(self, prefix: &str, name: &str) -> Option<FieldText<'a>> {
        if prefix.is_empty() {
            return self.get(name);
        }
        // The longest name has 31 letters.
        let mut buffer = [0_u8; 64];
        let length = prefix.len() + name.len();
        let joined = buffer.get_mut(..length)?;
        let (head, tail) = joined.split_at_mut(prefix.len());
        head.copy_from_slice(prefix.as_bytes());
        tail.copy_from_slice(name.as_bytes());
        self.get(std::str::from_utf8(joined).ok()?)
    }

    /// Parses a whole number, given as number or text.
    pub(crate) fn whole(self, name: &str) -> Option<u32> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns the entries of a list; a text is split at `,` `;` `&` `|` and blanks.
    pub(crate) fn list(self, name: &str) -> Vec<FieldText<'a>> {
        let mut entries = Vec::new();
        match self.0.get(name) {
            Some(Value::Array(list)) => {
                for entry in list {
                    split(entry, &mut entries);
                }
            }
            Some(one) => split(one, &mut entries),
            None => {}
        }
        entries
    }
}

fn written(value: &Value) -> Option<FieldText<'_>> {
    let text = match value {
        Value::String(text) => Cow::Borrowed(text.trim()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(flag) => Cow::Owned(flag.to_string()),
        // A repeated header: the first value is the PBX's own.
        Value::Array(list) => return list.first().and_then(written),
        Value::Null | Value::Object(_) => return None,
    };
    (!text.is_empty() && text != "<unknown>").then_some(text)
}

fn split<'a>(value: &'a Value, entries: &mut Vec<FieldText<'a>>) {
    let separates = |c: char| matches!(c, ',' | ';' | '&' | '|') || c.is_whitespace();
    match value {
        Value::String(text) => entries.extend(
            text.split(separates)
                .filter(|part| !part.is_empty() && *part != "<unknown>")
                .map(Cow::Borrowed),
        ),
        other => entries.extend(written(other)),
    }
}
