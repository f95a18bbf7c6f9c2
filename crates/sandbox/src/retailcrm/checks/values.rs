//! What single values have to be like.

use std::borrow::Cow;

use jiff::civil::DateTime;
use serde_json::{Map, Value};
use url::{Host, Url};

use crate::check::Detail;

use super::super::state::Account;
use super::Seen;

pub(super) const BLANK: &str = "This value should not be blank.";
pub(super) const CHOICE: &str = "The value you selected is not a valid choice.";
pub(super) const INVALID: &str = "This value is not valid.";
pub(super) const EXTRA: &str = "This form should not contain extra fields.";

/// The event, or one of the uploaded calls.
pub(super) struct Entity<'a> {
    /// What its fields are called in an answer: nothing, or `calls[0].`.
    prefix: String,
    pub(super) fields: &'a Map<String, Value>,
    pub(super) account: &'a Account,
}

impl<'a> Entity<'a> {
    /// The object in this field.
    pub(super) fn inside(&self, name: &str) -> Option<Entity<'a>> {
        Some(Entity {
            prefix: format!("{}{name}.", self.prefix),
            fields: self.fields.get(name)?.as_object()?,
            account: self.account,
        })
    }

    /// The objects of the list in this field.
    pub(super) fn each(&self, name: &str) -> Vec<Entity<'a>> {
        let items = self.fields.get(name).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, item)| {
                Some(Entity {
                    prefix: format!("{}{name}[{index}].", self.prefix),
                    fields: item.as_object()?,
                    account: self.account,
                })
            })
            .collect()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// A finding about this field.
    pub(super) fn at(&self, name: &str, text: impl Into<Cow<'static, str>>) -> Vec<Detail> {
        vec![Detail::new(format!("{}{name}", self.prefix), text)]
    }

    /// A finding about this field if it is there and no good.
    pub(super) fn unless(
        &self,
        name: &str,
        text: &'static str,
        good: impl Fn(&Value) -> bool,
    ) -> Vec<Detail> {
        match self.fields.get(name) {
            Some(value) if !good(value) => self.at(name, text),
            _ => Vec::new(),
        }
    }

    /// A finding if this field is not there.
    pub(super) fn given(&self, name: &str) -> Vec<Detail> {
        if self.has(name) { Vec::new() } else { self.at(name, BLANK) }
    }

    /// Fields beyond these.
    pub(super) fn only(&self, known: &[&str]) -> Vec<Detail> {
        let extra = self.fields.keys().filter(|name| !known.contains(&name.as_str()));
        extra.flat_map(|name| self.at(name, EXTRA)).collect()
    }
}

/// Empty texts, lists and objects, and nulls, at any depth.
pub(super) fn nothing_empty(entity: &Entity<'_>) -> Vec<Detail> {
    let empty = entity.fields.iter().filter(|(_, value)| holds_nothing(value));
    empty.flat_map(|(name, _)| entity.at(name, BLANK)).collect()
}

fn holds_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty() || items.iter().any(holds_nothing),
        Value::Object(fields) => fields.is_empty() || fields.values().any(holds_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What a check finds in the event of this request.
pub(super) fn of_event(seen: &Seen<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    let Some(fields) = &seen.event else {
        return Vec::new();
    };
    check(&Entity { prefix: String::new(), fields, account: seen.account })
}

/// What a check finds in the object that this request writes.
pub(super) fn of_written(
    seen: &Seen<'_>,
    check: impl Fn(&Entity<'_>) -> Vec<Detail>,
) -> Vec<Detail> {
    let Some(fields) = &seen.written else {
        return Vec::new();
    };
    check(&Entity { prefix: String::new(), fields, account: seen.account })
}

/// What a check finds in the calls of this request.
pub(super) fn of_calls(seen: &Seen<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    let calls = seen.calls.iter().flatten().filter_map(Value::as_object).enumerate();
    calls
        .flat_map(|(index, fields)| {
            let prefix = format!("calls[{index}].");
            check(&Entity { prefix, fields, account: seen.account })
        })
        .collect()
}

/// An international number: `+375291112233`, or the same without the plus (§2.2, phone form).
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn phone(value: &Value) -> bool {
    value.as_str().is_some_and(is_phone)
}

pub(super) fn text(value: &Value) -> bool {
    value.is_string()
}

pub(super) fn one_of<'a>(choices: &'a [&str]) -> impl Fn(&Value) -> bool + 'a {
    |value| value.as_str().is_some_and(|text| choices.contains(&text))
}

pub(super) fn flag(value: &Value) -> bool {
    value.is_boolean()
}

pub(super) fn whole_number(value: &Value) -> bool {
    value.is_u64()
}

pub(super) fn list_of(value: &Value, item: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(item))
}

/// An object with no fields but these, each a text.
pub(super) fn texts_only(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
    })
}

/// `Y-m-d H:i:s`, a moment that exists.
pub(super) fn date_time(text: &str) -> bool {
    let shape = "dddd-dd-dd dd:dd:dd";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    fits && DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok()
}

/// `Y-m-d`, a day that exists.
pub(super) fn date(text: &str) -> bool {
    date_time(&format!("{text} 00:00:00"))
}

/// A link without a login, over http or https.
pub(super) fn open_link(value: &Value) -> bool {
    value.as_str().map(Url::parse).is_some_and(|url| {
        url.is_ok_and(|url| {
            let web = matches!(url.scheme(), "http" | "https");
            web && url.username().is_empty() && url.password().is_none()
        })
    })
}

/// A link the CRM can fetch without a login; plain `http` on this machine only.
pub(super) fn link(value: &Value) -> bool {
    let Some(Ok(url)) = value.as_str().map(Url::parse) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    open_link(value) && (url.scheme() == "https" || here)
}
