//! Lists whose bad elements do not cost the good ones.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An element of a list that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Why, with the path to the value that is wrong and without the value itself.
    pub why: String,
}

/// A list from the wire: what could be read, and a note for every element that could not. An element
/// that is itself a list cannot: its values would be taken for fields by their order.
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
    /// The elements that could be read, in order.
    pub good: Vec<T>,
    /// The others.
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

/// Names the place of a value that cannot be read. Never the value: it may be anybody's data.
pub(crate) fn unreadable_at(path: &str) -> String {
    if path == "." {
        "it is not of the expected form".to_owned()
    } else {
        format!("{path} is not of the expected form")
    }
}
