//! Reading without a copy, for the first try.
//!
//! A lenient deserializer keeps the text of a value, because serde cannot go on after an unreadable
//! one. Responses are almost always as documented. Within [`directly`] a value is therefore read at
//! once, and an unexpected one is an error; the caller then reads the response again, leniently.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Fields;

thread_local! {
    static IS_ON: Cell<bool> = const { Cell::new(false) };
}

/// Runs a deserialization that fails where a lenient one goes on.
pub(crate) fn directly<T>(read: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            IS_ON.set(self.0);
        }
    }
    let _reset = Reset(IS_ON.replace(true));
    read()
}

pub(super) fn is_on() -> bool {
    IS_ON.get()
}

/// An object; `null`, `[]` and `{}` are `None`.
pub(super) struct FieldsOrNone<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldsOrNone<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Option<T>, A::Error> {
        let mut is_empty = true;
        let fields = Watched { fields, is_empty: &mut is_empty };
        let read = T::deserialize(MapAccessDeserializer::new(fields));
        if is_empty { Ok(None) } else { read.map(Some) }
    }
}

/// The fields of an object, and whether there was one.
struct Watched<'a, A> {
    fields: A,
    is_empty: &'a mut bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = self.fields.next_key_seed(seed)?;
        *self.is_empty &= key.is_none();
        Ok(key)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.fields.next_value_seed(seed)
    }
}

/// A list of objects.
pub(super) struct Objects<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut objects = Vec::new();
        while let Some(object) = list.next_element_seed(Object(PhantomData))? {
            objects.push(object);
        }
        Ok(objects)
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Object<T> {
    type Value = T;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(Fields(self.0))
    }
}
