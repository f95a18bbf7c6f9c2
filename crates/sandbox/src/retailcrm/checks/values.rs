//! Checks of single values.

use jiff::civil::DateTime;
use serde_json::{Map, Value};
use url::{Host, Url};

use crate::check::Detail;

use super::super::state::Account;
use super::RequestContext;

pub(super) const BLANK: &str = "This value should not be blank.";
pub(super) const CHOICE: &str = "The value you selected is not a valid choice.";
pub(super) const INVALID: &str = "This value is not valid.";
pub(super) const EXTRA: &str = "This form should not contain extra fields.";

/// An object of the request, such as the event or an uploaded call.
pub(super) struct Entity<'a> {
    /// Prefix of its field names in a response: empty, or `calls[0].`.
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

    /// A violation of this field.
    pub(super) fn at(&self, name: &str, text: impl Into<Value>) -> Vec<Detail> {
        vec![Detail::new(format!("{}{name}", self.prefix), text)]
    }

    /// Violation if this field is set and invalid.
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

    /// Violation if this field is missing.
    pub(super) fn missing(&self, name: &str) -> Vec<Detail> {
        if self.has(name) { Vec::new() } else { self.at(name, BLANK) }
    }

    /// Violations for unknown fields.
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

pub(super) fn site(entity: &Entity<'_>, value: &Value) -> bool {
    value.as_str().is_some_and(|code| entity.account.reaches_site(code))
}

/// Violations in the object to write.
pub(super) fn of_written(
    cx: &RequestContext<'_>,
    check: impl Fn(&Entity<'_>) -> Vec<Detail>,
) -> Vec<Detail> {
    let Some(fields) = &cx.written else {
        return Vec::new();
    };
    check(&Entity { prefix: String::new(), fields, account: cx.account })
}

/// Violations in the calls.
pub(super) fn of_calls(
    cx: &RequestContext<'_>,
    check: impl Fn(&Entity<'_>) -> Vec<Detail>,
) -> Vec<Detail> {
    let calls = cx.calls.iter().flatten().filter_map(Value::as_object).enumerate();
    calls
        .flat_map(|(index, fields)| {
            let prefix = format!("calls[{index}].");
            check(&Entity { prefix, fields, account: cx.account })
        })
        .collect()
}

/// Returns true for an international number: `+375291112233`, or without the plus (§2.2, phone
/// form).
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

/// Returns true for an object with only these fields, each a text.
pub(super) fn texts_only(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
    })
}

/// Returns true for a valid `Y-m-d H:i:s`.
pub(super) fn date_time(text: &str) -> bool {
    let shape = "dddd-dd-dd dd:dd:dd";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    fits && DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok()
}

/// Returns true for a valid `Y-m-d`.
pub(super) fn date(text: &str) -> bool {
    date_time(&format!("{text} 00:00:00"))
}

/// Returns true for an http or https link without a login.
pub(super) fn open_link(value: &Value) -> bool {
    value.as_str().map(Url::parse).is_some_and(|url| {
        url.is_ok_and(|url| {
            let web = matches!(url.scheme(), "http" | "https");
            web && url.username().is_empty() && url.password().is_none()
        })
    })
}

/// Returns true for a link the CRM can fetch without a login; plain `http` on this machine only.
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
