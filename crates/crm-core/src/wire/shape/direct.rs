//! Reading without a copy, for the first try.
//!
//! A lenient deserializer keeps the text of a value, because serde cannot go on after an unreadable
//! one. Responses are almost always as documented. Within [`directly`] a value is therefore read at
//! once, and an unexpected one fails the whole; the caller then reads the response again, leniently.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Fields;

thread_local! {
    /// Whether values are read directly, and no unexpected one was met.
    static STATE: Cell<State> = const { Cell::new(State::Off) };
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Off,
    On,
    Failed,
}

/// Runs a deserialization that is `None` where a lenient one goes on, also if an element in between
/// takes an error for an absent value.
pub(crate) fn directly<T, E>(read: impl FnOnce() -> Result<T, E>) -> Option<T> {
    struct Reset(State);
    impl Drop for Reset {
        fn drop(&mut self) {
            STATE.set(self.0);
        }
    }
    let _reset = Reset(STATE.replace(State::On));
    read().ok().filter(|_| STATE.get() == State::On)
}

pub(super) fn is_on() -> bool {
    STATE.get() != State::Off
}

/// Notes an unexpected value.
pub(super) fn noted<T, E>(read: Result<T, E>) -> Result<T, E> {
    if read.is_err() {
        STATE.set(State::Failed);
    }
    read
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
