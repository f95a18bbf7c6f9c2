//! Legs: the connections between two parties of a call.

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
    /// An unidentified employee.
    UnknownEmployee,
    /// The PBX itself: in a click-to-call it rings the employee before it dials the client.
    Pbx,
}

impl LegEnd {
    /// The employee's extension, if known.
    pub fn extension(&self) -> Option<&Extension> {
        match self {
            Self::Employee(extension) => Some(extension),
            _ => None,
        }
    }
}

/// A leg of a live event. `to` is the side that rings or answers.
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
    /// Creates a leg between two ends.
    pub fn new(from: LegEnd, to: LegEnd) -> Self {
        Self { id: None, from, to }
    }

    /// Creates a leg of the client's call to an employee.
    pub fn to_employee(extension: Extension) -> Self {
        Self::new(LegEnd::Client, LegEnd::Employee(extension))
    }

    /// Creates a leg of an employee's call to the client.
    pub fn to_client(extension: Extension) -> Self {
        Self::new(LegEnd::Employee(extension), LegEnd::Client)
    }

    /// Sets the PBX's id of the leg; by default the library generates `call.n`.
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

    /// The employee of the leg; of two employees, the called one.
    pub fn employee(&self) -> Option<&Extension> {
        self.to.extension().or_else(|| self.from.extension())
    }
}

/// A leg of a finished call. Legs must agree with the record, since some CRMs read only the legs:
/// exactly the employees who talked with the client have an answered leg with the client. A phone
/// that was picked up only to be offered the call was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRecord {
    /// The leg's id, unique in the account.
    pub id: LegId,
    /// The side that called.
    pub from: LegEnd,
    /// The side that was called.
    pub to: LegEnd,
    /// When the two ends were connected; `None` if they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it ended; `None` if the end was not observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The recording of this leg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
}
