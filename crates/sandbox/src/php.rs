//! Values as PHP reads and writes them: forms with brackets (`fields[199888]=x`), scalars in each
//! other's form, escaped JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// Deepest nesting, as PHP limits it.
const MAX_DEPTH: usize = 64;

/// Builds the nested object of form fields; a repeated field keeps its last value.
pub(crate) fn nested(pairs: &[(String, String)]) -> Map<String, Value> {
    let mut root = Map::new();
    for (name, value) in pairs {
        let (first, rest) = name.split_once('[').unwrap_or((name, ""));
        let mut steps: Vec<&str> = vec![first];
        if let Some(rest) = rest.strip_suffix(']') {
            steps.extend(rest.split("][").take(MAX_DEPTH));
        }
        insert(&mut root, &steps, value);
    }
    root
}

fn insert(object: &mut Map<String, Value>, steps: &[&str], value: &str) {
    let Some((name, rest)) = steps.split_first() else { return };
    // `name[]` numbers its values.
    let name = if name.is_empty() { object.len().to_string() } else { (*name).to_owned() };
    if rest.is_empty() {
        object.insert(name, json!(value));
        return;
    }
    let inner = object.entry(name).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        insert(inner, rest, value);
    }
}

/// Lists the fields of an object, with brackets for the nested ones.
pub(crate) fn flat(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        add(&mut pairs, name.clone(), value);
    }
    pairs
}

fn add(pairs: &mut Vec<(String, String)>, name: String, value: &Value) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner {
                add(pairs, format!("{name}[{key}]"), value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                add(pairs, format!("{name}[{index}]"), value);
            }
        }
        Value::Null => pairs.push((name, String::new())),
        Value::String(text) => pairs.push((name, text.clone())),
        other => pairs.push((name, other.to_string())),
    }
}

/// A whole number, also as text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text or a number as text.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The elements of a list; a list may be an object with numbers for keys.
pub(crate) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Object(items) => items.values().cloned().collect(),
        Value::Null => Vec::new(),
        other => vec![other.clone()],
    }
}

/// PHP's truth of a value: the texts `"false"` and `"N"` are true.
pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// Writes an array as PHP does: a list if the keys are 0, 1, 2 and so on, also an empty one.
pub(crate) fn array(pairs: Vec<(String, Value)>) -> Value {
    let is_list = pairs.iter().enumerate().all(|(index, (key, _))| *key == index.to_string());
    if is_list {
        pairs.into_iter().map(|(_, value)| value).collect()
    } else {
        Value::Object(pairs.into_iter().collect())
    }
}

/// Turns objects with the keys 0, 1, 2 and so on into lists, at every depth.
pub(crate) fn with_lists(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_list = !members.is_empty()
                && (0..members.len()).all(|index| members.contains_key(&index.to_string()));
            if is_list {
                let item = |index: usize| members.get(&index.to_string()).cloned();
                return (0..members.len()).filter_map(item).map(with_lists).collect();
            }
            members.into_iter().map(|(name, value)| (name, with_lists(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(with_lists).collect(),
        other => other,
    }
}

/// JSON with other characters than ASCII as `\uXXXX`, and `/` as `\/`.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        if symbol == '/' {
            out.push_str("\\/");
        } else if symbol.is_ascii() {
            out.push(symbol);
        } else {
            for unit in symbol.encode_utf16(&mut [0; 2]) {
                // Writing into a `String` cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_nested_objects() {
        let pairs = [("a", "1"), ("b[x]", "2"), ("b[y][z]", "3"), ("c[]", "4"), ("c[]", "5")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let object = nested(&pairs);
        let expected =
            json!({"a": "1", "b": {"x": "2", "y": {"z": "3"}}, "c": {"0": "4", "1": "5"}});
        assert_eq!(Value::Object(object.clone()), expected);
        assert_eq!(nested(&flat(&object)), object);
    }
}
