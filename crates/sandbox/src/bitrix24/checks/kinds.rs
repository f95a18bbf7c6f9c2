//! Kinds of values with their examples. In a form and in a batch every value is a text.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;
use serde_json::Value;

use crate::php::{items, number};

use super::super::telephony::dialled;
use super::Kind;

pub(super) const TEXT: Kind = Kind::new("a text", |it, _| it.is_string() || it.is_number())
    .example(r#""Нина""#, "[[1], true]");

pub(super) const ID: Kind =
    Kind::new("a positive number", |it, _| number(it).is_some_and(|it| it > 0))
        .example("17", r#"["two", 0, -1, true]"#);

/// §4: 0 means that the extension is used.
pub(super) const USER: Kind =
    Kind::new("the id of a user, or 0", |it, _| number(it).is_some_and(|it| it >= 0))
        .example("17", r#"["ivan", -1, true]"#);

pub(super) const IDS: Kind = Kind::new("a positive number or a list of them", |it, _| {
    let ids = items(it);
    !ids.is_empty() && ids.iter().all(|it| number(it).is_some_and(|it| it > 0))
})
.example("[17, 18]", r#"["two", [], [17, 0]]"#);

/// §1.2: PHP's truth makes `"N"` and `"false"` true.
pub(super) const FLAG: Kind = Kind::new("0 or 1", |it, _| matches!(number(it), Some(0 | 1)))
    .example("1", r#"[2, "Y", "N", "false", true]"#);

/// §2.4: an official client sends a boolean.
pub(super) const HALT: Kind =
    Kind::new("0, 1 or a boolean", |it, _| it.is_boolean() || matches!(number(it), Some(0 | 1)))
        .example("1", r#"[2, "Y", "false"]"#);

pub(super) const YES_NO: Kind = Kind::one_of(&["Y", "N"]);

pub(super) const SECONDS: Kind =
    Kind::new("whole seconds", |it, _| number(it).is_some_and(|it| it >= 0))
        .example("95", r#"[-1, 1.5, "01:35"]"#);

pub(super) const DECIMAL: Kind = Kind::new("a number", |it, _| {
    it.is_number() || it.as_str().is_some_and(|it| it.parse::<f64>().is_ok())
})
.example("1.5", r#"["free", true]"#);

/// §4: 1 outgoing, 2 incoming, 3 redirected, 4 callback, 5 informational.
pub(super) const CALL_TYPE: Kind =
    Kind::new("1, 2, 3, 4 or 5", |it, _| matches!(number(it), Some(1..=5)))
        .example("2", r#"[0, 6, "in"]"#);

/// §4: the characters that are kept.
pub(super) const DIALLED: Kind =
    Kind::new("a number with a character that can be dialled", |it, _| {
        let text = crate::php::text_of(it);
        !dialled(&text).is_empty()
    })
    .example(r#""+375291112233""#, r#"["anonymous", "()"]"#);

/// §16.
pub(super) const E164: Kind = Kind::new("+ and the digits with the country code", |it, _| {
    it.as_str().is_some_and(|it| {
        it.strip_prefix('+').is_some_and(|it| {
            it.len() >= 7 && !it.starts_with('0') && it.bytes().all(|it| it.is_ascii_digit())
        })
    })
})
.example(r#""+375291112233""#, r#"["375291112233", "8 029 111-22-33", " 375291112233"]"#);

/// ISO-8601, also without an offset.
pub(super) const DATE: Kind = Kind::new("a time in ISO-8601", |it, _| {
    let text = it.as_str().unwrap_or_default();
    DateTimeParser::new().parse_datetime(text).is_ok()
})
.example(r#""2026-05-14T10:26:30+03:00""#, r#"["14.05.2026 10:26", 1778743590]"#);

/// §1.2: without an offset PHP uses the server's zone.
pub(super) const OFFSET_DATE: Kind = Kind::new("a time with an offset", |it, _| {
    it.as_str().is_some_and(|it| it.parse::<Timestamp>().is_ok())
})
.example(r#""2026-05-14T10:26:30+03:00""#, r#"["2026-05-14T10:26:30"]"#);

pub(super) const ENTITY: Kind = Kind::one_of(&["CONTACT", "COMPANY", "LEAD"]);

/// §5.
pub(super) const STATUS: Kind = Kind::one_of(&[
    "200", "304", "603", "603-S", "403", "404", "486", "484", "503", "480", "402", "423", "OTHER",
]);

pub(super) const VOTE: Kind = Kind::new("1 to 5", |it, _| matches!(number(it), Some(1..=5)))
    .example("5", r#"[0, 6, "good"]"#);

/// §4.
pub(super) const LINE: Kind = Kind::new("at most 50 characters", |it, _| {
    it.as_str().is_some_and(|it| it.chars().count() <= 50)
})
.example(r#""line-1""#, r#"["123456789012345678901234567890123456789012345678901"]"#);

pub(super) const LIST: Kind =
    Kind::new("a list", |it, _| it.is_array()).example("[]", r#"["text", 1, {"SIDE": "User"}]"#);

/// A PHP array: an object, or a list of objects.
pub(super) const MAP: Kind = Kind::new("an object", |it, _| match it {
    Value::Object(_) => true,
    Value::Array(items) => items.iter().all(Value::is_object),
    _ => false,
})
.example("{}", r#"["text", 1, ["text"]]"#);

pub(super) const NAMES: Kind = Kind::new("a list of names", |it, _| {
    let names = items(it);
    (it.is_array() || it.is_object()) && names.iter().all(Value::is_string)
})
.example(r#"["ID"]"#, r#"["ID", [1]]"#);

/// §12.
pub(super) const METHOD: Kind = Kind::new("the name of a method in lower case", |it, _| {
    it.as_str().is_some_and(|it| it.to_lowercase() == it)
})
.example(r#""user.get""#, r#"["telephony.externalCall.register", 1]"#);

/// §2.3: negative values count nothing.
pub(super) const START: Kind =
    Kind::new("a number, or -1", |it, _| number(it).is_some()).example("50", r#"["next", [50]]"#);

pub(super) const URL: Kind = Kind::new("an http or https address", |it, _| {
    let url = it.as_str().and_then(|it| url::Url::parse(it).ok());
    url.is_some_and(|it| matches!(it.scheme(), "http" | "https"))
})
.example(r#""https://pbx.example/1.mp3""#, r#"["/1.mp3", "ftp://pbx.example/1.mp3"]"#);

/// §7: compared as it is written.
pub(super) const AUDIO: Kind = Kind::new("a name that ends in wav or mp3", |it, _| {
    it.as_str().is_some_and(super::super::recordings::has_extension)
})
.example(r#""1778743592-call.mp3""#, r#"["call.ogg", "call.MP3", "mp3"]"#);

pub(super) const BASE64: Kind = Kind::new("base64", |it, _| {
    it.as_str().is_some_and(|it| super::super::recordings::decoded(it).is_some())
})
.example(r#""SUQzAw==""#, r#"["ID3", "SUQz A==", 1]"#);

pub(super) const SIDE: Kind = Kind::one_of(&["User", "Client"]);

pub(super) const MOMENT: Kind =
    Kind::new("seconds from the start", |it, _| number(it).is_some_and(|it| it >= 0))
        .example("1", r#"[-1, "soon"]"#);

pub(super) const LATER: Kind =
    Kind::new("seconds from the start, at least 1", |it, _| number(it).is_some_and(|it| it >= 1))
        .example("3", r#"[0, -1, "soon"]"#);

/// §10.1.
pub(super) const COMMUNICATION: Kind = Kind::one_of(&["PHONE", "EMAIL"]);

/// §10.1: at most 20.
pub(super) const TWENTY: Kind = Kind::new("a list of 1 to 20 values", |it, _| {
    it.as_array().is_some_and(|it| (1..=20).contains(&it.len()))
})
.example(r#"["+375291112233"]"#, r#"["+375291112233", []]"#);

pub(super) const EVENT: Kind = Kind::new("an event that exists", |it, _| {
    it.as_str().is_some_and(super::super::events::is_event)
})
.example(r#""OnExternalCallStart""#, r#"["OnCall", 1]"#);

pub(super) const EVENT_TYPE: Kind = Kind::one_of(&["online", "offline"]);

pub(super) const NOTIFICATION: Kind = Kind::one_of(&["USER", "SYSTEM"]);

/// §10.2.
pub(super) const PHONES: Kind = Kind::new("a list of {VALUE, VALUE_TYPE}", |it, _| {
    let values = items(it);
    let is_value = |it: &Value| {
        let text = |name: &str| it.get(name).and_then(Value::as_str);
        text("VALUE").is_some_and(|it| !it.is_empty())
            && text("VALUE_TYPE").is_none_or(|it| VALUE_TYPES.contains(&it))
    };
    it.is_array() && values.iter().all(is_value)
})
.example(
    r#"[{"VALUE": "+375295550011", "VALUE_TYPE": "WORK"}]"#,
    r#"["+375295550011", [{"value": "+375295550011"}], [{"VALUE": "1", "VALUE_TYPE": "work"}]]"#,
);

const VALUE_TYPES: &[&str] = &["WORK", "MOBILE", "HOME", "FAX", "PAGER", "MAILING", "OTHER"];
