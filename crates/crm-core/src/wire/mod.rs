//! Lenient readers: what CRMs really put where their documentation promises a type.
//!
//! All are used as `#[serde(deserialize_with = "…")]`, with `#[serde(default)]` where the field may
//! be absent. They never fail on an odd value that has a plain meaning, and read an unreadable one
//! as absent where the field is optional.

mod items;
mod open_word;
mod scalar;
mod shape;

pub(crate) use items::unreadable_at;
pub use items::{Broken, Items};
pub use scalar::{
    bool_or_none, id_or_none, integer_or_none, local_time_or_none, text_or_none, texts, truthy,
};
pub use shape::{
    list_or_values, map_or_empty, object, object_or_default, object_or_none, value_or_none,
};
