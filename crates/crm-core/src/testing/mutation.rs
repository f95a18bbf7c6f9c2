//! Mutations of JSON responses, with one error each.

use serde_json::{Value, json};

/// A JSON value with one change.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mutation {
    /// The path of the change: keys and indices from the root.
    pub path: Vec<String>,
    /// The kind of change.
    pub what: &'static str,
    /// The changed value.
    pub body: Value,
}

impl Mutation {
    /// Returns true if the change removed the path.
    pub fn is_gone(&self) -> bool {
        matches!(self.what, DROPPED | RENAMED)
    }
}

const DROPPED: &str = "dropped";
const RENAMED: &str = "renamed";

/// Generates all mutations of a value: every field and element dropped, renamed and replaced by
/// every other type. For tests of odd responses.
///
/// ```
/// use serde_json::json;
/// use vochi_crm_core::testing::mutations;
/// let all = mutations(&json!({"users": [{"id": 1}]}));
/// assert!(all.iter().any(|one| one.body == json!({"users": [{}]}) && one.is_gone()));
/// ```
pub fn mutations(body: &Value) -> Vec<Mutation> {
    places(body).into_iter().flat_map(|path| mutations_at(body, &path)).collect()
}

/// Generates all mutations of one place.
pub(super) fn mutations_at(body: &Value, path: &[String]) -> Vec<Mutation> {
    let others = [
        ("null", Value::Null),
        ("a text", json!("text")),
        ("an empty text", json!("")),
        ("a number", json!(-7.5)),
        ("a huge number", json!(1e300)),
        ("a flag", json!(true)),
        ("an empty list", json!([])),
        ("a list", json!([1, "two", null, {"id": []}])),
        ("an empty map", json!({})),
        ("a map", json!({"id": {"id": 1}, "number": []})),
    ];
    let mut all = Vec::new();
    let mut push = |what, change: &dyn Fn(&mut Value, &str)| {
        let mut body = body.clone();
        let Some((last, way)) = path.split_last() else {
            return;
        };
        let parent = way.iter().try_fold(&mut body, |parent, step| child(parent, step));
        let Some(parent) = parent else {
            return;
        };
        change(parent, last);
        all.push(Mutation { path: path.to_vec(), what, body });
    };
    push(DROPPED, &|parent, last| {
        take(parent, last);
    });
    push(RENAMED, &|parent, last| {
        if let (Some(value), Value::Object(map)) = (take(parent, last), parent) {
            map.insert(format!("{last}_2"), value);
        }
    });
    for (what, value) in &others {
        push(what, &|parent, last| {
            if let Some(place) = child(parent, last) {
                *place = value.clone();
            }
        });
    }
    all
}

/// Lists every path of a value: keys and indices from the root.
///
/// ```
/// use serde_json::json;
/// use vochi_crm_core::testing::places;
/// assert_eq!(places(&json!({"a": [1]})), [vec!["a"], vec!["a", "0"]]);
/// ```
pub fn places(value: &Value) -> Vec<Vec<String>> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (step, value) in children {
        all.push(vec![step.clone()]);
        all.extend(places(value).into_iter().map(|mut path| {
            path.insert(0, step.clone());
            path
        }));
    }
    all
}

/// The child value of a step.
pub(super) fn child<'a>(parent: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    match parent {
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        map => map.get_mut(step),
    }
}

fn take(parent: &mut Value, step: &str) -> Option<Value> {
    match parent {
        Value::Array(list) => {
            let index = step.parse().ok()?;
            (index < list.len()).then(|| list.remove(index))
        }
        Value::Object(map) => map.remove(step),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    #[test]
    fn every_place_is_changed_in_every_way() {
        let all = mutations(&json!({"a": [{"b": 1}]}));
        let places: Vec<String> =
            all.iter().step_by(12).map(|mutation| mutation.path.join(".")).collect();
        assert_eq!(places, ["a", "a.0", "a.0.b"]);
        assert_eq!(all.len(), 36);
        assert_eq!(all[0].body, Value::Object(Map::new()));
        assert_eq!(all[25].body, json!({"a": [{"b_2": 1}]}));
    }
}
