//! Answers with one thing wrong at a time.

mod answers;
mod refusals;
mod table;

use serde_json::{Map, Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::http::{Answer, Endpoint};

use super::fixture::Fixture;

/// An answer with one thing changed.
pub(crate) struct Mutation {
    /// Where: keys and indices from the root on.
    pub(crate) path: Vec<String>,
    /// What was done there.
    pub(crate) what: &'static str,
    pub(crate) body: Value,
}

impl Mutation {
    /// Whether the place is no longer there.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.what, "dropped" | "renamed")
    }
}

/// Every field and element of an answer, dropped, renamed and as every other type.
pub(crate) fn mutations(body: &Value) -> Vec<Mutation> {
    let mut all = Vec::new();
    for path in paths(body) {
        let mut push = |what, change: &dyn Fn(&mut Value, &str)| {
            let mut body = body.clone();
            let (last, way) = path.split_last().unwrap();
            let mut parent = &mut body;
            for step in way {
                parent = child(parent, step);
            }
            change(parent, last);
            all.push(Mutation {
                path: path.clone(),
                what,
                body,
            });
        };
        push("dropped", &|parent, last| {
            take(parent, last);
        });
        push("renamed", &|parent, last| {
            if let (Some(value), Value::Object(map)) = (take(parent, last), parent) {
                map.insert(format!("{last}_2"), value);
            }
        });
        for (what, value) in [
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
        ] {
            push(what, &|parent, last| {
                *child(parent, last) = value.clone();
            });
        }
    }
    all
}

/// Every place in an answer: keys and indices from the root on.
fn paths(value: &Value) -> Vec<Vec<String>> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (step, value) in children {
        all.push(vec![step.clone()]);
        all.extend(paths(value).into_iter().map(|mut path| {
            path.insert(0, step.clone());
            path
        }));
    }
    all
}

/// The value one step further.
fn child<'a>(parent: &'a mut Value, step: &str) -> &'a mut Value {
    match parent {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        map => map.get_mut(step).unwrap(),
    }
}

fn take(parent: &mut Value, step: &str) -> Option<Value> {
    match parent {
        Value::Array(list) => Some(list.remove(step.parse::<usize>().unwrap())),
        Value::Object(map) => map.remove(step),
        _ => None,
    }
}

/// Shows that one wrong thing in an answer costs nothing but itself, save the places in `vital`,
/// where the answer cannot be read and says so.
pub(crate) fn answer_survives<E: Endpoint>(
    fixture: &str,
    answer: &str,
    operation: &E,
    vital: &[&str],
) {
    let body = Fixture::open(fixture).body(answer);
    assert!(operation.decode(&Answer::ok_json(&body)).is_ok());
    for mutation in mutations(&body) {
        let path = mutation.path.join(".");
        let place = format!("{fixture}: {path} {}", mutation.what);
        match operation.decode(&Answer::ok_json(&mutation.body)) {
            Ok(_) => {}
            Err(error) => {
                assert!(vital.contains(&path.as_str()), "{place}: {error}");
                assert_eq!(error.kind(), ErrorKind::Decode, "{place}");
            }
        }
    }
}

#[test]
fn every_place_is_changed_in_every_way() {
    let all = mutations(&json!({"a": [{"b": 1}]}));
    let places: Vec<String> = all
        .iter()
        .step_by(12)
        .map(|mutation| mutation.path.join("."))
        .collect();
    assert_eq!(places, ["a", "a.0", "a.0.b"]);
    assert_eq!(all.len(), 36);
    assert_eq!(all[0].body, Value::Object(Map::new()));
    assert_eq!(all[25].body, json!({"a": [{"b_2": 1}]}));
}
