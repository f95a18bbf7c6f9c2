//! Parsed settings with their locations. They hold secrets, so there is no `Debug`.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::location::Location;

/// A table of settings, by key.
#[derive(Clone, Default)]
pub(super) struct Table(pub(super) BTreeMap<String, Entry>);

/// One setting.
#[derive(Clone)]
pub(super) struct Entry {
    /// The location of its key.
    pub(super) location: Location,
    /// Its value.
    pub(super) node: Node,
}

/// A value.
#[derive(Clone)]
pub(super) enum Node {
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// A date, or a number out of range.
    Other,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.0.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the texts of a list.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = match self.get(key).map(|entry| &entry.node) {
            Some(Node::List(list)) => list.as_slice(),
            _ => &[],
        };
        list.iter().filter_map(|item| match item {
            Node::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Returns the entries in the order of the file.
    pub(super) fn in_order(&self) -> Vec<(&str, &Entry)> {
        let mut entries: Vec<_> = self.0.iter().map(|(key, it)| (key.as_str(), it)).collect();
        entries.sort_by_key(|(_, entry)| match &entry.location {
            Location::File { line, column, .. } => (*line, *column),
            Location::Variable(_) => (usize::MAX, 0),
        });
        entries
    }
}

impl Node {
    /// Converts the value to JSON.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Whole(number) => Value::from(*number),
            Self::Real(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Flag(flag) => Value::from(*flag),
            Self::List(list) => list.iter().map(Self::json).collect(),
            Self::Table(table) => Value::Object(
                table
                    .0
                    .iter()
                    .map(|(key, it)| (key.clone(), it.node.json()))
                    .collect::<Map<_, _>>(),
            ),
            Self::Other => Value::Null,
        }
    }
}
