//! Numeric ids of a CRM's entities.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::CrmUserId;
use crate::error::{Error, Result};

/// The numeric id of an entity `T`, starting at 1.
///
/// Responses may contain it as a number or as text; requests send a number.
///
/// ```
/// use vochi_crm_core::Id;
/// struct Task;
/// type TaskId = Id<Task>;
/// let id = TaskId::new(434)?;
/// assert_eq!(id.to_string(), "434");
/// assert_eq!(serde_json::from_str::<TaskId>("\"434\"").unwrap(), id);
/// assert!(TaskId::new(0).is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
pub struct Id<T>(NonZeroU64, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// Checks and wraps a number.
    ///
    /// # Errors
    /// `input` for 0.
    pub fn new(id: u64) -> Result<Self> {
        match NonZeroU64::new(id) {
            Some(id) => Ok(Self(id, PhantomData)),
            None => Err(Error::input("invalid id 0: must be positive")),
        }
    }

    /// Wraps a positive number, for constants.
    pub const fn from_nonzero(id: NonZeroU64) -> Self {
        Self(id, PhantomData)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl<T> FromStr for Id<T> {
    type Err = Error;

    /// # Errors
    /// `input` for anything but a positive number.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().parse() {
            Ok(id) => Ok(Self(id, PhantomData)),
            Err(_) => Err(Error::input(format!("invalid id {text:?}: must be a positive number"))),
        }
    }
}

impl<T> TryFrom<&CrmUserId> for Id<T> {
    type Error = Error;

    /// # Errors
    /// `config` for anything but a positive number.
    fn try_from(user: &CrmUserId) -> Result<Self> {
        let user = user.as_str();
        user.parse().map_err(|_| {
            Error::config(format!("invalid user id {user:?}: must be a positive number"))
        })
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.get())
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdVisitor(PhantomData))
    }
}

/// Reads an id that is written as a number or as text.
struct IdVisitor<T>(PhantomData<T>);

impl<T> Visitor<'_> for IdVisitor<T> {
    type Value = Id<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a positive number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id<T>, E> {
        Id::new(number).map_err(|_| E::custom("invalid id: must be a positive number"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Id<T>, E> {
        text.parse().map_err(|_| E::custom("invalid id: must be a positive number"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Task;
    type TaskId = Id<Task>;

    #[test]
    fn reads_numbers_and_texts() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!(0), None),
            (json!("0"), None),
            (json!(-7), None),
            (json!(7.5), None),
            (json!("x7"), None),
            (json!(null), None),
            (json!([7]), None),
        ] {
            let read = serde_json::from_value::<TaskId>(value.clone()).ok();
            assert_eq!(read.map(Id::get), expected, "{value}");
        }
    }

    #[test]
    fn writes_a_number() {
        assert_eq!(json!(TaskId::new(7).unwrap()), json!(7));
    }

    #[test]
    fn user_ids_of_the_common_model_are_configuration() {
        let user = CrmUserId::new("18").unwrap();
        assert_eq!(TaskId::try_from(&user).unwrap().get(), 18);
        for text in ["0", "-1", "u18"] {
            let error = TaskId::try_from(&CrmUserId::new(text).unwrap()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config, "{text}");
            assert!(error.message().contains(text), "{error}");
        }
    }
}
