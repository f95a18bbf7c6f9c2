//! What this connector remembers of a call beside the common state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vochi_crm_core::call::{LegPhase, LiveLeg};
use vochi_crm_core::spi::CrmState as Remembered;
use vochi_crm_core::{CallState, CrmCallId, LegId, LegRecord, Timestamp};

use super::call_start::CallStart;
use crate::model::{CommunicationId, ExternalId, LegEventType, StoredFile};

/// What is remembered. Everything in it may be missing: an older version may have written it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The call as call-started returned it.
    pub(super) started: Option<Started>,
    /// How far each leg has come, and since when: a transition that could not be sent keeps its time.
    pub(super) seen: BTreeMap<LegId, Seen>,
    /// The last event sent of each leg.
    #[serde(alias = "told")] // quoted
    pub(super) reported: BTreeMap<LegId, LegEventType>,
    /// Whether the end was sent.
    pub(super) finished: bool,
    /// The call as it was registered.
    pub(super) registered: Option<Registered>,
    /// The recordings: what was uploaded for a leg, and whether it is attached.
    pub(super) recordings: BTreeMap<LegId, Uploaded>,
}

/// A call Kontur knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) communication: CommunicationId,
    /// As it was returned, with its prefix.
    pub(super) external_id: ExternalId,
}

/// How far a leg has come, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) phase: LegPhase,
    pub(super) since: Timestamp,
}

/// A registered call: what a recording that comes later needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Registered {
    /// What the call is started again with, to learn Kontur's id of it.
    #[serde(alias = "facts")]
    pub(super) start: CallStart,
    /// Its legs.
    pub(super) legs: Vec<LegRecord>,
    /// The one a recording of the whole call belongs to.
    pub(super) main: LegId,
}

/// A recording on its way to a leg. A file may be attached once, within a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Uploaded {
    pub(super) file: StoredFile,
    pub(super) at: Timestamp,
    pub(super) attached: Attached,
}

/// Whether a file is attached to its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Attached {
    /// Surely not.
    No,
    /// The request went out and its answer did not come.
    Maybe,
    /// Yes.
    Yes,
}

/// An event to send of a leg.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) leg: LiveLeg,
    pub(super) kind: LegEventType,
    pub(super) at: Timestamp,
}

impl Remembered for CrmState {
    fn crm_call_id(&self, call: &CallState) -> Option<CrmCallId> {
        let known = self.communication().and_then(|id| id.to_common().ok());
        known.or_else(|| call.crm_call_id().cloned())
    }
}

impl CrmState {
    /// Takes over how far the legs have come by an event at this time.
    pub(super) fn observe(&mut self, legs: &[LiveLeg], at: Timestamp) {
        for leg in legs {
            let known = self.seen.get(&leg.id);
            if known.is_none_or(|seen| seen.phase != leg.phase) {
                let since = leg.ended_at.unwrap_or(at);
                let phase = leg.phase;
                self.seen.insert(leg.id.clone(), Seen { phase, since });
            }
        }
    }

    /// The events of these legs that were not sent, in the order they happened. Only the present
    /// counts: of a leg that went on while Kontur could not be reached, the steps between are left
    /// out, and a leg that began and ended in that time is left out whole.
    ///
    /// At one and the same moment, the leg that took the call comes before those that stopped ringing,
    /// and the one that passed it on before the one that has it now.
    pub(super) fn changes<'a>(
        &self,
        legs: impl Iterator<Item = &'a LiveLeg>,
        answered: bool,
    ) -> Vec<Change> {
        let change = |leg: &LiveLeg| {
            let kind = match leg.phase {
                LegPhase::Connected => LegEventType::Connected,
                LegPhase::Held => LegEventType::Paused,
                LegPhase::Ended => LegEventType::Disconnected,
                _ => LegEventType::Appeared,
            };
            let reported = self.reported.get(&leg.id);
            let over = kind == LegEventType::Disconnected && reported.is_none();
            if over || reported == Some(&kind) {
                return None;
            }
            Some(Change { leg: leg.clone(), kind, at: self.seen.get(&leg.id)?.since })
        };
        let mut changes: Vec<Change> = legs.filter_map(change).collect();
        changes.sort_by_key(|change| {
            let ended = change.kind == LegEventType::Disconnected;
            (change.at, ended == answered)
        });
        changes
    }

    /// Kontur's id of the call: as it was begun, or that of the click it was registered under.
    pub(super) fn communication(&self) -> Option<&CommunicationId> {
        let started = self.started.as_ref().map(|started| &started.communication);
        let registered = self.registered.as_ref();
        started.or_else(|| registered?.start.click.as_ref())
    }

    /// What is known of a leg's recording.
    pub(super) fn attached(&self, leg: &LegId) -> Option<Attached> {
        self.recordings.get(leg).map(|uploaded| uploaded.attached)
    }

    /// Notes whether a leg's recording is attached.
    pub(super) fn set_attached(&mut self, leg: &LegId, attached: Attached) {
        if let Some(uploaded) = self.recordings.get_mut(leg) {
            uploaded.attached = attached;
        }
    }
}
