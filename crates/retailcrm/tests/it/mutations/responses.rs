//! Every success response of the fixtures, with one mutation.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use vochi_crm_core::ErrorKind;
use vochi_crm_core::testing::{Mutation, mutations, places};

use super::super::fixture::Fixture;
use super::table::{Case, Seen, cases};

/// The child value of a step.
fn child<'a>(parent: &'a mut Value, step: &str) -> &'a mut Value {
    match parent {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        map => map.get_mut(step).unwrap(),
    }
}

/// Every success response of the fixture.
fn success_responses(case: &Case) -> Vec<(String, Value)> {
    let responses: Vec<(String, Value)> = Fixture::open(case.fixture)
        .bodies()
        .into_iter()
        .filter(|(_, status, body)| *status < 300 && body["success"] == true)
        .map(|(name, _, body)| (name, body))
        .collect();
    assert!(!responses.is_empty(), "{} has no good answer", case.fixture);
    responses
}

/// Returns true if a pattern with `*` for an index or a key matches this place.
fn names(pattern: &str, place: &[String]) -> bool {
    let steps: Vec<&str> = pattern.split('.').collect();
    let same = |(wanted, step): (&&str, &String)| *wanted == "*" || wanted == step;
    steps.len() == place.len() && steps.iter().zip(place).all(same)
}

/// Returns true if a pattern matches this place or one around it.
fn is_within(pattern: &str, place: &[String]) -> bool {
    (1..=place.len()).any(|length| names(pattern, &place[..length]))
}

/// The texts and numbers that occur once in a response and are in its output, with their places.
fn unique_values(body: &Value, whole: &str) -> Vec<(Vec<String>, String)> {
    let mut by_text = BTreeMap::<String, Vec<Vec<String>>>::new();
    for path in places(body) {
        let text = match at(body, &path) {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        by_text.entry(text).or_default().push(path);
    }
    by_text
        .into_iter()
        .filter(|(text, places)| places.len() == 1 && contains_word(whole, text))
        .map(|(text, mut places)| (places.remove(0), text))
        .collect()
}

/// Returns true if the text is in the output, as a whole word.
fn contains_word(whole: &str, text: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !text.is_empty()
        && whole.match_indices(text).any(|(at, _)| {
            let (before, after) = (&whole[..at], &whole[at + text.len()..]);
            !inside(before.chars().next_back()) && !inside(after.chars().next())
        })
}

/// The outputs of the original response and of the mutated one.
struct Compared<'a> {
    case: &'a Case,
    body: &'a Value,
    mutation: &'a Mutation,
    place: String,
    before: &'a Seen,
    after: Seen,
}

impl Compared<'_> {
    /// Asserts that all other values are unchanged.
    fn check_other_values(&self, unique: &[(Vec<String>, String)]) {
        if self.after.whole == self.before.whole {
            return;
        }
        let lost = self.lost();
        for (place, text) in unique {
            let kept = place.starts_with(&lost) || contains_word(&self.after.whole, text);
            assert!(kept, "{}: {} is lost too", self.place, place.join("."));
        }
    }

    /// Asserts that unreadable values are absent, not empty.
    fn check_no_empty_values(&self) {
        for nothing in [r#"Other("")"#, r#"Some("")"#] {
            let whole = &self.after.whole;
            assert!(!whole.contains(nothing), "{}: {whole}", self.place);
        }
    }

    /// The place of everything that may be lost with the mutated value.
    fn lost(&self) -> Vec<String> {
        let wrong = &self.mutation.path;
        let carried = self.case.carries.iter().find(|(vital, _)| names(vital, wrong));
        match carried {
            Some((_, lost)) => wrong[..lost.split('.').count()].to_vec(),
            None => wrong.clone(),
        }
    }

    /// Asserts that a mutated row loses no other row, and itself only if the mutated value is
    /// vital. A value that is not an object is never read as a row.
    fn check_the_rows(&self) {
        let Some(list) = self.case.list else {
            return;
        };
        let (before, after, place) = (self.before, &self.after, &self.place);
        match self.mutation.path.as_slice() {
            [key] if key == list => {}
            [key, row, rest @ ..] if key == list => {
                let others = keys(&self.body[list]).into_iter().zip(&before.rows);
                for (_, other) in others.filter(|(key, _)| key != row) {
                    assert!(after.rows.contains(other), "{place}: another row is lost");
                }
                let vital = self.lost() != self.mutation.path;
                let all = before.rows.len();
                if !rest.is_empty() {
                    assert_eq!(after.rows.len() + after.broken, all, "{place}");
                    assert!(vital || after.broken == 0, "{place}: the row is lost");
                } else if !self.mutation.what.ends_with("map") && self.mutation.what != "renamed" {
                    assert_eq!(after.rows.len(), all - 1, "{place}: it is not a row");
                }
            }
            _ => assert_eq!(after.rows, before.rows, "{place}"),
        }
    }
}

fn keys(list: &Value) -> Vec<String> {
    match list {
        Value::Array(rows) => (0..rows.len()).map(|index| index.to_string()).collect(),
        Value::Object(rows) => rows.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Returns true if a vital place may have this value nevertheless: an object for an object, any
/// collection for a list.
fn may_stand_for(vital: &Value, what: &str) -> bool {
    match vital {
        Value::Array(_) => what.ends_with("list") || what.ends_with("map"),
        Value::Object(_) => what.ends_with("map"),
        _ => false,
    }
}

fn at<'a>(body: &'a Value, path: &[String]) -> &'a Value {
    let step = |value: &'a Value, step: &String| match value {
        Value::Array(list) => &list[step.parse::<usize>().unwrap()],
        map => &map[step.as_str()],
    };
    path.iter().fold(body, step)
}

#[test]
fn mutated_response_loses_only_the_mutated_value() {
    for case in cases() {
        for (name, body) in success_responses(&case) {
            let before = (case.read)(&body).unwrap();
            assert_eq!(before.broken, 0, "{} {name}", case.fixture);
            if let Some(list) = case.list {
                assert_eq!(before.rows.len(), keys(&body[list]).len(), "{}", case.fixture);
            }
            let unique = unique_values(&body, &before.whole);
            for mutation in &mutations(&body) {
                let path = mutation.path.join(".");
                let place = format!("{} {name}: {path} {}", case.fixture, mutation.what);
                let vital = case.vital.contains(&path.as_str());
                match (case.read)(&mutation.body) {
                    Ok(after) => {
                        let stands = may_stand_for(at(&body, &mutation.path), mutation.what);
                        let nothing = keys(at(&body, &mutation.path)).is_empty();
                        assert!(!vital || stands || nothing, "{place}: read as {after:?}");
                        let compared = Compared {
                            case: &case,
                            body: &body,
                            mutation,
                            place,
                            before: &before,
                            after,
                        };
                        compared.check_other_values(&unique);
                        compared.check_the_rows();
                        compared.check_no_empty_values();
                    }
                    Err(error) => {
                        assert!(vital, "{place}: {error}");
                        assert_eq!(error.kind(), ErrorKind::Decode, "{place}");
                        let wrong = &mutation.path[0];
                        let message = error.message();
                        assert!(
                            message.contains(wrong) || mutation.is_gone(),
                            "{place}: {message}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn numbers_and_flags_as_text_are_equal() {
    for case in cases() {
        for (name, body) in success_responses(&case) {
            let before = (case.read)(&body).unwrap();
            for path in places(&body) {
                let text = match at(&body, &path) {
                    Value::Number(number) => number.to_string(),
                    Value::Bool(flag) => flag.to_string(),
                    _ => continue,
                };
                if case.raw.iter().any(|raw| is_within(raw, &path)) {
                    continue;
                }
                let mut changed = body.clone();
                let mut place = &mut changed;
                for step in &path {
                    place = child(place, step);
                }
                *place = Value::from(text);
                let after = (case.read)(&changed).unwrap();
                let place = format!("{} {name}: {}", case.fixture, path.join("."));
                assert_eq!(after.whole, before.whole, "{place}");
            }
        }
    }
}

#[test]
fn unknown_field_changes_nothing() {
    for case in cases() {
        for (name, body) in success_responses(&case) {
            let before = (case.read)(&body).unwrap();
            let objects = std::iter::once(Vec::new()).chain(places(&body));
            for path in objects.filter(|path| at(&body, path).is_object()) {
                // A map by code has elements, not fields; a module keeps every field for writing.
                let of_elements = case.list.is_some_and(|list| path == [list]);
                let kept = case.raw.iter().any(|raw| is_within(raw, &path));
                if of_elements || kept || path.first().is_some_and(|key| key == "integrationModule")
                {
                    continue;
                }
                let mut changed = body.clone();
                let mut place = &mut changed;
                for step in &path {
                    place = child(place, step);
                }
                place["brandNew"] = serde_json::json!([{"id": "?"}]);
                let after = (case.read)(&changed).unwrap();
                let place = format!("{} {name}: {}", case.fixture, path.join("."));
                assert_eq!(after.whole, before.whole, "{place}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Repeated mutations, until little is left of the response.
    #[test]
    fn many_mutations_are_a_result_or_an_error(
        which in any::<prop::sample::Index>(),
        steps in prop::collection::vec(any::<prop::sample::Index>(), 2..6),
    ) {
        let cases = cases();
        let case = which.get(&cases);
        for (name, mut body) in success_responses(case) {
            for step in &steps {
                let mut all = mutations(&body);
                if all.is_empty() {
                    break;
                }
                body = all.swap_remove(step.index(all.len())).body;
                if let Err(error) = (case.read)(&body) {
                    prop_assert_eq!(error.kind(), ErrorKind::Decode, "{} {}", case.fixture, name);
                    prop_assert!(error.message().contains("HTTP 200"), "{}", error);
                }
            }
        }
    }
}
