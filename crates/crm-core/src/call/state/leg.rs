//! A leg of a call that lives.

use serde::{Deserialize, Serialize};

use crate::call::{Extension, LegEnd, LegId, Recording};
use crate::time::Timestamp;

/// How far a leg has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegPhase {
    /// It rings.
    Ringing,
    /// The two ends talk.
    Connected,
    /// One end is on hold.
    Held,
    /// It is over.
    Ended,
}

/// A leg of a live call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveLeg {
    /// The PBX's id of the leg, or one minted from the call's.
    pub id: LegId,
    /// The side that calls.
    pub from: LegEnd,
    /// The side that rings or answered.
    pub to: LegEnd,
    /// How far it has come.
    pub phase: LegPhase,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Its recording, where one was told for this leg.
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
