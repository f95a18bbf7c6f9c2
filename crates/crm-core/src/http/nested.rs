//! Structures as query or form parameters with brackets, as PHP parses them.

use std::fmt;
use std::fmt::Write as _;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};

use crate::error::{Error, Result};

/// Encodes a structure as pairs with bracketed names: `filter[phones][]=…`. Fields keep their
/// order; flags are 1 and 0, absent values have no pair. Lists of plain values are `name[]`, lists
/// of structures `name[0][field]`. With an empty `name` the first fields are not in brackets.
///
/// ```
/// use vochi_crm_core::http::nested_pairs;
/// #[derive(serde::Serialize)]
/// struct Filter {
///     ids: Vec<u32>,
///     name: Option<&'static str>,
/// }
/// let pairs = nested_pairs("filter", &Filter { ids: vec![7, 8], name: Some("a&b") })?;
/// let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names, ["filter[ids][]", "filter[ids][]", "filter[name]"]);
/// assert_eq!(pairs[2].1, "a&b");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
///
/// # Errors
/// `input` for an empty list, which brackets cannot express; `internal` for a structure that is not
/// JSON.
pub fn nested_pairs<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Vec<(String, String)>> {
    // Through text, since a `Value` sorts the fields.
    let text = serde_json::to_vec(value).map_err(not_json)?;
    let mut pairs = Vec::new();
    each_nested_pair(name, &text, &mut |name, value| {
        pairs.push((name.to_owned(), value.to_owned()));
        Ok(())
    })?;
    Ok(pairs)
}

/// Calls `each` with the pairs of [`nested_pairs`], for a structure that is JSON already.
///
/// ```
/// use vochi_crm_core::http::each_nested_pair;
/// let mut query = String::new();
/// each_nested_pair("", br#"{"ID":[7,8]}"#, &mut |name, value| {
///     query += &format!("{name}={value}&");
///     Ok(())
/// })?;
/// assert_eq!(query, "ID[]=7&ID[]=8&");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
///
/// # Errors
/// As [`nested_pairs`], and those of `each`.
pub fn each_nested_pair(
    name: &str,
    json: &[u8],
    each: &mut dyn FnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let json = std::str::from_utf8(json).map_err(|error| not_json(de::Error::custom(error)))?;
    // Room for almost every name and number.
    let (mut path, number) = (String::with_capacity(64), String::with_capacity(24));
    path.push_str(name);
    let mut pairs = Pairs { name: path, number, each, error: None };
    let mut reader = serde_json::Deserializer::from_str(json);
    let node = Node { pairs: &mut pairs, index: None };
    let read = node.deserialize(&mut reader).and_then(|()| reader.end());
    match pairs.error {
        Some(error) => Err(error),
        None => read.map_err(not_json),
    }
}

fn not_json(error: serde_json::Error) -> Error {
    Error::internal("cannot encode a request with brackets").with_source(error)
}

/// Where the pairs go. Nothing is kept of the structure but the name of the present value.
struct Pairs<'a> {
    name: String,
    /// The text of a number.
    number: String,
    each: &'a mut dyn FnMut(&str, &str) -> Result<()>,
    /// Why the reading stopped.
    error: Option<Error>,
}

impl Pairs<'_> {
    fn stop<E: de::Error>(&mut self, error: Error) -> E {
        self.error = Some(error);
        E::custom("the pairs are not complete")
    }
}

/// A value of the structure.
struct Node<'p, 'a> {
    pairs: &'p mut Pairs<'a>,
    /// Its number, in a list.
    index: Option<usize>,
}

impl Node<'_, '_> {
    fn plain<E: de::Error>(self, text: &str) -> Result<(), E> {
        let Self { pairs, index } = self;
        let length = pairs.name.len();
        if index.is_some() {
            pairs.name.push_str("[]");
        }
        let result = (pairs.each)(&pairs.name, text);
        pairs.name.truncate(length);
        result.map_err(|error| pairs.stop(error))
    }

    fn number<E: de::Error>(self, number: impl fmt::Display) -> Result<(), E> {
        let mut text = std::mem::take(&mut self.pairs.number);
        text.clear();
        // Writing to a String cannot fail.
        let _ = write!(text, "{number}");
        let Self { pairs, index } = self;
        let result = Node { pairs: &mut *pairs, index }.plain(&text);
        pairs.number = text;
        result
    }

    /// Adds the number of a list or structure inside a list to the name.
    fn add_index(&mut self) {
        if let Some(index) = self.index {
            // Writing to a String cannot fail.
            let _ = write!(self.pairs.name, "[{index}]");
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<(), E> {
        self.plain(if flag { "1" } else { "0" })
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.plain(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let length = self.pairs.name.len();
        self.add_index();
        let mut index = 0;
        loop {
            let item = Node { pairs: &mut *self.pairs, index: Some(index) };
            if list.next_element_seed(item)?.is_none() {
                break;
            }
            index += 1;
        }
        if index == 0 {
            let error = Error::input(format!("{}[] has no value", self.pairs.name))
                .with_hint("leave the request out if there is nothing to search for");
            return Err(self.pairs.stop(error));
        }
        self.pairs.name.truncate(length);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let length = self.pairs.name.len();
        self.add_index();
        let own = self.pairs.name.len();
        while fields.next_key_seed(FieldName(&mut self.pairs.name))?.is_some() {
            fields.next_value_seed(Node { pairs: &mut *self.pairs, index: None })?;
            self.pairs.name.truncate(own);
        }
        self.pairs.name.truncate(length);
        Ok(())
    }
}

/// Adds the name of a field to that of its structure.
struct FieldName<'p>(&'p mut String);

impl<'de> DeserializeSeed<'de> for FieldName<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, field: &str) -> Result<(), E> {
        if self.0.is_empty() {
            self.0.push_str(field);
        } else {
            self.0.extend(["[", field, "]"]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Order {
        name: &'static str,
        items: Vec<Item>,
        absent: Option<u32>,
        urgent: bool,
    }

    #[derive(Serialize)]
    struct Item {
        price: f64,
        count: i8,
    }

    #[test]
    fn structures_keep_their_order_and_lists_of_them_their_index() {
        let items = vec![Item { price: 1.5, count: 2 }, Item { price: 3.0, count: -1 }];
        let order = Order { name: "я", items, absent: None, urgent: true };
        let pairs = nested_pairs("order", &order).unwrap();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            pairs,
            [
                "order[name]=я",
                "order[items][0][price]=1.5",
                "order[items][0][count]=2",
                "order[items][1][price]=3",
                "order[items][1][count]=-1",
                "order[urgent]=1",
            ]
        );
    }

    #[test]
    fn lists_of_lists_have_both_indices() {
        let pairs = nested_pairs("", &json!({"a": [[1, 2], {"b": [null, "x"]}], "c": {}})).unwrap();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["a[0][]=1", "a[0][]=2", "a[1][b][]=x"]);
    }

    #[test]
    fn empty_list_is_an_error_that_names_it() {
        let error = nested_pairs("filter", &json!({ "ids": [] })).unwrap_err();
        assert!(error.message().starts_with("filter[ids][] "), "{error}");
    }
}
