//! Objects of a request.

use serde_json::{Map, Value};

use crate::check::Detail;

/// An object of the request, such as an event, an uploaded call or a customer in an order.
pub(crate) struct Object<'a> {
    /// Prefix of its field names in a response: empty, `calls[0].`, `items[0].to.`.
    prefix: String,
    /// The fields.
    pub(crate) fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// The root object of a request.
    pub(crate) fn root(fields: &'a Map<String, Value>) -> Self {
        Self { prefix: String::new(), fields }
    }

    /// The objects of a list, in order; other items are skipped.
    pub(crate) fn list(name: &str, items: &'a [Value]) -> Vec<Self> {
        let objects = items.iter().enumerate().filter_map(|(index, item)| {
            Some(Self { prefix: format!("{name}[{index}]."), fields: item.as_object()? })
        });
        objects.collect()
    }

    /// The object in this field.
    pub(crate) fn inside(&self, name: &str) -> Option<Self> {
        Some(Self {
            prefix: format!("{}{name}.", self.prefix),
            fields: self.fields.get(name)?.as_object()?,
        })
    }

    /// The objects of the list in this field.
    pub(crate) fn each(&self, name: &str) -> Vec<Self> {
        let items = self.fields.get(name).and_then(Value::as_array);
        items.map_or_else(Vec::new, |items| Self::list(&self.path(name), items))
    }

    /// The text in this field.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name)?.as_str()
    }

    /// Returns true if this field is sent.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Path of a field, as a response names it.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A violation of this field.
    pub(crate) fn at(&self, name: &str, text: impl Into<Value>) -> Detail {
        Detail::new(self.path(name), text)
    }
}
