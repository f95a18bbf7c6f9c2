//! The table of operations against the sources, the types and the requests.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use url::form_urlencoded;

use super::attempt::scripted;
use super::report::Report;
use super::{CrmUnderTest, SPECIAL_TEXT};
use crate::connector::Cx;
use crate::error::{Effect, ErrorKind, TryAgain};
use crate::http::{Access, ApiRequest};

/// Every type of the sources that implements an operation has a row.
pub async fn every_operation_is_listed<S: CrmUnderTest>() {
    let mut report = Report::default();
    let rows = S::operations();
    let listed: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.type_name.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    let found = operations_in(Path::new(S::SOURCES), S::TRAITS);
    report.holds(S::SOURCES, found.len() > 1, || format!("no operations, only {found:?}"));
    for name in found.iter().filter(|name| !S::WRAPPERS.contains(&name.as_str())) {
        let is_listed = listed.contains(name.as_str());
        report.holds(name, is_listed, || "it is an operation without a row".to_owned());
    }
    for row in &rows {
        let written = row.type_name.split(|c: char| !c.is_alphanumeric() && c != '_');
        let exists = written.into_iter().any(|word| found.contains(word));
        report.holds(row.title(), exists, || "it is not in the sources".to_owned());
    }
    report.finish();
}

/// The types that implement one of the traits, in all files of a folder.
fn operations_in(folder: &Path, traits: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            names.extend(operations_in(&path, traits));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            names.extend(operations_of(&std::fs::read_to_string(&path).unwrap(), traits));
        }
    }
    names
}

/// The types after `<trait> for` in a source without comments, also of headers in several lines and
/// inside macros.
fn operations_of(source: &str, traits: &[&str]) -> Vec<String> {
    let code: Vec<&str> =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join(" ");
    let words: Vec<&str> = code.split_whitespace().collect();
    let is_trait = |word: &str| traits.iter().any(|name| word.rsplit("::").next() == Some(*name));
    words
        .windows(3)
        .filter(|words| is_trait(words[0]) && words[1] == "for")
        .map(|words| {
            let path = words[2].split(['<', '{']).next().unwrap_or_default();
            path.rsplit("::").next().unwrap_or_default().to_owned()
        })
        // Not a type: a parameter of a blanket implementation.
        .filter(|name| name.len() > 1)
        .collect()
}

/// Repeat class and limit class of the sources are the declared ones; reads, and only reads, are safe and sent by
/// `GET`.
pub async fn declared_repeat_is_true<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let case = row.title();
        report.equal(&case, "the repeat class", row.erased.repeat(), row.repeat);
        report.equal(&case, "the limit class", row.erased.class(), row.class);
        let access = row.erased.access();
        report.equal(&case, "the access", access, Access::from(row.repeat));
        let gets = row.request().is_ok_and(|request| request.method() == "GET");
        report.equal(&case, "GET", gets, access == Access::Read && !row.reads_by_post);
    }
    report.finish();
}

/// The audit log's subject of a write names no client; a read has no subject. The table's client has
/// the number +375291112233.
pub async fn subject_of_a_write_is_not_personal<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let subject = row.erased.subject().unwrap_or_default();
        let personal = subject.contains("291112233");
        report.holds(row.title(), !personal, || subject.clone());
        let none = row.erased.access() == Access::Write || subject.is_empty();
        report.holds(row.title(), none, || format!("a read with the subject {subject}"));
    }
    report.finish();
}

/// A dry run can read the response it plans.
pub async fn planned_response_is_readable<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let planned = row.planned();
        let read = row.decode(&planned);
        report.holds(row.title(), read.is_ok(), || format!("{read:?}"));
        let success = S::is_success(&planned);
        report.holds(row.title(), success, || format!("the plan is a refusal: {planned:?}"));
    }
    report.finish();
}

/// An invalid value is an error before anything is sent.
pub async fn invalid_value_is_refused<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for invalid in &row.invalid {
            let case = format!("{}: {}", row.title(), invalid.what);
            let (client, script) = scripted::<S>(row.account_name(), []);
            let result = invalid.operation.send(&client, &Cx::history()).await;
            report.equal(&case, "the number of requests", script.played().len(), 0);
            let Err(error) = result else {
                report.holds(&case, false, || format!("{result:?}"));
                continue;
            };
            report.equal(&case, "the kind", error.kind(), ErrorKind::Input);
            report.equal(&case, "the effect", error.effect(), Effect::NotApplied);
            report.equal(&case, "error.try_again()", error.try_again(), TryAgain::Never);
            report.equal(&case, "error.attempts()", error.attempts(), 0);
            let begin = format!("{}: {}: ", S::ACCOUNT, invalid.operation.name());
            let text = error.to_string();
            let named = text.starts_with(&begin) && error.message().contains(invalid.message);
            report.holds(&case, named, || format!("no {:?} in {text}", invalid.message));
        }
    }
    report.finish();
}

/// Every operation has an invalid value, or a reason why its types admit none.
pub async fn every_operation_has_invalid_values_or_a_reason<S: CrmUnderTest>() {
    let mut report = Report::default();
    let rows = S::operations();
    for row in &rows {
        let same = || rows.iter().filter(|other| other.type_name == row.type_name);
        let refuses = same().any(|row| !row.invalid.is_empty());
        let reason = same().any(|row| row.always_valid.is_some());
        report.holds(row.title(), refuses != reason, || {
            format!("invalid values: {refuses}, a reason for none: {reason}")
        });
    }
    report.finish();
}

/// Control characters, both writing directions and all delimiters are escaped, and the text arrives
/// as it is.
pub async fn special_text_is_sent_unchanged<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for special in &row.special {
            let request = match special.request() {
                Ok(request) => request,
                Err(error) => {
                    report.holds(row.title(), false, || error.to_string());
                    continue;
                }
            };
            let body = request.body_ref().encode();
            let body = String::from_utf8_lossy(&body);
            let url = format!("{}?{}", request.path(), request.query_string());
            let plain = url.chars().all(|c| c.is_ascii_graphic());
            report.holds(row.title(), plain, || format!("the URL is not escaped: {url:?}"));
            let is_form = request.body_ref().content_type().is_some_and(|it| it.contains("form"));
            let escaped =
                if is_form { body.chars().all(|c| c.is_ascii_graphic()) } else { is_plain(&body) };
            report.holds(row.title(), escaped, || format!("the body is not escaped: {body:?}"));
            let texts = texts_of(&request, &body);
            let arrives = texts.iter().any(|text| text == SPECIAL_TEXT);
            report.holds(row.title(), arrives, || format!("the text differs: {texts:?}"));
        }
    }
    report.finish();
}

fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

/// Every name and text of the query, of a form, and of JSON in them or in the body.
fn texts_of(request: &ApiRequest, body: &str) -> Vec<String> {
    let query = request.query_string();
    let pairs = [query.as_str(), body]
        .map(|form| form_urlencoded::parse(form.as_bytes()).map(|(_, value)| value.into_owned()));
    let mut texts: Vec<String> = pairs.into_iter().flatten().collect();
    let values: Vec<Value> = texts
        .iter()
        .map(String::as_str)
        .chain([body])
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    for value in &values {
        collect_texts(value, &mut texts);
    }
    texts
}

pub(super) fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| collect_texts(one, texts)),
        Value::Object(map) => {
            texts.extend(map.keys().cloned());
            map.values().for_each(|one| collect_texts(one, texts));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_in_any_form() {
        let source = "
            impl Operation for GetUser {}
            impl<O: Operation> Operation for Plain<'_, O> {}
            impl http::Operation for model::Task{}
            // impl Operation for Comment {}
            impl<F>
                Operation
                for Long<F>
            where
                F: Filter,
            {}
            macro_rules! get { () => { impl Operation for $name {} } }
            impl<T: Operation> Blanket for T {}
            impl<O> Operation for O {}
            impl Filter for UserFilter {}";
        let found = operations_of(source, &["Operation"]);
        assert_eq!(found, ["GetUser", "Plain", "Task", "Long", "$name"]);
        assert_eq!(operations_of(source, &["Filter"]), ["UserFilter"]);
    }
}
