//! Checks of single values, and access to the objects of a body.

use serde_json::{Map, Value};

use super::super::ids;
use super::{Endpoint, Mismatch, RequestContext};

pub(super) const GUID: &str = "System.Guid";
pub(super) const TEXT: &str = "System.String";
pub(super) const MOMENT: &str = "System.DateTimeOffset";

/// An object of the body.
pub(super) struct Fields<'a> {
    /// Prefix of its field names in a response: empty, `items[0].`, `items[0].to.`.
    pub(super) prefix: String,
    pub(super) map: &'a Map<String, Value>,
    body: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.map.get(name)?.as_str()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn at(&self, name: &str, says: impl Into<Value>) -> Vec<Mismatch> {
        vec![Mismatch::new(format!("{}{name}", self.prefix), says)]
    }

    /// Violations for missing fields.
    pub(super) fn missing(&self, names: &[&str]) -> Vec<Mismatch> {
        let missing = names.iter().filter(|name| !self.has(name));
        missing.flat_map(|name| self.at(name, format!("The {name} field is required."))).collect()
    }

    /// Violations for unknown fields.
    pub(super) fn only(&self, known: &[&str]) -> Vec<Mismatch> {
        let extra = self.map.keys().filter(|name| !known.contains(&name.as_str()));
        extra.flat_map(|name| self.at(name, format!("Could not find member '{name}'."))).collect()
    }

    /// Violation if this field is set and does not convert. Missing and null fields have their own
    /// rows.
    pub(super) fn converts(
        &self,
        name: &str,
        to: &str,
        good: impl Fn(&Value) -> bool,
    ) -> Vec<Mismatch> {
        match self.map.get(name) {
            Some(value) if !is_nothing(value) && !good(value) => {
                let path = format!("{}{name}", self.prefix);
                let (line, position) = place(self.body, value);
                let says = format!(
                    "Error converting value {value} to type '{to}'. Path '{path}', line {line}, \
                     position {position}."
                );
                self.at(name, says)
            }
            _ => Vec::new(),
        }
    }

    /// The object in this field.
    pub(super) fn inside(&self, name: &str) -> Option<Fields<'a>> {
        Some(Fields {
            prefix: format!("{}{name}.", self.prefix),
            map: self.map.get(name)?.as_object()?,
            body: self.body,
        })
    }

    /// The objects of the list in this field.
    pub(super) fn each(&self, name: &str) -> Vec<Fields<'a>> {
        let items = self.map.get(name).and_then(Value::as_array);
        let items = items.into_iter().flatten().enumerate();
        items
            .filter_map(|(index, item)| {
                Some(Fields {
                    prefix: format!("{}{name}[{index}].", self.prefix),
                    map: item.as_object()?,
                    body: self.body,
                })
            })
            .collect()
    }
}

impl RequestContext<'_> {
    /// The body of any operation.
    pub(super) fn whole(&self) -> Option<Fields<'_>> {
        Some(Fields { prefix: String::new(), map: self.body.as_ref()?, body: &self.request.body })
    }

    /// The body of a telephony request.
    pub(super) fn telephony_body(&self) -> Option<Fields<'_>> {
        self.endpoint().filter(|it| it.is_telephony())?;
        self.whole()
    }

    /// The body of this operation.
    pub(super) fn of(&self, endpoint: Endpoint) -> Option<Fields<'_>> {
        self.is(endpoint).then(|| self.whole())?
    }

    /// The legs of register-call.
    pub(super) fn items(&self) -> Vec<Fields<'_>> {
        let body = self.of(Endpoint::RegisterCall);
        body.map(|it| it.each("items")).unwrap_or_default()
    }

    /// The recordings of register-call.
    pub(super) fn recordings(&self) -> Vec<Fields<'_>> {
        self.items().iter().flat_map(|it| it.each("recordings")).collect()
    }

    /// Objects with `from` and `to`: the event, or each leg.
    pub(super) fn legs(&self) -> Vec<Fields<'_>> {
        let event = self.of(Endpoint::CallEvent);
        event.into_iter().chain(self.items()).collect()
    }

    /// Both ends of each leg.
    pub(super) fn members(&self) -> Vec<Fields<'_>> {
        let legs = self.legs();
        let ends = legs.iter().flat_map(|leg| [leg.inside("from"), leg.inside("to")]);
        ends.flatten().collect()
    }
}

/// Every object in the body of a telephony request.
pub(super) fn everywhere<'a>(cx: &'a RequestContext<'_>) -> Vec<Fields<'a>> {
    let body = cx.telephony_body();
    body.into_iter().chain(cx.items()).chain(cx.members()).chain(cx.recordings()).collect()
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
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

pub(super) fn text(value: &Value) -> bool {
    value.is_string()
}

pub(super) fn guid(value: &Value) -> bool {
    value.as_str().is_some_and(ids::is_guid)
}

pub(super) fn moment(value: &Value) -> bool {
    value.as_str().is_some_and(|it| ids::moment(it).is_some())
}

/// Returns true for digits with the country code, without a plus (§4).
pub(super) fn phone(value: &str) -> bool {
    (7..=15).contains(&value.len())
        && !value.starts_with('0')
        && value.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn one_of<'a>(choices: &'a [&str]) -> impl Fn(&Value) -> bool + 'a {
    |value| value.as_str().is_some_and(|text| choices.contains(&text))
}
