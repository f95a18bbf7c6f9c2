//! Legs of a live call.

use serde::{Deserialize, Serialize};

use crate::call::{Extension, LegEnd, LegId, Recording};
use crate::time::Timestamp;

/// The phase of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegPhase {
    /// Ringing.
    Ringing,
    /// The two ends are connected.
    Connected,
    /// One end is on hold.
    Held,
    /// Ended.
    Ended,
}

/// A leg of a live call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveLeg {
    /// The PBX's id of the leg, or one generated from the call's id.
    pub id: LegId,
    /// The side that calls.
    pub from: LegEnd,
    /// The side that rings or answered.
    pub to: LegEnd,
    /// The phase.
    pub phase: LegPhase,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The recording of this leg, if one was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
}

impl LiveLeg {
    pub(super) fn has_client(&self) -> bool {
        self.from == LegEnd::Client || self.to == LegEnd::Client
    }

    pub(super) fn employees(&self) -> impl Iterator<Item = &Extension> {
        self.from.extension().into_iter().chain(self.to.extension())
    }

    pub(super) fn end(&mut self, at: Timestamp) {
        if self.phase != LegPhase::Ended {
            self.phase = LegPhase::Ended;
            self.ended_at = Some(at);
        }
    }
}
