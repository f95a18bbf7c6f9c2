//! Structures as query or form parameters with brackets, as PHP parses them.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
    let internal =
        |error| Error::internal("cannot encode a request with brackets").with_source(error);
    // Through text, since a `Value` sorts the fields.
    let text = serde_json::to_string(value).map_err(internal)?;
    let node: Node = serde_json::from_str(&text).map_err(internal)?;
    let mut pairs = Vec::new();
    node.write(name.to_owned(), &mut pairs)?;
    Ok(pairs)
}

/// JSON with its fields in order.
enum Node {
    Absent,
    Plain(String),
    List(Vec<Self>),
    Fields(Vec<(String, Self)>),
}

impl Node {
    fn write(self, name: String, pairs: &mut Vec<(String, String)>) -> Result<()> {
        match self {
            Self::Absent => {}
            Self::Plain(text) => pairs.push((name, text)),
            Self::List(items) if items.is_empty() => {
                return Err(Error::input(format!("{name}[] has no value"))
                    .with_hint("leave the request out if there is nothing to search for"));
            }
            Self::List(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let place = match item {
                        Self::Plain(_) | Self::Absent => format!("{name}[]"),
                        Self::List(_) | Self::Fields(_) => format!("{name}[{index}]"),
                    };
                    item.write(place, pairs)?;
                }
            }
            Self::Fields(fields) => {
                for (field, value) in fields {
                    let place = match &*name {
                        "" => field,
                        _ => format!("{name}[{field}]"),
                    };
                    value.write(place, pairs)?;
                }
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Absent)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Plain(u8::from(flag).to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Plain(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Fields(fields))
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
    fn empty_list_is_an_error_that_names_it() {
        let error = nested_pairs("filter", &json!({ "ids": [] })).unwrap_err();
        assert!(error.message().starts_with("filter[ids][] "), "{error}");
    }
}
