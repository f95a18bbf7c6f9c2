//! Lists that keep their good elements if others are invalid.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An invalid element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Its index in the list.
    pub index: usize,
    /// The reason, with the path to the invalid value but not the value.
    pub why: String,
}

/// A list with the elements that could be read, and a note for every element that could not. An
/// element that is itself a list is invalid: its values would be read as fields by their order.
///
/// ```
/// use vochi_crm_core::wire::Items;
/// let items: Items<u8> = serde_json::from_str(r#"[1, "two", 3]"#)?;
/// assert_eq!(items.good, [1, 3]);
/// assert_eq!(items.broken[0].index, 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items<T> {
    /// The valid elements, in order.
    pub good: Vec<T>,
    /// The invalid elements.
    pub broken: Vec<Broken>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { good: Vec::new(), broken: Vec::new() }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements: Vec<Value> = match Value::deserialize(deserializer)? {
            Value::Array(elements) => elements,
            Value::Object(map) => map.into_iter().map(|(_, element)| element).collect(),
            _ => Vec::new(),
        };
        let mut items = Self::default();
        for (index, element) in elements.into_iter().enumerate() {
            let read = if element.is_array() {
                Err(".".to_owned())
            } else {
                serde_path_to_error::deserialize::<_, T>(element)
                    .map_err(|error| error.path().to_string())
            };
            match read {
                Ok(element) => items.good.push(element),
                Err(path) => items.broken.push(Broken { index, why: unreadable_at(&path) }),
            }
        }
        Ok(items)
    }
}

/// Describes the place of an unreadable value. Never the value: it may be personal data.
pub(crate) fn unreadable_at(path: &str) -> String {
    if path == "." { "unexpected form".to_owned() } else { format!("unexpected form of {path}") }
}
