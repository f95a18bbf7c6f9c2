//! Kinds of values with their examples. In a form every value is a text.

use jiff::civil::DateTime;
use serde_json::Value;

use super::super::account::number;
use super::Kind;

pub(super) const TEXT: Kind = Kind::new("a text", |it, _| it.is_string() || it.is_number())
    .example(r#""Нина""#, "[[1], true]");

pub(super) const ID: Kind =
    Kind::new("a positive number", |it, _| number(it).is_some_and(|it| it > 0))
        .example("2", r#"["two", 0, -1, true]"#);

/// An id, or 0 to remove it.
pub(super) const ID_OR_NONE: Kind =
    Kind::new("a positive number, or 0", |it, _| number(it).is_some_and(|it| it >= 0))
        .example("0", r#"["two", -1, true]"#);

pub(super) const FLAG: Kind = Kind::new("0 or 1", |it, _| matches!(number(it), Some(0 | 1)))
    .example("1", r#"[2, "yes", true]"#);

pub(super) const SECONDS: Kind =
    Kind::new("whole seconds", |it, _| number(it).is_some_and(|it| it >= 0))
        .example("95", r#"[-1, 1.5, "01:35"]"#);

/// §7.3: 1 outgoing, 2 incoming.
pub(super) const DIRECTION: Kind =
    Kind::new("1 (outgoing) or 2 (incoming)", |it, _| matches!(number(it), Some(1 | 2)))
        .example("2", r#"[0, 3, "in"]"#);

/// §7.7, §7.8: 0 not set, 1 call, 2 letter, 3 meeting.
pub(super) const ACTION: Kind =
    Kind::new("0, 1 (call), 2 (letter) or 3 (meeting)", |it, _| matches!(number(it), Some(0..=3)))
        .example("1", r#"[4, "call"]"#);

/// §7.3.
pub(super) const PHONE: Kind =
    Kind::new("digits with the country code, without a plus", |it, _| {
        it.as_str().is_some_and(is_phone)
    })
    .example(r#""375291112233""#, r#"["+375291112233", " 375291112233", "0291112233", "101"]"#);

/// §1: a plus in a form was stored as a space.
pub(super) const STORED_PHONE: Kind = Kind::new("a number; in a form, without a plus", |it, cx| {
    let text = it.as_str().unwrap_or_default();
    !text.is_empty() && (!cx.request.is_form() || !text.starts_with(['+', ' ']))
})
.example(r#""+375291112233""#, "[375291112233]");

pub(super) const MOMENT: Kind = Kind::new("Y-m-d H:i:s", |it, _| is_time(it, "%Y-%m-%d %H:%M:%S"))
    .example(r#""2025-08-28 14:52:10""#, r#"["2025-08-28", "2025-08-28T14:52:10", 1756381930]"#);

pub(super) const MINUTE: Kind = Kind::new("Y-m-d H:i", |it, _| is_time(it, "%Y-%m-%d %H:%M"))
    .example(r#""2025-08-28 14:52""#, r#"["2025-08-28", "28.08.2025 14:52"]"#);

/// §5.
pub(super) const IDS: Kind = Kind::new("ids separated by commas", |it, _| match it {
    Value::String(text) => text.split(',').all(|it| it.trim().parse::<i64>().is_ok()),
    other => number(other).is_some(),
})
.example(r#""1,2""#, r#"["1;2", true]"#);

pub(super) const MAP: Kind = Kind::new("a map of ids and values", |it, _| {
    it.as_object().is_some_and(|it| it.keys().all(|it| it.parse::<u32>().is_ok()))
})
.example(r#"{"199889": "Сайт"}"#, r#"[[{"id": 199889, "value": "Сайт"}], "199889"]"#);

pub(super) const URL: Kind = Kind::new("an http or https address", |it, _| {
    let url = it.as_str().and_then(|it| url::Url::parse(it).ok());
    url.is_some_and(|it| matches!(it.scheme(), "http" | "https"))
})
.example(
    r#""https://pbx.example.com/recordings/1""#,
    r#"["/recordings/1", "ftp://pbx.example.com/1"]"#,
);

pub(super) const METHOD: Kind = Kind::one_of(&["POST", "GET", "PUT", "DELETE"]);

/// §5.
pub(super) const SEX: Kind = Kind::one_of(&["м", "ж"]);

/// §7.7.
pub(super) const ZONE: Kind = Kind::new("+HH:MM or +H", |it, _| {
    let text = it.as_str().unwrap_or_default();
    text.starts_with(['+', '-']) && (2..=6).contains(&text.len())
})
.example(r#""+03:00""#, r#"["Europe/Minsk", 3]"#);

fn is_time(value: &Value, format: &str) -> bool {
    let Some(text) = value.as_str() else { return false };
    let time = DateTime::strptime(format, text);
    time.is_ok_and(|time| time.strftime(format).to_string() == text)
}

/// Returns true for digits with the country code, without a plus.
pub(super) fn is_phone(text: &str) -> bool {
    (7..=15).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}
