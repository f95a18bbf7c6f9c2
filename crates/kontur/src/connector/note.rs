//! What this connector remembers of a call beside the common state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vochi_crm_core::call::{LegPhase, LiveLeg};
use vochi_crm_core::{LegId, LegRecord, Timestamp};

use super::facts::Facts;
use crate::model::{CommunicationId, ExternalId, LegEventType, StoredFile};

/// What is remembered. Everything in it may be missing: an older version may have written it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// The call as call-started returned it.
    pub(super) started: Option<Started>,
    /// How far each leg has come, and since when: a transition that could not be told keeps its time.
    pub(super) seen: BTreeMap<LegId, Seen>,
    /// What Kontur was told last of each leg.
    pub(super) told: BTreeMap<LegId, LegEventType>,
    /// Whether Kontur was told of the end.
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
    pub(super) facts: Facts,
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

/// Something to tell of a leg.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) leg: LiveLeg,
    pub(super) kind: LegEventType,
    pub(super) at: Timestamp,
}

impl Note {
    /// Takes over how far the legs have come by an event at this time.
    pub(super) fn look_at(&mut self, legs: &[LiveLeg], at: Timestamp) {
        for leg in legs {
            let known = self.seen.get(&leg.id);
            if known.is_none_or(|seen| seen.phase != leg.phase) {
                let since = leg.ended_at.unwrap_or(at);
                let phase = leg.phase;
                self.seen.insert(leg.id.clone(), Seen { phase, since });
            }
        }
    }

    /// What Kontur has not been told of these legs, in the order it happened. Only the present
    /// counts: of a leg that went on while Kontur could not be told, the steps between are left out,
    /// and one that began and ended meanwhile is left out whole.
    ///
    /// At one and the same moment, whoever took the call comes before those who stopped ringing, and
    /// whoever passed it on before the one who has it now.
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
            let told = self.told.get(&leg.id);
            let over = kind == LegEventType::Disconnected && told.is_none();
            if over || told == Some(&kind) {
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
        started.or_else(|| registered?.facts.click.as_ref())
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
