//! What single values have to be like, and where in a body they are.

use serde_json::{Map, Value};

use super::super::mint;
use super::{Endpoint, Found, Seen};

pub(super) const GUID: &str = "System.Guid";
pub(super) const TEXT: &str = "System.String";
pub(super) const MOMENT: &str = "System.DateTimeOffset";

/// An object of the body.
pub(super) struct Fields<'a> {
    /// What its fields are called in an answer: nothing, `items[0].`, `items[0].to.`.
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

    pub(super) fn at(&self, name: &str, says: impl Into<Value>) -> Vec<Found> {
        vec![Found::new(format!("{}{name}", self.prefix), says)]
    }

    /// A finding for each of these that is not there.
    pub(super) fn given(&self, names: &[&str]) -> Vec<Found> {
        let missing = names.iter().filter(|name| !self.has(name));
        missing.flat_map(|name| self.at(name, format!("The {name} field is required."))).collect()
    }

    /// Fields beyond these.
    pub(super) fn only(&self, known: &[&str]) -> Vec<Found> {
        let extra = self.map.keys().filter(|name| !known.contains(&name.as_str()));
        extra.flat_map(|name| self.at(name, format!("Could not find member '{name}'."))).collect()
    }

    /// A finding if this field is there and cannot be converted. Nothing and null have rows of
    /// their own.
    pub(super) fn converts(
        &self,
        name: &str,
        to: &str,
        good: impl Fn(&Value) -> bool,
    ) -> Vec<Found> {
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

impl Seen<'_> {
    /// The body of an operation, whichever it is.
    pub(super) fn whole(&self) -> Option<Fields<'_>> {
        Some(Fields { prefix: String::new(), map: self.body.as_ref()?, body: &self.request.body })
    }

    /// The body of a telephony request.
    pub(super) fn told(&self) -> Option<Fields<'_>> {
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

    /// The files of register-call.
    pub(super) fn recordings(&self) -> Vec<Fields<'_>> {
        self.items().iter().flat_map(|it| it.each("recordings")).collect()
    }

    /// Whoever holds a `from` and a `to`: the event, or each leg.
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
pub(super) fn everywhere<'a>(seen: &'a Seen<'_>) -> Vec<Fields<'a>> {
    let told = seen.told();
    told.into_iter().chain(seen.items()).chain(seen.members()).chain(seen.recordings()).collect()
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// Line and position of the end of a value, as the CRM counts them. Of equal values the first.
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
    value.as_str().is_some_and(mint::is_guid)
}

pub(super) fn moment(value: &Value) -> bool {
    value.as_str().is_some_and(|it| mint::moment(it).is_some())
}

/// Digits with the country code, without a plus (§4).
pub(super) fn phone(value: &str) -> bool {
    (7..=15).contains(&value.len())
        && !value.starts_with('0')
        && value.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn one_of<'a>(choices: &'a [&str]) -> impl Fn(&Value) -> bool + 'a {
    |value| value.as_str().is_some_and(|text| choices.contains(&text))
}
