//! Lenient deserializers for lists as maps, maps as lists, and missing objects.

mod direct;

pub(crate) use direct::directly;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Reads a map; an empty list (PHP's empty map) and `null` are the empty map. Unreadable values are
/// skipped.
pub fn map_or_empty<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let map = parts::<BTreeMap<String, &RawValue>>(&raw, '{').unwrap_or_default();
    Ok(map.into_iter().filter_map(|(key, value)| Some((key, read(value)?))).collect())
}

/// Reads a list; a map becomes the list of its values, `null` and anything else an empty list.
/// Elements that are unreadable, or lists themselves, are skipped.
pub fn list_or_values<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    if direct::is_on() {
        return direct::noted(deserializer.deserialize_seq(direct::Objects(PhantomData)));
    }
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let values = || parts::<BTreeMap<String, &RawValue>>(&raw, '{');
    let items = parts::<Vec<&RawValue>>(&raw, '[')
        .or_else(|| values().map(|map| map.into_values().collect()))
        .unwrap_or_default();
    // The values of a list would be read as fields by their order.
    Ok(items.into_iter().filter(|item| !item.get().starts_with('[')).filter_map(read).collect())
}

/// Reads a required object. A list is an error: serde would read its elements as fields by their
/// order.
pub fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Fields(PhantomData))
}

/// Reads an object; `null`, `[]`, `{}` and an unreadable object are `None`.
pub fn object_or_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    if direct::is_on() {
        return direct::noted(deserializer.deserialize_any(direct::FieldsOrNone(PhantomData)));
    }
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let fields = raw.get().strip_prefix('{').map(str::trim_start);
    Ok(fields.filter(|fields| !fields.starts_with('}')).and_then(|_| read(&raw)))
}

/// Like [`object_or_none`], but with the default instead of `None`.
pub fn object_or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    object_or_none(deserializer).map(Option::unwrap_or_default)
}

/// Reads any deserializable value (an id, a word of an open vocabulary); `null` and unreadable
/// values are `None`.
pub fn value_or_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    deserializer.deserialize_any(ValueOrNone(PhantomData))
}

/// Any value. serde can go on after a scalar that `T` refuses; the rest of a structure would be left
/// unread, so that it is kept first.
struct ValueOrNone<T>(PhantomData<T>);

impl<T: DeserializeOwned> ValueOrNone<T> {
    fn read<'de>(value: impl IntoDeserializer<'de, Unreadable>) -> Option<T> {
        T::deserialize(value.into_deserializer()).ok()
    }
}

/// An error that no one reads, and that costs no text.
#[derive(Debug, thiserror::Error)]
#[error("unreadable")]
struct Unreadable;

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ValueOrNone<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(Self::read(()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Option<T>, E> {
        Ok(Self::read(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<T>, E> {
        Ok(Self::read(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<T>, E> {
        Ok(Self::read(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<T>, E> {
        Ok(Self::read(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
        Ok(Self::read(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<T>, A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(T::deserialize(list).ok())
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Option<T>, A::Error> {
        let fields = Value::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(T::deserialize(fields).ok())
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

/// The elements of a list or map, by its opening bracket.
fn parts<'a, T: Deserialize<'a>>(raw: &'a RawValue, bracket: char) -> Option<T> {
    raw.get().starts_with(bracket).then(|| serde_json::from_str(raw.get()).ok()).flatten()
}

/// Reads a value if it is readable.
fn read<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    let text = raw.get();
    // Structures refuse a repeated key; in a `Value` the last one counts.
    let last = |_| serde_json::from_str::<Value>(text).and_then(T::deserialize);
    serde_json::from_str(text).or_else(last).ok()
}

#[cfg(test)]
mod tests;
