//! The connector's stored state of a call.

use std::fmt;

use serde::{Deserialize, Serialize};
use vochi_crm_core::spi::StoredState;
use vochi_crm_core::{CallState, CrmCallId, Timestamp};

use crate::model::{PortalCallId, StatusCode, UserId};

/// The connector's stored state of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The portal's id of the registered call.
    pub(super) call_id: Option<PortalCallId>,
    /// The user of the registration, stored before it is sent: the portal recognizes its repeat by
    /// this user.
    pub(super) registrar: Option<UserId>,
    /// The users who had the card once: a ring is shown once.
    pub(super) seen: Vec<UserId>,
    /// The users whose card is open.
    pub(super) open: Vec<UserId>,
    /// How the call was finished. Bitrix24 does not change a finished call.
    pub(super) finished: Option<Finished>,
    /// The recording that is attached or due.
    pub(super) recording: Option<RecordingState>,
}

/// The values of a finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Finished {
    pub(super) status: StatusCode,
    pub(super) user: UserId,
    /// In seconds.
    pub(super) duration: u32,
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, user, duration } = self;
        write!(f, "status {status}, user {user} and {duration} s")
    }
}

/// The recording of a finished call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RecordingState {
    /// It is attached.
    pub(super) attached: bool,
    /// How many attempts failed.
    pub(super) failures: u32,
    /// When the next attempt is due.
    pub(super) due_at: Option<Timestamp>,
}

impl CrmState {
    /// The portal's id of the call: of its registration, or of the click it came from.
    pub(super) fn portal_id(&self, call: &CallState) -> Option<PortalCallId> {
        let clicked = || PortalCallId::new(call.crm_call_id()?.as_str()).ok();
        self.call_id.clone().or_else(clicked)
    }
}

impl StoredState for CrmState {
    fn crm_call_id(&self, call: &CallState) -> Option<CrmCallId> {
        CrmCallId::new(self.portal_id(call)?.as_str()).ok()
    }
}
