//! Entries of the timeline of a lead, request or client (касания).

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{LocalTime, Text, setters, wire};

use super::{LeadId, RequestActionId, RequestId, UserId, entity};

/// The kind of a timeline entry or a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionType {
    /// Not set, a comment: 0.
    Comment,
    /// A call: 1.
    Call,
    /// A letter: 2.
    Letter,
    /// A meeting: 3.
    Meeting,
    /// Any other number of the CRM.
    Other(i64),
}

impl Serialize for ActionType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(match self {
            Self::Comment => 0,
            Self::Call => 1,
            Self::Letter => 2,
            Self::Meeting => 3,
            Self::Other(number) => *number,
        })
    }
}

impl<'de> Deserialize<'de> for ActionType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = wire::integer_or_none(deserializer)?;
        Ok(match number.ok_or_else(|| serde::de::Error::custom("expected a number"))? {
            0 => Self::Comment,
            1 => Self::Call,
            2 => Self::Letter,
            3 => Self::Meeting,
            other => Self::Other(other),
        })
    }
}

/// What a timeline entry or a reminder belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionSubject {
    /// A lead (`r_id`).
    Lead(LeadId),
    /// A request (`r_id`).
    Request(RequestId),
    /// A client (`tr_id`).
    Client(UserId),
}

impl ActionSubject {
    fn field(self) -> (&'static str, u64) {
        match self {
            Self::Lead(id) => ("r_id", id.get()),
            Self::Request(id) => ("r_id", id.get()),
            Self::Client(id) => ("tr_id", id.get()),
        }
    }
}

impl From<LeadId> for ActionSubject {
    fn from(id: LeadId) -> Self {
        Self::Lead(id)
    }
}

impl From<RequestId> for ActionSubject {
    fn from(id: RequestId) -> Self {
        Self::Request(id)
    }
}

impl From<UserId> for ActionSubject {
    fn from(id: UserId) -> Self {
        Self::Client(id)
    }
}

impl Serialize for ActionSubject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, id) = self.field();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(name, &id)?;
        map.end()
    }
}

setters! {
    /// A timeline entry to create.
    #[derive(PartialEq, Eq)]
    pub payload("snake_case") RequestActionData {
        #[serde(flatten)]
        subject: ActionSubject,
        #[serde(rename = "type_id")]
        kind: ActionType,
        datetime: LocalTime,
        text: Text,
        /// The zone of the time, as `+03:00`, which is also U-ON's default.
        timezone: Option<String>,
        /// The author.
        #[serde(rename = "u_id", serialize_with = "super::ids::as_text")]
        author: Option<UserId>,
    }
}

entity! {
    /// A timeline entry (касание). No source shows one, so every field may be missing.
    RequestAction {
        /// The id.
        id: id(RequestActionId) = "id",
        /// The kind.
        kind: word(ActionType) = "type_id",
        /// The time.
        datetime: time = "datetime",
        /// The text.
        text: text = "text",
        /// The author.
        author: id(UserId) = "u_id",
    }
}
