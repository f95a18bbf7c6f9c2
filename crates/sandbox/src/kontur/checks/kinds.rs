//! Kinds of values with their examples, and the messages that quote a value.

use serde_json::Value;

use crate::schema::Breach;

use super::super::communications::raw;
use super::super::ids;
use super::super::seed::PREFIX;
use super::Kind;

pub(super) const TEXT: Kind = Kind::new("a text", |it, _| it.is_string())
    .example(r#""1763631515.42""#, "[1763631515]")
    .says("System.String");

/// §4, §6.1: an id of a call.
pub(super) const GUID: Kind =
    Kind::new("an id in lower case", |it, _| it.as_str().is_some_and(ids::is_guid))
        .example(
            r#""3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01""#,
            r#"["101", "3F0C2A54-7D0E-4B8E-9A53-5A3B0C6D1E01", 101]"#,
        )
        .says("System.Guid");

pub(super) const USER: Kind = GUID.accepting(r#""a1b2c3d4-1111-4a4a-8b8b-000000000103""#);

pub(super) const FILE: Kind = GUID.accepting(r#""7c9e6679-7425-40de-944b-e07fc1f90001""#);

/// §4.
pub(super) const MOMENT: Kind =
    Kind::new("RFC 3339 with an offset and at most 7 digits of a second", |it, _| {
        it.as_str().is_some_and(|it| ids::moment(it).is_some())
    })
    .example(
        r#""2025-11-20T09:40:00.1234567+00:00""#,
        r#"["2025-11-20T09:38:35", "2025-11-20T09:38:35.61527981+00:00", 1763631515]"#,
    )
    .says("System.DateTimeOffset");

pub(super) const OBJECTS: Kind = Kind::new("a list of objects", |it, _| {
    it.as_array().is_some_and(|items| items.iter().all(Value::is_object))
})
.example("", r#"[{"0": {}}, ["x"]]"#)
.says("System.Collections.Generic.List");

/// §1.13, §7.
pub(super) const LENGTH: Kind =
    Kind::new("a text of digits", |it, _| it.as_str().is_some_and(is_digits))
        .example(r#""10""#, r#"[10, "1.5"]"#)
        .says("System.String");

pub(super) const MEMBER: Kind = Kind::new("an object", |it, _| it.is_object())
    .example("", r#"["101"]"#)
    .says("Xcom.Api.Models.Communications.CallMember");

/// §4.
pub(super) const PHONE: Kind =
    Kind::new("digits with the country code, without a plus", |it, _| {
        it.as_str().is_some_and(is_phone)
    })
    .example(r#""375291112233""#, r#"["+375291112233", "0291112233", "trunk-1"]"#)
    .says(PHONE_INVALID);

pub(super) const PHONE_INVALID: &str = "The phone number is not valid.";

/// §1.4, §6.1: an id of a leg.
pub(super) const LEG: Kind =
    Kind::new("an id without a slash", |it, _| it.as_str().is_some_and(|it| !it.contains('/')))
        .example(r#""1763631515.42""#, r#"["Vochi/1763631515.43", "SIP/101"]"#)
        .says("The id has a slash.");

/// §1.4, §6.2: an id of the PBX.
pub(super) const EXTERNAL_ID: Kind =
    Kind::new("an id without a slash but the one of the prefix it came back with", |it, _| {
        it.as_str().is_some_and(|it| !it.strip_prefix(PREFIX).unwrap_or(it).contains('/'))
    })
    .example(r#""Vochi/1763631515.42""#, r#"["pbx/1", "Vochi/pbx/1"]"#)
    .says("The id {id} has a slash.");

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns true for digits with the country code, without a plus (§4).
pub(super) fn is_phone(text: &str) -> bool {
    (7..=15).contains(&text.len()) && !text.starts_with('0') && is_digits(text)
}

/// The message with the id in the place of `{id}`.
pub(super) fn with_id(says: &str, id: Option<&Value>) -> String {
    let id = id.and_then(Value::as_str).unwrap_or_default();
    says.replace("{id}", &format!("{:?}", raw(id)))
}

/// The message about a value that does not convert to a type.
pub(super) fn not_converted(breach: &Breach<'_>, to: &str, body: &[u8]) -> String {
    let value = breach.value.unwrap_or(&Value::Null);
    let (line, position) = place(body, value);
    format!(
        "Error converting value {value} to type '{to}'. Path '{}', line {line}, position \
         {position}.",
        breach.path
    )
}

/// Line and position of the end of a value, as the CRM counts; the first of equal values.
fn place(body: &[u8], value: &Value) -> (usize, usize) {
    let text = String::from_utf8_lossy(body);
    let written = value.to_string();
    let end = text.find(&written).map_or(0, |at| at + written.len());
    let before = text.get(..end).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count())
}
