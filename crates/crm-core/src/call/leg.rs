//! The connections between two parties that a call is made of.

use serde::{Deserialize, Serialize};

use super::{Extension, LegId, Recording};
use crate::time::Timestamp;

/// One end of a leg.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegEnd {
    /// The outside party.
    Client,
    /// An employee, by extension or mobile.
    Employee(Extension),
    /// An employee who cannot be told.
    UnknownEmployee,
    /// The PBX itself: in a click-to-call it rings the employee before it dials the client.
    Pbx,
}

impl LegEnd {
    /// The employee's extension, if it is a known one.
    pub fn extension(&self) -> Option<&Extension> {
        match self {
            Self::Employee(extension) => Some(extension),
            _ => None,
        }
    }
}

/// A leg as a live event names it. `to` is the side that rings or answers.
///
/// ```
/// use vochi_crm_core::{Extension, Leg};
/// let leg = Leg::to_employee(Extension::new("151")?);
/// assert_eq!(leg.employee().map(Extension::as_str), Some("151"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    id: Option<LegId>,
    from: LegEnd,
    to: LegEnd,
}

impl Leg {
    /// A leg between two ends.
    pub fn new(from: LegEnd, to: LegEnd) -> Self {
        Self { id: None, from, to }
    }

    /// The client's call rings at an employee.
    pub fn to_employee(extension: Extension) -> Self {
        Self::new(LegEnd::Client, LegEnd::Employee(extension))
    }

    /// An employee's call rings at the client.
    pub fn to_client(extension: Extension) -> Self {
        Self::new(LegEnd::Employee(extension), LegEnd::Client)
    }

    /// Sets the PBX's id of the leg; without one the library mints `call.n`.
    #[must_use]
    pub fn with_id(mut self, id: LegId) -> Self {
        self.id = Some(id);
        self
    }

    /// The PBX's id of the leg.
    pub fn id(&self) -> Option<&LegId> {
        self.id.as_ref()
    }

    /// The side that calls.
    pub fn from(&self) -> &LegEnd {
        &self.from
    }

    /// The side that rings or answers.
    pub fn to(&self) -> &LegEnd {
        &self.to
    }

    /// The employee of the leg; of two, the one who is called.
    pub fn employee(&self) -> Option<&Extension> {
        self.to.extension().or_else(|| self.from.extension())
    }
}

/// A leg of a finished call. A CRM that knows legs sees nothing else of a call, so they have to say
/// the same as its record: whoever talked with the client has an answered leg with the client, and
/// nobody else does. A phone that was lifted and only heard an offer of the call was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRecord {
    /// The leg's id, unique in the account.
    pub id: LegId,
    /// The side that called.
    pub from: LegEnd,
    /// The side that was called.
    pub to: LegEnd,
    /// When the two were connected; absent if they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it ended; absent if its end was not observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The recording of this leg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
}
