//! The checks of a setting that need no CRM: its key, and the kind of its value.

use serde_json::Value;
use url::Url;

use super::key::{Key, Kind};
use super::nearest::nearest;
use crate::error::{Error, Result};
use crate::http::{Origin, is_loopback};

/// Checks one setting: the key is one of `keys`, and the value is of its kind. The value is never
/// shown: it may be a secret in the wrong place.
///
/// ```
/// use vochi_crm_core::AccountConfig;
/// use vochi_crm_core::config::{Keys, check};
/// let error = check(AccountConfig::KEYS, "extension", &"151".into()).unwrap_err();
/// assert_eq!((error.key(), error.hint()), (Some("extension"), Some("did you mean `extensions`?")));
/// let error = check(AccountConfig::KEYS, "retries", &"many".into()).unwrap_err();
/// assert_eq!(error.message(), "retries: must be a whole number, without quotes");
/// ```
///
/// # Errors
/// `config`, with the key.
pub fn check(keys: &[Key], name: &str, value: &Value) -> Result<()> {
    match keys.iter().find(|key| key.name == name) {
        Some(key) => check_value(name, key.kind, value),
        None => Err(unknown(name.to_owned(), name, keys.iter().map(|key| key.name))),
    }
}

/// The needed keys that a profile has neither themselves nor an alternative of, in order.
pub fn missing(keys: &[Key], has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let needed = keys.iter().filter(|key| key.is_needed);
    let missing = needed.filter(|key| !has(key.name) && !key.alternative.is_some_and(&has));
    missing.map(|key| key.name).collect()
}

fn unknown<'a>(path: String, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Error {
    let hint = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys here are {}", known.collect::<Vec<_>>().join(", ")),
    };
    Error::config("unknown key").with_hint(hint).with_key(path)
}

fn check_value(path: &str, kind: Kind, value: &Value) -> Result<()> {
    let wrong = |what: &str| Err(Error::config(what.to_owned()).with_key(path.to_owned()));
    let below = |name: &str| format!("{path}.{name}");
    match (kind, value) {
        (Kind::Text | Kind::Id | Kind::Secret, Value::String(_)) => Ok(()),
        (Kind::Number, Value::Number(_)) | (Kind::Flag, Value::Bool(_)) => Ok(()),
        (Kind::Id, Value::Number(number)) if number.is_u64() => Ok(()),
        (Kind::Whole, Value::Number(number))
            if number.as_u64().is_some_and(|number| u32::try_from(number).is_ok()) =>
        {
            Ok(())
        }
        (Kind::Origin, Value::String(text)) => match text.parse::<Origin>() {
            Ok(_) => Ok(()),
            Err(error) => Err(error.with_key(path.to_owned())),
        },
        (Kind::Address, Value::String(text)) => address(text).or_else(wrong),
        (Kind::Choice(words) | Kind::ByDirection(words), Value::String(text))
            if words.contains(&text.as_str()) =>
        {
            Ok(())
        }
        (Kind::ByDirection(words), Value::Object(table)) => {
            const DIRECTIONS: [&str; 2] = ["in", "out"];
            table.iter().try_for_each(|(name, value)| {
                if DIRECTIONS.contains(&name.as_str()) {
                    check_value(&below(name), Kind::Choice(words), value)
                } else {
                    Err(unknown(below(name), name, DIRECTIONS.into_iter()))
                }
            })
        }
        (Kind::Map, Value::Object(table)) => {
            table.iter().try_for_each(|(name, value)| check_value(&below(name), Kind::Id, value))
        }
        (Kind::List, Value::Array(list)) if list.iter().all(Value::is_string) => Ok(()),
        (Kind::Text | Kind::Origin | Kind::Address | Kind::Secret, _) => {
            wrong("must be a text in quotes")
        }
        (Kind::Id, _) => wrong("must be a text in quotes or a whole number"),
        (Kind::Number, _) => wrong("must be a finite number, without quotes"),
        (Kind::Whole, _) => wrong("must be a whole number, without quotes"),
        (Kind::Flag, _) => wrong("must be true or false, without quotes"),
        (Kind::Map, _) => wrong("must be a table, as { \"151\" = \"18\" }"),
        (Kind::List, _) => wrong("must be a list of texts in quotes"),
        (Kind::Choice(words), _) | (Kind::ByDirection(words), Value::String(_)) => {
            wrong(&format!("must be one of {}", words.join(", ")))
        }
        (Kind::ByDirection(words), _) => {
            wrong(&format!("must be one of {}, or a table with in and out", words.join(", ")))
        }
    }
}

/// An address others reach us by, or we reach others by: https, or http on this machine.
fn address(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "invalid web address")?;
    match url.scheme() {
        "https" if url.host().is_some() => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err("plain http is for loopback addresses only"),
        _ => Err("must begin with https:// or http://"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WORDS: &[&str] = &["none", "client"];

    #[test]
    fn values_are_of_their_kind() {
        for (kind, good, bad) in [
            (Kind::Text, json!(["", "x"]), json!([1, true, null, [], {}])),
            (Kind::Secret, json!(["x"]), json!([12_345_678, {"env": "KEY"}])),
            (Kind::Number, json!([1, -1, 0.5]), json!(["1", null])),
            (Kind::Whole, json!([0, 4_294_967_295_u32]), json!([-1, 0.5, 4_294_967_296_u64, "1"])),
            (Kind::Flag, json!([true]), json!(["true", 1])),
            (Kind::Id, json!(["18", 18]), json!([-18, 1.5, true])),
            (Kind::Map, json!([{}, {"151": "18", "152": 16}]), json!(["151=18", {"151": true}])),
            (Kind::List, json!([[], ["x"]]), json!(["x", [1], ["x", 1]])),
            (Kind::Choice(WORDS), json!(["none"]), json!(["lead", 1, {"in": "none"}])),
            (
                Kind::ByDirection(WORDS),
                json!(["client", {}, {"in": "none"}, {"in": "none", "out": "client"}]),
                json!(["lead", {"in": "lead"}, {"into": "none"}, []]),
            ),
            (
                Kind::Address,
                json!(["https://x.example.test/a", "http://127.0.0.1:8080", "http://localhost"]),
                json!(["http://x.example.test", "pbx", "ftp://x.example.test", 1]),
            ),
            (
                Kind::Origin,
                json!(["https://x.example.test", "x.example.test", "http://[::1]:80"]),
                json!(["https://x.example.test/api", "http://x.example.test", "", 1]),
            ),
        ] {
            let keys = [Key::new("key", kind, "")];
            for value in good.as_array().unwrap() {
                assert!(check(&keys, "key", value).is_ok(), "{kind:?}: {value}");
            }
            for value in bad.as_array().unwrap() {
                let error = check(&keys, "key", value).expect_err(&format!("{kind:?}: {value}"));
                let key = error.key().unwrap();
                assert!(key.starts_with("key"), "{kind:?}: {value}: {error}");
                assert!(error.message().starts_with(&format!("{key}: ")), "{error}");
            }
        }
    }

    #[test]
    fn a_missing_key_may_have_an_alternative() {
        const KEYS: [Key; 3] = [
            Key::new("url", Kind::Origin, ""),
            Key::new("workspace", Kind::Id, "").needed(),
            Key::new("api_key", Kind::Secret, "").needed().or("access_key"),
        ];
        for (has, expected) in [
            (&[][..], &["workspace", "api_key"][..]),
            (&["workspace", "access_key"], &[]),
            (&["api_key"], &["workspace"]),
        ] {
            assert_eq!(missing(&KEYS, |key| has.contains(&key)), expected, "{has:?}");
        }
    }
}
