//! Who takes part in a leg.

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
    /// An employee; `None` where Kontur's id is not known.
    User(Option<UserId>),
    /// Anything else, by the CRM's own word. It is read, never sent.
    Other(String),
}

impl Participant {
    /// This employee.
    pub fn user(id: UserId) -> Self {
        Self::User(Some(id))
    }

    /// An employee whose id is not known.
    pub fn unknown_user() -> Self {
        Self::User(None)
    }

    /// The employee, if it is a known one.
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

    /// Refuses a leg Kontur would not understand: it has two participants, and at most one is the
    /// client.
    pub(crate) fn check_leg(from: &Self, to: &Self) -> Result<()> {
        for end in [from, to] {
            if let Self::Other(word) = end {
                return Err(Error::input(format!("Kontur has no participant {word:?}")));
            }
        }
        if matches!((from, to), (Self::Client, Self::Client)) {
            return Err(Error::input("a leg has the client at both ends"));
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
        let kind = wire.kind.unwrap_or_default();
        Ok(match kind.to_ascii_lowercase().as_str() {
            "client" => Self::Client,
            "user" => Self::User(wire.user_id),
            _ => Self::Other(kind),
        })
    }
}
