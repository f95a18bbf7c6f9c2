//! Filters of lists: `filter[name]=…`, `filter[name][]=…`.

use serde_json::Value;

use super::checks::RequestContext;
use super::store::{Fields, values};

/// Last digits that a search compares: the national number, so that `+375291112233` finds `8 (029)
/// 111-22-33`.
const COMPARED_DIGITS: usize = 9;
/// With fewer digits, a search text is part of a name.
const MIN_DIGITS: usize = 5;

/// A filter: name, form of its value, and how it selects entities.
pub(super) type Filter = (&'static str, Form, By);

/// How a filter selects entities.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// The value at this path is the wanted one.
    Is(&'static str),
    /// The text at this path has the wanted part, in any case.
    Part(&'static str),
    /// The time at this path is not before the wanted one; times of the CRM sort as text.
    From(&'static str),
    /// The time at this path is not after the wanted one, or is on that day.
    Until(&'static str),
    /// A function decides.
    Check(fn(&RequestContext<'_>, &Fields, &str) -> bool),
    /// It is accepted without effect.
    Nothing,
}

/// Form of a filter's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Flag,
    /// Status of an employee.
    Status,
    /// Status of a task.
    Progress,
    Date,
    Number,
    Texts,
    Numbers,
    /// `filter[customFields][code]=…`
    Fields,
}

impl By {
    fn matches(self, cx: &RequestContext<'_>, entity: &Fields, wanted: &str) -> bool {
        let any =
            |path: &str, test: &dyn Fn(&Value) -> bool| values(entity, path).into_iter().any(test);
        let text =
            |path, test: &dyn Fn(&str) -> bool| any(path, &|it| it.as_str().is_some_and(test));
        match self {
            Self::Is(path) => any(path, &|it| match it {
                Value::String(text) => text == wanted,
                Value::Bool(flag) => *flag == (wanted == "1"),
                other => other.as_u64().is_some_and(|it| wanted.parse() == Ok(it)),
            }),
            Self::Part(path) => text(path, &|it| part_of(it, wanted)),
            Self::From(path) => text(path, &|it| it >= wanted),
            Self::Until(path) => text(path, &|it| it.get(..wanted.len()).unwrap_or(it) <= wanted),
            Self::Check(test) => test(cx, entity, wanted),
            Self::Nothing => true,
        }
    }
}

impl Form {
    pub(super) fn has_brackets(self) -> bool {
        matches!(self, Self::Texts | Self::Numbers | Self::Fields)
    }
}

/// The parameter of a filter, with a value it refuses.
pub(super) fn sample((name, form, _): &Filter) -> (String, &'static str) {
    let (brackets, wrong) = match form {
        Form::Text => ("", ""),
        Form::Texts => ("[]", ""),
        Form::Fields => ("[code]", ""),
        Form::Numbers => ("[]", "ext-60"),
        Form::Flag | Form::Status | Form::Progress | Form::Number => ("", "true"),
        Form::Date => ("", "25.05.2025"),
    };
    (format!("filter[{name}]{brackets}"), wrong)
}

/// Returns true if an entity passes the filters of the request.
pub(super) fn passes(cx: &RequestContext<'_>, entity: &Fields) -> bool {
    let filters = cx.operation().map(|it| it.filters).unwrap_or_default();
    filters.iter().all(|(name, form, by)| {
        let name = format!("filter[{name}]");
        match form {
            Form::Fields => cx.inside(&name).iter().all(|(code, wanted)| {
                let value = entity.get("customFields").and_then(|it| it.get(code));
                match value {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => serde_json::from_str(wanted).is_ok_and(|it: Value| it == *other),
                    None => false,
                }
            }),
            Form::Texts | Form::Numbers => {
                let wanted = cx.list(&name);
                wanted.is_empty() || wanted.into_iter().any(|it| by.matches(cx, entity, it))
            }
            _ => cx.parameter(&name).is_none_or(|wanted| by.matches(cx, entity, wanted)),
        }
    })
}

/// Returns true if the search text is this number.
pub(super) fn same_number(phone: &str, wanted: &str) -> bool {
    let number = digits(wanted);
    let tail = number.get(number.len().saturating_sub(COMPARED_DIGITS)..);
    number.len() >= MIN_DIGITS && tail.is_some_and(|tail| digits(phone).contains(tail))
}

/// Case-insensitive substring test.
pub(super) fn part_of(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.trim().to_lowercase())
}

pub(super) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
