//! Answers with one thing wrong at a time.

use std::fmt::Debug;

use serde_json::{Map, Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::http::{Answer, Endpoint};
use vochi_crm_core::wire::Items;

use super::fixture::Fixture;

/// An answer with one thing changed.
pub(crate) struct Mutation {
    /// Where: keys and indices from the root on.
    pub(crate) path: Vec<String>,
    /// What was done there.
    pub(crate) what: &'static str,
    pub(crate) body: Value,
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

/// Shows that one wrong thing in an answer with a list under `key` costs the row it is in at most,
/// and nothing but a wrong id costs that. `rows` takes the list out of what was read.
pub(crate) fn page_survives<E, T>(
    fixture: &str,
    answer: &str,
    key: &str,
    operation: &E,
    rows: fn(E::Output) -> Items<T>,
) where
    E: Endpoint,
    T: PartialEq + Debug,
{
    let body = Fixture::open(fixture).body(answer);
    let read = |body: &Value| rows(operation.decode(&Answer::ok_json(body)).unwrap());
    let whole = read(&body);
    assert_eq!(whole.broken, [], "{fixture}");
    assert_eq!(Some(whole.good.len()), body[key].as_array().map(Vec::len));
    for mutation in mutations(&body) {
        let place = format!("{fixture}: {} {}", mutation.path.join("."), mutation.what);
        let outcome = operation.decode(&Answer::ok_json(&mutation.body));
        let found = rows(outcome.unwrap_or_else(|error| panic!("{place}: {error}")));
        let steps: Vec<&str> = mutation.path.iter().map(String::as_str).collect();
        match steps.as_slice() {
            [list] if *list == key => {}
            [list, row, rest @ ..] if *list == key => {
                let row: usize = row.parse().unwrap();
                let others = whole.good.iter().enumerate();
                for (_, other) in others.filter(|(index, _)| *index != row) {
                    assert!(found.good.contains(other), "{place}");
                }
                if !rest.is_empty() {
                    let count = found.good.len() + found.broken.len();
                    assert_eq!(count, whole.good.len(), "{place}");
                    let kept = found.broken.is_empty();
                    assert!(kept || rest == ["id"], "{place}");
                }
            }
            _ => assert_eq!(found, whole, "{place}"),
        }
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
