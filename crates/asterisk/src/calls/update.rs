//! What a tracker gives out.

use vochi_crm_core::CallEvent;

use crate::finished::FinishedCall;

/// What became clear by an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallUpdate {
    /// Something happened in a live call with an outside party, to be told at once. Calls between
    /// employees tell nothing while they live.
    Live(Box<LiveEvent>),
    /// A call is over and everything about it is known.
    Finished(Box<FinishedCall>),
    /// A call that still went on when the stream ended, as it stood then. Its end was not observed:
    /// it is not to be recorded.
    Unfinished(Box<FinishedCall>),
}

/// Something that happened in a live call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    pub(super) tenant: Option<Box<str>>,
    pub(super) event: CallEvent,
}

impl LiveEvent {
    /// Whose call it is: the listener's token, AMI's system name or the name the host gave the PBX.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// What happened.
    pub fn event(&self) -> &CallEvent {
        &self.event
    }

    /// What happened.
    pub fn into_event(self) -> CallEvent {
        self.event
    }
}
