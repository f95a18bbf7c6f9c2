//! Lenient deserializers, for values that differ from a CRM's documented types.
//!
//! All are used as `#[serde(deserialize_with = "…")]`, with `#[serde(default)]` if the field may be
//! absent. They accept odd values with a clear meaning, and read unreadable values of optional
//! fields as absent.

mod items;
mod open_word;
mod scalar;
mod shape;

pub(crate) use items::unreadable_at;
pub use items::{Broken, Items};
pub use scalar::{
    TextSlice, bool_or_none, id_or_none, integer_or_none, local_time_or_none, text_or_none, texts,
    truthy,
};
pub(crate) use shape::directly;
pub use shape::{
    list_or_values, map_or_empty, object, object_or_default, object_or_none, value_or_none,
};
