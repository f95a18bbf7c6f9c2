//! Calls of the history.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{LocalTime, Seconds, Text, setters, wire};

use super::{Digits, LoggedCallId, OfficeId, UserId, entity};

/// The direction of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallDirection {
    /// The company calls the client: 1.
    Outgoing,
    /// The client calls: 2.
    Incoming,
    /// Any other number of the CRM; it cannot be written.
    Other(i64),
}

impl CallDirection {
    /// The CRM's number.
    pub fn number(self) -> i64 {
        match self {
            Self::Outgoing => 1,
            Self::Incoming => 2,
            Self::Other(number) => number,
        }
    }
}

impl Serialize for CallDirection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}

impl<'de> Deserialize<'de> for CallDirection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = wire::integer_or_none(deserializer)?;
        match number.ok_or_else(|| serde::de::Error::custom("expected a number"))? {
            1 => Ok(Self::Outgoing),
            2 => Ok(Self::Incoming),
            other => Ok(Self::Other(other)),
        }
    }
}

setters! {
    /// A call to log. `start` is local to the account.
    ///
    /// ```
    /// use vochi_crm_core::{PhoneNumber, Seconds};
    /// use vochi_crm_uon::model::{CallData, CallDirection, UserId};
    /// let phone: PhoneNumber = "+375291112233".parse()?;
    /// let start: vochi_crm_core::LocalTime = "2025-08-28 14:52:10".parse()?;
    /// let call = CallData::new(phone, start, CallDirection::Incoming)
    ///     .duration(Seconds::new(120))
    ///     .manager(UserId::new(2)?);
    /// assert_eq!(serde_json::to_value(&call).unwrap()["phone"], "375291112233");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(PartialEq, Eq)]
    pub payload("snake_case") CallData {
        phone: Digits,
        start: LocalTime,
        /// The talk time; 0 for an unanswered call.
        duration: Option<Seconds>,
        direction: CallDirection,
        /// The manager of the call.
        #[serde(rename = "manager_id", serialize_with = "super::ids::as_text")]
        manager: Option<UserId>,
        /// The address of the recording, which the manager's browser must reach.
        record_link: Option<Text>,
        /// Any text; U-ON has no field for the result of a call.
        note: Option<String>,
        /// The office. One public client sends it.
        #[serde(rename = "office_id")]
        office: Option<OfficeId>,
    }
}

entity! {
    /// A call of the history. No source shows one, so every field may be missing.
    LoggedCall {
        /// The id.
        id: id(LoggedCallId) = "id",
        /// The start, local to the account.
        start: time = "start",
        /// The client's number.
        phone: text = "phone",
        /// The direction.
        direction: word(CallDirection) = "direction",
        /// Seconds.
        duration: number = "duration",
        /// The manager.
        manager_id: id(UserId) = "manager_id",
        /// The address of the recording.
        record_link: text = "record_link",
        /// The note.
        note: text = "note",
    }
}
