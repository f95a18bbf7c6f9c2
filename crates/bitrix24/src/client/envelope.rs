//! The parts of a response, read in one pass for all who judge, count and decode it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use vochi_crm_core::http::Response;
use vochi_crm_core::wire::TextSlice;

/// The parts of a response; none if it is not Bitrix24's.
#[derive(Default)]
pub(crate) struct Envelope {
    /// Whether there is a result; it may be `null`.
    pub(crate) has_result: bool,
    pub(crate) error: Option<Value>,
    pub(crate) description: Option<Value>,
    /// The operating time of the method.
    pub(super) usage: Option<Usage>,
    /// The results of the commands of a batch. Any object has this form: all is optional.
    pub(super) commands: Option<Commands>,
}

/// The results of a batch by command. `None` for a list with elements: its keys are lost.
pub(super) struct Commands {
    pub(super) results: Option<ByKey<Bytes>>,
    pub(super) errors: Option<ByKey<Value>>,
    pub(super) next: Option<ByKey<Bytes>>,
    pub(super) total: Option<ByKey<Bytes>>,
    pub(super) usage: ByKey<Usage>,
}

impl Envelope {
    pub(crate) fn of(response: &Response) -> Arc<Self> {
        response.read_once(|response| Self::read(&response.body).unwrap_or_default())
    }

    fn read(body: &Bytes) -> Option<Self> {
        // The text is checked once, not each part of it.
        let wire: Wire<'_> = match std::str::from_utf8(body) {
            Ok(text) => serde_json::from_str(text).ok()?,
            Err(_) => serde_json::from_slice(body).ok()?,
        };
        Some(Self {
            has_result: wire.result.is_some(),
            error: wire.error,
            description: wire.error_description,
            usage: wire.time.fields().and_then(|times| Usage::of(&times)),
            commands: wire.result.and_then(PhpMap::fields).map(|result| Commands::of(result, body)),
        })
    }
}

impl Commands {
    /// Keeps what is needed, without a copy of the results.
    fn of(wire: WireCommands<'_>, body: &Bytes) -> Self {
        let slice = |raw: &RawValue| Some(body.slice_ref(raw.get().as_bytes()));
        let slices = |map: PhpMap<Pairs<'_, _>>| Some(ByKey::of(map.or_empty()?, body, slice));
        let times = wire.result_time.or_empty().unwrap_or_default();
        Self {
            results: slices(wire.result),
            errors: wire.result_error.or_empty().map(|pairs| ByKey::of(pairs, body, Some)),
            next: slices(wire.result_next),
            total: slices(wire.result_total),
            usage: ByKey::of(times, body, |times| Usage::of(&times.fields()?)),
        }
    }
}

/// Values by the key of their command, in the order of the response.
pub(super) struct ByKey<T>(Vec<(Bytes, T)>);

impl<T> ByKey<T> {
    fn of<W>(pairs: Pairs<'_, W>, body: &Bytes, kept: impl Fn(W) -> Option<T>) -> Self {
        let key = |key| match key {
            Cow::Borrowed(key) => body.slice_ref(str::as_bytes(key)),
            Cow::Owned(key) => key.into(),
        };
        let pairs = pairs.0.into_iter();
        Self(pairs.filter_map(|(name, value)| Some((key(name), kept(value)?))).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The value of the command with this number and key.
    pub(super) fn get(&self, number: usize, key: &str) -> Option<&T> {
        let is_it = |pair: &&(Bytes, T)| *pair.0 == *key.as_bytes();
        // Most responses have all commands in their order.
        let pair = self.0.get(number).filter(is_it).or_else(|| self.0.iter().find(is_it));
        pair.map(|(_, value)| value)
    }
}

/// The use of a method's operating time.
pub(super) struct Usage {
    pub(super) seconds: f64,
    /// When a part of it is released, from the response on.
    pub(super) release: Option<Duration>,
}

impl Usage {
    fn of(times: &Times<'_>) -> Option<Self> {
        let number = |raw: Option<&RawValue>| {
            let number: f64 = raw?.get().trim_matches('"').trim().parse().ok()?;
            number.is_finite().then_some(number)
        };
        let seconds = number(times.operating).filter(|seconds| *seconds >= super::usage::NOTED)?;
        // Both moments are the server's: the clocks of two machines differ.
        let (reset, now) = (number(times.operating_reset_at), number(times.finish));
        let left = reset.zip(now).map(|(reset, now)| (reset - now).clamp(0.0, 600.0));
        Some(Self { seconds, release: left.map(Duration::from_secs_f64) })
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<PhpMap<WireCommands<'a>>>,
    error: Option<Value>,
    error_description: Option<Value>,
    #[serde(borrow, default)]
    time: PhpMap<Times<'a>>,
}

/// Reads a field whose `null` is a value.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireCommands<'a> {
    #[serde(borrow)]
    result: PhpMap<Pairs<'a, &'a RawValue>>,
    #[serde(borrow)]
    result_error: PhpMap<Pairs<'a, Value>>,
    #[serde(borrow)]
    result_next: PhpMap<Pairs<'a, &'a RawValue>>,
    #[serde(borrow)]
    result_total: PhpMap<Pairs<'a, &'a RawValue>>,
    #[serde(borrow)]
    result_time: PhpMap<Pairs<'a, PhpMap<Times<'a>>>>,
}

/// The times of a response, as far as they are needed.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Times<'a> {
    #[serde(borrow)]
    operating: Option<&'a RawValue>,
    #[serde(borrow)]
    operating_reset_at: Option<&'a RawValue>,
    #[serde(borrow)]
    finish: Option<&'a RawValue>,
}

/// An object as PHP writes it: an empty one is `[]`.
#[derive(Default)]
enum PhpMap<T> {
    Fields(T),
    #[default]
    Empty,
    /// A list with elements, or a scalar.
    Other,
}

impl<T> PhpMap<T> {
    fn fields(self) -> Option<T> {
        match self {
            Self::Fields(fields) => Some(fields),
            Self::Empty | Self::Other => None,
        }
    }
}

impl<T: Default> PhpMap<T> {
    fn or_empty(self) -> Option<T> {
        match self {
            Self::Fields(fields) => Some(fields),
            Self::Empty => Some(T::default()),
            Self::Other => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PhpMap<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PhpMapVisitor(PhantomData))
    }
}

struct PhpMapVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PhpMapVisitor<T> {
    type Value = PhpMap<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<PhpMap<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(PhpMap::Fields)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PhpMap<T>, A::Error> {
        let mut read = PhpMap::Empty;
        while list.next_element::<IgnoredAny>()?.is_some() {
            read = PhpMap::Other;
        }
        Ok(read)
    }

    fn visit_unit<E>(self) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Empty)
    }

    fn visit_bool<E>(self, _: bool) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<PhpMap<T>, E> {
        Ok(PhpMap::Other)
    }
}

/// The fields of a map in their order.
struct Pairs<'a, T>(Vec<(Cow<'a, str>, T)>);

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<'a, T>(PhantomData<Pairs<'a, T>>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<'a, T> {
    type Value = Pairs<'a, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Pairs<'a, T>, A::Error> {
        let mut pairs = Vec::new();
        while let Some((TextSlice(key), value)) = fields.next_entry()? {
            pairs.push((key, value));
        }
        Ok(Pairs(pairs))
    }
}
