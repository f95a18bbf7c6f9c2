//! Every recorded response with one change at a time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::operation::Rows;
use super::report::Report;
use super::{CrmUnderTest, Operation};
use crate::error::{ErrorKind, Result};
use crate::http::Response;
use crate::testing::mutation::{child, mutations_at};
use crate::testing::{Fixture, Mutation, mutations, places};

/// A recorded response with a JSON body.
struct Sample {
    case: String,
    response: Response,
    body: Value,
}

impl Sample {
    fn with(&self, body: &Value) -> Response {
        let mut response = self.response.clone();
        response.body = body.to_string().into();
        response
    }
}

/// The samples of an operation with a success status or without, if they are JSON.
fn samples<S: CrmUnderTest>(row: &Operation<S>, success: bool) -> Vec<Sample> {
    let mut all = Vec::new();
    for body in row.bodies.iter().filter(|_| success) {
        let response = Response::ok_json(body);
        all.push(Sample { case: row.title(), response, body: body.clone() });
    }
    for name in row.samples {
        for (answer, response) in Fixture::open(S::FIXTURES, name).responses() {
            let body = serde_json::from_slice::<Value>(&response.body);
            let body = body.ok().filter(|body| body.is_object() || body.is_array());
            if let Some(body) = body.filter(|_| S::is_success(&response) == success) {
                all.push(Sample { case: format!("{name} {answer}"), response, body });
            }
        }
    }
    all
}

/// An outcome: printed, and its rows if it is a list.
struct Seen {
    whole: String,
    rows: Option<Rows>,
}

fn read<S: CrmUnderTest>(row: &Operation<S>, response: &Response) -> Result<Seen> {
    let whole = row.decode(response)?;
    let rows = row.list.as_ref().map(|list| (list.read)(response)).transpose()?;
    Ok(Seen { whole, rows })
}

/// The value at a path.
fn at<'a>(body: &'a Value, path: &[String]) -> &'a Value {
    let step = |value: &'a Value, step: &String| match value {
        Value::Array(list) => &list[step.parse::<usize>().unwrap()],
        map => &map[step.as_str()],
    };
    path.iter().fold(body, step)
}

/// A copy of the body with a change at a path.
fn changed(body: &Value, path: &[String], change: impl FnOnce(&mut Value)) -> Value {
    let mut body = body.clone();
    change(path.iter().fold(&mut body, |value, step| child(value, step).unwrap()));
    body
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

fn keys(list: &Value) -> Vec<String> {
    match list {
        Value::Array(rows) => (0..rows.len()).map(|index| index.to_string()).collect(),
        Value::Object(rows) => rows.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Returns true if a text is in a printed outcome, as a whole word.
fn contains_word(whole: &str, text: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !text.is_empty()
        && whole.match_indices(text).any(|(at, _)| {
            let (before, after) = (&whole[..at], &whole[at + text.len()..]);
            !inside(before.chars().next_back()) && !inside(after.chars().next())
        })
}

/// The texts and numbers that occur once in a response and are in its outcome, with their places.
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

/// Returns true if a required place may have this value nevertheless: an object for an object, any
/// collection for a list, any other text for a text.
fn may_stand_for(required: &Value, mutation: &Mutation) -> bool {
    let what = mutation.what;
    match required {
        Value::Array(_) => what.ends_with("list") || what.ends_with("map"),
        Value::Object(_) => what.ends_with("map"),
        Value::String(_) => what == "a text" || what.ends_with("number"),
        _ => false,
    }
}

/// The outcomes of a response and of a changed one.
struct Compared<'a, S: CrmUnderTest> {
    row: &'a Operation<S>,
    body: &'a Value,
    mutation: &'a Mutation,
    case: String,
    before: &'a Seen,
    after: Seen,
}

impl<S: CrmUnderTest> Compared<'_, S> {
    /// The place of everything that may be lost with the wrong value.
    fn lost(&self) -> Vec<String> {
        let wrong = &self.mutation.path;
        let carried = self.row.carries.iter().find(|(vital, _)| names(vital, wrong));
        match carried {
            Some((_, lost)) => wrong[..lost.split('.').count()].to_vec(),
            None => wrong.clone(),
        }
    }

    /// Checks that all other values are still there.
    fn check_other_values(&self, report: &mut Report, unique: &[(Vec<String>, String)]) {
        if self.after.whole == self.before.whole {
            return;
        }
        let lost = self.lost();
        for (place, text) in unique {
            let kept = place.starts_with(&lost) || contains_word(&self.after.whole, text);
            report.holds(&self.case, kept, || format!("{} is lost too", place.join(".")));
        }
        for nothing in [r#"Other("")"#, r#"Some("")"#] {
            let empty = self.after.whole.contains(nothing);
            let whole =
                || format!("an unreadable value is empty, not absent: {}", self.after.whole);
            report.holds(&self.case, !empty, whole);
        }
    }

    /// Checks that a wrong row costs no other row, and a wrong value its row only if it carries it.
    /// A value that is not an object is never a row.
    fn check_rows(&self, report: &mut Report) {
        let (Some(list), Some(before), Some(after)) =
            (&self.row.list, &self.before.rows, &self.after.rows)
        else {
            return;
        };
        let case = &self.case;
        match self.mutation.path.as_slice() {
            [key] if key == list.place => {}
            [key, index, rest @ ..] if key == list.place => {
                let others = keys(&self.body[list.place]).into_iter().zip(&before.good);
                for (_, other) in others.filter(|(key, _)| key != index) {
                    let kept = after.good.contains(other);
                    report.holds(case, kept, || "another row is lost".to_owned());
                }
                let all = before.good.len();
                if !rest.is_empty() {
                    report.equal(case, "all rows", after.good.len() + after.broken, all);
                    let carries = self.lost() != self.mutation.path;
                    let kept = carries || after.broken == 0;
                    report.holds(case, kept, || "the row is lost".to_owned());
                } else if !self.mutation.what.ends_with("map") && self.mutation.what != "renamed" {
                    report.equal(case, "the other rows", after.good.len(), all - 1);
                }
            }
            _ => report.equal(case, "the rows", after, before),
        }
    }
}

/// A wrong value in a response costs that value, and the result only if it is required.
pub async fn wrong_value_costs_itself<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for sample in samples(row, true) {
            let before = read(row, &sample.response);
            let Ok(before) = before else {
                report.holds(&sample.case, false, || format!("{:?}", before.err()));
                continue;
            };
            if let (Some(list), Some(rows)) = (&row.list, &before.rows) {
                let all = keys(&sample.body[list.place]).len();
                report.equal(&sample.case, "the rows", (rows.good.len(), rows.broken), (all, 0));
            }
            let unique = unique_values(&sample.body, &before.whole);
            for mutation in &mutations(&sample.body) {
                check_mutation(&mut report, row, &sample, mutation, &before, &unique);
            }
        }
    }
    report.finish();
}

fn check_mutation<S: CrmUnderTest>(
    report: &mut Report,
    row: &Operation<S>,
    sample: &Sample,
    mutation: &Mutation,
    before: &Seen,
    unique: &[(Vec<String>, String)],
) {
    let path = mutation.path.join(".");
    let case = format!("{} {path} {}", sample.case, mutation.what);
    let required = row.required.contains(&path.as_str());
    let response = sample.with(&mutation.body);
    let success = S::is_success(&response) || S::VERDICT.contains(&mutation.path[0].as_str());
    report.holds(&case, success, || "it is a refusal".to_owned());
    match read(row, &response) {
        Ok(after) => {
            let whole = at(&sample.body, &mutation.path);
            let of_rows = row.list.as_ref().is_some_and(|list| path == list.place);
            let collection = ["list", "map"].iter().any(|kind| mutation.what.ends_with(kind));
            let stands = of_rows && collection
                || may_stand_for(whole, mutation)
                || keys(whole).is_empty() && !is_scalar(whole);
            report.holds(&case, !required || stands, || format!("read as {}", after.whole));
            let compared = Compared { row, body: &sample.body, mutation, case, before, after };
            compared.check_other_values(report, unique);
            compared.check_rows(report);
        }
        Err(error) => {
            report.holds(&case, required, || error.to_string());
            report.equal(&case, "the kind", error.kind(), ErrorKind::Decode);
            let named = error.message().contains(&mutation.path[0]) || mutation.is_gone();
            report.holds(&case, named, || format!("the place is not named: {error}"));
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// A number or a flag sent as a text means the same.
pub async fn scalar_as_text_means_the_same<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for sample in samples(row, true) {
            let before = row.decode(&sample.response).unwrap_or_default();
            for path in places(&sample.body) {
                let text = match at(&sample.body, &path) {
                    Value::Number(number) => number.to_string(),
                    Value::Bool(flag) => flag.to_string(),
                    _ => continue,
                };
                if row.raw.iter().any(|raw| is_within(raw, &path)) {
                    continue;
                }
                let body = changed(&sample.body, &path, |place| *place = Value::from(text));
                let after = row.decode(&sample.with(&body));
                let case = format!("{} {}", sample.case, path.join("."));
                report.holds(case, after.as_ref().is_ok_and(|after| *after == before), || {
                    format!("{after:?}, must be {before}")
                });
            }
        }
    }
    report.finish();
}

/// A field that is not known changes nothing.
pub async fn unknown_field_changes_nothing<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for sample in samples(row, true) {
            let before = row.decode(&sample.response).unwrap_or_default();
            let objects = std::iter::once(Vec::new()).chain(places(&sample.body));
            for path in objects.filter(|path| at(&sample.body, path).is_object()) {
                // A map by code has elements, not fields.
                let elements = row.list.as_ref().is_some_and(|list| path == [list.place]);
                let kept = row.keeps_unknown.iter().any(|place| is_within(place, &path));
                if elements || kept || row.raw.iter().any(|raw| is_within(raw, &path)) {
                    continue;
                }
                let body = changed(&sample.body, &path, |place| {
                    place["brandNew"] = json!([{"id": "?"}]);
                });
                let after = row.decode(&sample.with(&body));
                let case = format!("{} {}", sample.case, path.join("."));
                report.holds(case, after.as_ref().is_ok_and(|after| *after == before), || {
                    format!("{after:?}, must be {before}")
                });
            }
        }
    }
    report.finish();
}

/// Many wrong values at once are a result or an error about the response.
pub async fn many_wrong_values_are_a_result_or_an_error<S: CrmUnderTest>() {
    let mut report = Report::default();
    let mut random = fastrand::Rng::with_seed(7);
    for row in &S::operations() {
        for sample in samples(row, true) {
            for round in 0..8 {
                let mut body = sample.body.clone();
                for _ in 0..random.usize(2..6) {
                    let places = places(&body);
                    if places.is_empty() {
                        break;
                    }
                    let mut all = mutations_at(&body, &places[random.usize(..places.len())]);
                    body = all.swap_remove(random.usize(..all.len())).body;
                    if let Err(error) = read(row, &sample.with(&body)) {
                        let status = format!("HTTP {}", sample.response.status.as_u16());
                        let explained =
                            error.kind() == ErrorKind::Decode && error.message().contains(&status);
                        let case = format!("{} round {round}: {body}", sample.case);
                        report.holds(case, explained, || error.to_string());
                    }
                }
            }
            report.holds(&sample.case, true, String::new);
        }
    }
    report.finish();
}

/// A body of another type is no response of an operation that needs an object.
pub async fn other_body_type_is_unreadable<S: CrmUnderTest>() {
    use super::Needs;
    let mut report = Report::default();
    for row in S::operations() {
        if matches!(row.needs, Needs::Nothing | Needs::Success) {
            continue;
        }
        for body in [json!(["a", "b", "c"]), json!("text"), json!(7), json!(null), json!(true)] {
            let read = row.decode(&Response::ok_json(&body));
            report.holds(row.title(), read.is_err(), || format!("{body} is read as {read:?}"));
        }
    }
    report.finish();
}

/// A wrong value in a refusal does not make it a success.
pub async fn wrong_value_in_a_refusal_keeps_it<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for sample in samples(row, false) {
            for mutation in mutations(&sample.body) {
                let refused = !S::is_success(&sample.with(&mutation.body));
                let decides = S::VERDICT.contains(&mutation.path[0].as_str());
                let may_differ = decides && sample.response.is_success();
                let case = format!("{} {} {}", sample.case, mutation.path.join("."), mutation.what);
                report.holds(case, refused || may_differ, || "it is a success".to_owned());
            }
        }
    }
    report.finish();
}

/// Every fixture is a sample of an operation, or tested elsewhere.
pub async fn every_fixture_is_used<S: CrmUnderTest>() {
    let mut report = Report::default();
    let rows = S::operations();
    let used: BTreeSet<&str> = rows.iter().flat_map(|row| row.samples).copied().collect();
    let elsewhere: BTreeSet<&str> = S::OTHER_FIXTURES.iter().map(|(name, _)| *name).collect();
    for name in Fixture::names(S::FIXTURES) {
        let (used, elsewhere) = (used.contains(&*name), elsewhere.contains(&*name));
        report.holds(&name, used != elsewhere, || format!("sample: {used}, other: {elsewhere}"));
    }
    report.finish();
}

/// Every recorded success can be read, also one that is no JSON.
pub async fn recorded_success_is_readable<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let mut read = row.samples.is_empty();
        for name in row.samples {
            for (answer, response) in Fixture::open(S::FIXTURES, name).responses() {
                if S::is_success(&response) {
                    let outcome = row.decode(&response);
                    let case = format!("{name} {answer}");
                    report.holds(case, outcome.is_ok(), || format!("{outcome:?}"));
                    read = true;
                }
            }
        }
        report.holds(row.title(), read, || "no sample is a success".to_owned());
    }
    report.finish();
}
