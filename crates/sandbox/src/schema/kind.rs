//! Kinds of values: what a field may hold, with examples.

use serde_json::{Value, json};

use super::Dialect;

/// Accepts or refuses a value.
pub(crate) type Accepts<D> = for<'r> fn(&Value, &<D as Dialect>::Context<'r>) -> bool;

/// What a field may hold, with examples for the requests of tests.
#[derive(Clone, Copy)]
pub(crate) struct Kind<D: Dialect> {
    demands: &'static str,
    allowed: Allowed<D>,
    /// Message, or name of a type, in a refusal; empty for the dialect's default.
    pub(super) says: &'static str,
    /// An accepted value, as JSON.
    accepted: &'static str,
    /// A list of refused values, as JSON.
    refused: &'static str,
    /// A blank value that has the form, as JSON, if there is one.
    blank: &'static str,
}

#[derive(Clone, Copy)]
enum Allowed<D: Dialect> {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Values that a function accepts.
    Function(Accepts<D>),
}

impl<D: Dialect> Kind<D> {
    /// Values that a function accepts; `demands` continues "the field is".
    pub(crate) const fn new(demands: &'static str, accepts: Accepts<D>) -> Self {
        let allowed = Allowed::Function(accepts);
        Self { demands, allowed, says: "", accepted: "", refused: "[]", blank: "" }
    }

    /// One of these texts.
    pub(crate) const fn one_of(texts: &'static [&'static str]) -> Self {
        Self {
            demands: "one of",
            allowed: Allowed::OneOf(texts),
            says: "",
            accepted: "",
            refused: r#"["no such code", 1]"#,
            blank: "",
        }
    }

    /// Sets an accepted value and a list of refused ones, as JSON.
    pub(crate) const fn example(self, accepted: &'static str, refused: &'static str) -> Self {
        Self { accepted, refused, ..self }
    }

    /// Sets an accepted value, as JSON.
    pub(crate) const fn accepting(self, accepted: &'static str) -> Self {
        Self { accepted, ..self }
    }

    /// Sets a list of refused values, as JSON.
    pub(crate) const fn refusing(self, refused: &'static str) -> Self {
        Self { refused, ..self }
    }

    /// Sets a blank value of this form, as JSON.
    pub(crate) const fn with_blank(self, blank: &'static str) -> Self {
        Self { blank, ..self }
    }

    /// Sets the message of a refusal, or the name of its type.
    pub(crate) const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    pub(super) fn accepts(&self, value: &Value, cx: &D::Context<'_>) -> bool {
        match self.allowed {
            Allowed::OneOf(texts) => value.as_str().is_some_and(|text| texts.contains(&text)),
            Allowed::Function(accepts) => accepts(value, cx),
        }
    }

    pub(super) fn demands(&self) -> String {
        match self.allowed {
            Allowed::OneOf(texts) => format!("{} {}", self.demands, texts.join(", ")),
            Allowed::Function(_) => self.demands.to_owned(),
        }
    }

    /// An accepted value, if the kind has an example.
    pub(super) fn accepted(&self) -> Option<Value> {
        match self.allowed {
            Allowed::OneOf(texts) if self.accepted.is_empty() => Some(json!(texts.first()?)),
            _ => parsed(self.accepted),
        }
    }

    /// The refused values.
    pub(super) fn refused(&self) -> Vec<Value> {
        match parsed(self.refused) {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        }
    }

    pub(super) fn blank(&self) -> Option<Value> {
        parsed(self.blank)
    }

    /// Examples that are not JSON.
    pub(super) fn problems(&self) -> Vec<&'static str> {
        let texts = [self.accepted, self.refused, self.blank].into_iter();
        texts.filter(|text| !text.is_empty() && parsed(text).is_none()).collect()
    }
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
