//! Events of a live call.

use super::{
    CallId, CrmCallId, Direction, Extension, Extra, Leg, Line, Outcome, Party, Reason, Recording,
    TransferMode,
};
use crate::time::{Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// The kind of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The legs of the event ring. The first ringing event starts the call; later ones add
    /// employees.
    Ringing,
    /// The leg of the event was answered.
    Answered,
    /// The client was put on hold.
    Held,
    /// The client came off hold.
    Resumed,
    /// The call is transferred.
    Transferred {
        /// The mode.
        mode: TransferMode,
        /// The employee who transfers; by default, the last who talked.
        from: Option<Extension>,
        /// The new employee.
        to: Extension,
    },
    /// The legs of the event stopped ringing or were hung up; the call continues.
    LegEnded,
    /// The call has ended.
    Ended {
        /// The outcome; by default, derived from the stored state.
        outcome: Option<Outcome>,
        /// Why it was not answered.
        reason: Option<Reason>,
        /// The talk time of the client with employees; by default, derived from the stored state.
        talk: Option<Seconds>,
    },
    /// The recording is available.
    RecordingReady(Recording),
}

impl EventKind {
    /// The kind as used in logs and on the command line.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Held => "hold",
            Self::Resumed => "resume",
            Self::Transferred { .. } => "transfer",
            Self::LegEnded => "leave",
            Self::Ended { .. } => "hangup",
            Self::RecordingReady(_) => "recording",
        }
    }
}

/// One event of a live call.
///
/// Direction, client and line are needed with the first event only: later events take missing
/// values from the call store.
///
/// ```
/// use vochi_crm_core::{CallEvent, CallId, Direction, EventKind, Extension, Leg, PhoneNumber};
/// # let now = "2026-03-02T08:00:00Z".parse()?;
/// let client: PhoneNumber = "+375291112233".parse()?;
/// let event = CallEvent::new(CallId::new("1757843474.185")?, now, EventKind::Ringing)
///     .with_direction(Direction::Inbound)
///     .with_client(client)
///     .with_leg(Leg::to_employee(Extension::new("151")?));
/// assert_eq!(event.legs().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEvent {
    call_id: CallId,
    at: Timestamp,
    kind: EventKind,
    direction: Option<Direction>,
    client: Option<Party>,
    line: Option<Line>,
    #[serde(default)]
    legs: Vec<Leg>,
    crm_call_id: Option<CrmCallId>,
    #[serde(default)]
    extra: Extra,
}

impl CallEvent {
    /// Creates an event of a call at an instant.
    pub fn new(call_id: CallId, at: Timestamp, kind: EventKind) -> Self {
        Self {
            call_id,
            at,
            kind,
            direction: None,
            client: None,
            line: None,
            legs: Vec::new(),
            crm_call_id: None,
            extra: Extra::default(),
        }
    }

    /// Sets the direction.
    #[must_use]
    pub fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Sets the outside party.
    #[must_use]
    pub fn with_client(mut self, client: impl Into<Party>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Sets the company's own number or trunk.
    #[must_use]
    pub fn with_line(mut self, line: Line) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds a leg to the event.
    #[must_use]
    pub fn with_leg(mut self, leg: Leg) -> Self {
        self.legs.push(leg);
        self
    }

    /// Sets the CRM's id of the call, from a click in the CRM.
    #[must_use]
    pub fn with_crm_call_id(mut self, id: CrmCallId) -> Self {
        self.crm_call_id = Some(id);
        self
    }

    /// Adds an option of one CRM.
    #[must_use]
    pub fn with_extra(
        mut self,
        name: impl Into<String>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.extra.set(name, value);
        self
    }

    /// Returns the same event at another instant.
    #[must_use]
    pub(crate) fn at_time(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }

    /// Sets the known values of the end of a call.
    #[must_use]
    pub(crate) fn with_end(
        mut self,
        new_outcome: Option<Outcome>,
        new_reason: Option<Reason>,
        new_talk: Option<Seconds>,
    ) -> Self {
        if let EventKind::Ended { outcome, reason, talk } = &mut self.kind {
            *outcome = new_outcome.or(*outcome);
            *reason = new_reason.or(*reason);
            *talk = new_talk.or(*talk);
        }
        self
    }

    /// The PBX's id of the call.
    pub fn call_id(&self) -> &CallId {
        &self.call_id
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The kind of event.
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }

    /// The direction, if given.
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// The outside party, if given.
    pub fn client(&self) -> Option<&Party> {
        self.client.as_ref()
    }

    /// The company's own number or trunk, if given.
    pub fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// The legs of the event.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The CRM's id of the call, if it came from a click.
    pub fn crm_call_id(&self) -> Option<&CrmCallId> {
        self.crm_call_id.as_ref()
    }

    /// Options of one CRM.
    pub fn extra(&self) -> &Extra {
        &self.extra
    }
}
