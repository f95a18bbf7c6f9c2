//! Forms with PHP brackets: `extended_fields[199888]=x`.

use serde_json::{Map, Value, json};

/// Deepest nesting, as PHP limits it.
const MAX_DEPTH: usize = 64;

/// Builds the nested object of form fields; a repeated field keeps its last value.
pub(super) fn nested(pairs: &[(String, String)]) -> Map<String, Value> {
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
pub(super) fn flat(fields: &Map<String, Value>) -> Vec<(String, String)> {
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
