//! Output of the call tracker.

use vochi_crm_core::CallEvent;

use crate::finished::FinishedCall;

/// What a tracker reports: a live event, a finished call or an unfinished one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallUpdate {
    /// An event of a live call with an outside party, to be sent at once. Calls between employees
    /// have none.
    Live(Box<LiveEvent>),
    /// A finished call with its complete record.
    Finished(Box<FinishedCall>),
    /// A call that was still open when the stream ended, as of then. It must not be recorded: its
    /// end was not observed.
    Unfinished(Box<FinishedCall>),
}

/// An event of a live call, with its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    pub(super) tenant: Option<Box<str>>,
    pub(super) event: CallEvent,
}

impl LiveEvent {
    /// The tenant: the dialplan's token, AMI's system name or the name the host gave the PBX.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The event.
    pub fn event(&self) -> &CallEvent {
        &self.event
    }

    /// Unwraps the event.
    pub fn into_event(self) -> CallEvent {
        self.event
    }
}
