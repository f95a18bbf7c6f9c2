//! Lenient deserializers for lists as maps, maps as lists, and missing objects.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
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

    deserializer.deserialize_map(Fields(PhantomData))
}

/// Reads an object; `null`, `[]`, `{}` and an unreadable object are `None`.
pub fn object_or_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
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
    Value::deserialize(deserializer).map(|value| T::deserialize(value).ok())
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_list_is_an_empty_map() {
        assert!(map_or_empty::<_, String>(&json!([])).unwrap().is_empty());
        assert_eq!(map_or_empty::<_, String>(&json!({"a": "b", "c": 1})).unwrap().len(), 1);
    }

    #[test]
    fn map_is_read_as_the_list_of_its_values() {
        assert_eq!(list_or_values::<_, u8>(&json!({"x": 1, "y": 2})).unwrap(), [1, 2]);
        assert_eq!(list_or_values::<_, u8>(&json!([1, "bad", 2])).unwrap(), [1, 2]);
        assert!(list_or_values::<_, u8>(&json!(null)).unwrap().is_empty());
    }

    #[test]
    fn missing_objects_are_none() {
        type Map = BTreeMap<String, u8>;
        for nothing in [json!(null), json!([]), json!({}), json!("")] {
            assert_eq!(object_or_none::<_, Map>(&nothing).unwrap(), None, "{nothing}");
        }
        assert!(object_or_none::<_, Map>(&json!({"a": 1})).unwrap().is_some());
    }

    #[test]
    fn unreadable_object_is_the_default() {
        type Map = BTreeMap<String, u8>;
        for nothing in [json!(null), json!([]), json!([1, 2]), json!({"a": "b"})] {
            assert_eq!(object_or_default::<_, Map>(&nothing).unwrap(), Map::new(), "{nothing}");
        }
        let read: Map = object_or_default(&json!({"a": 1})).unwrap();
        assert_eq!(read["a"], 1);
    }

    #[test]
    fn last_of_repeated_keys_counts() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Point {
            x: u8,
        }
        let mut reader = serde_json::Deserializer::from_str(r#"{"x":1,"x":2}"#);
        assert_eq!(object_or_none::<_, Point>(&mut reader).unwrap(), Some(Point { x: 2 }));
    }

    #[test]
    fn unreadable_value_is_none() {
        for (value, read) in
            [(json!(7), Some(7)), (json!(null), None), (json!("seven"), None), (json!({}), None)]
        {
            assert_eq!(value_or_none::<_, u8>(&value).unwrap(), read, "{value}");
        }
    }
}
