//! The participants of a leg.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{Error, Result, wire};

use super::UserId;

/// One end of a leg.
///
/// ```
/// use vochi_crm_kontur::model::{Participant, UserId};
/// let masha = Participant::user(UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?);
/// assert_eq!(
///     serde_json::to_value(masha).unwrap(),
///     serde_json::json!({"type": "user", "userId": "a1b2c3d4-1111-4a4a-8b8b-000000000101"}),
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Participant {
    /// The outside party.
    Client,
    /// An employee; `None` if the id is unknown.
    User(Option<UserId>),
    /// Any other type, by its name in the CRM. It is read, never sent.
    Other(String),
}

impl Participant {
    /// Returns this employee.
    pub fn user(id: UserId) -> Self {
        Self::User(Some(id))
    }

    /// Returns an employee with an unknown id.
    pub fn unknown_user() -> Self {
        Self::User(None)
    }

    /// Returns the id of a known employee.
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => id.as_ref(),
            _ => None,
        }
    }

    fn word(&self) -> &str {
        match self {
            Self::Client => "client",
            Self::User(_) => "user",
            Self::Other(word) => word,
        }
    }

    /// Rejects an invalid leg: at most one end may be the client, and both types must be known.
    pub(crate) fn check_leg(from: &Self, to: &Self) -> Result<()> {
        for end in [from, to] {
            if let Self::Other(word) = end {
                return Err(Error::input(format!("unsupported participant type {word:?}")));
            }
        }
        if matches!((from, to), (Self::Client, Self::Client)) {
            return Err(Error::input("invalid leg: the client is at both ends"));
        }
        Ok(())
    }
}

impl Serialize for Participant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.word())?;
        if let Some(id) = self.user_id() {
            map.serialize_entry("userId", id)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Participant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            #[serde(default, rename = "type", deserialize_with = "wire::text_or_none")]
            kind: Option<String>,
            #[serde(default, deserialize_with = "wire::value_or_none")]
            user_id: Option<UserId>,
        }
        let wire = Wire::deserialize(deserializer)?;
        let kind = wire.kind.ok_or_else(|| serde::de::Error::missing_field("type"))?;
        Ok(match kind.to_ascii_lowercase().as_str() {
            "client" => Self::Client,
            "user" => Self::User(wire.user_id),
            _ => Self::Other(kind),
        })
    }
}
