//! The state of a call in this connector, stored beside the common state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vochi_crm_core::call::{LegPhase, LiveLeg};
use vochi_crm_core::spi::StoredState;
use vochi_crm_core::{CallState, CrmCallId, LegId, LegRecord, Timestamp};

use super::call_start::CallStart;
use crate::model::{CommunicationId, ExternalId, LegEventType, StoredFile};

/// The stored state. Every field may be missing in a document of an older version.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The call as call-started returned it.
    pub(super) started: Option<Started>,
    /// The last phase of each leg and its time; an unsent transition keeps its time.
    pub(super) seen: BTreeMap<LegId, Seen>,
    /// The last event sent for each leg.
    #[serde(alias = "told")] // quoted
    pub(super) reported: BTreeMap<LegId, LegEventType>,
    /// Set once the end was sent.
    pub(super) finished: bool,
    /// The registered call.
    pub(super) registered: Option<Registered>,
    /// The uploads by leg, each with its attachment status.
    pub(super) recordings: BTreeMap<LegId, Uploaded>,
}

/// A call known to Kontur.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) communication: CommunicationId,
    /// The returned id, with its prefix.
    pub(super) external_id: ExternalId,
}

/// The phase of a leg and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) phase: LegPhase,
    pub(super) since: Timestamp,
}

/// A registered call, as needed for a later recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Registered {
    /// The start data, to start the call again and learn Kontur's id.
    #[serde(alias = "facts")]
    pub(super) start: CallStart,
    /// The legs of the call.
    pub(super) legs: Vec<LegRecord>,
    /// The leg of a recording of the whole call.
    pub(super) main: LegId,
}

/// An uploaded recording. It can be attached once, within a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Uploaded {
    pub(super) file: StoredFile,
    pub(super) at: Timestamp,
    pub(super) attached: Attached,
}

/// The attachment status of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Attached {
    /// Not attached.
    No,
    /// The response to the request was lost.
    Maybe,
    /// Attached.
    Yes,
}

/// An event of a leg to send.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) leg: LiveLeg,
    pub(super) kind: LegEventType,
    pub(super) at: Timestamp,
}

impl StoredState for CrmState {
    fn crm_call_id(&self, call: &CallState) -> Option<CrmCallId> {
        let known = self.communication().and_then(|id| id.to_common().ok());
        known.or_else(|| call.crm_call_id().cloned())
    }
}

impl CrmState {
    /// Stores the phases of the legs at the time of an event.
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

    /// Returns the unsent events of these legs, in the order they happened.
    ///
    /// Only the current phase counts: while Kontur was unreachable, intermediate phases are left
    /// out, and so is a leg that started and ended in that time.
    ///
    /// At the same moment, the answering leg comes before those that stopped ringing, and the
    /// transferring leg before the one that took over.
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

    /// Returns Kontur's id of the call, from its start or from the click it was registered under.
    pub(super) fn communication(&self) -> Option<&CommunicationId> {
        let started = self.started.as_ref().map(|started| &started.communication);
        let registered = self.registered.as_ref();
        started.or_else(|| registered?.start.click.as_ref())
    }

    /// Returns the attachment status of a leg's recording.
    pub(super) fn attached(&self, leg: &LegId) -> Option<Attached> {
        self.recordings.get(leg).map(|uploaded| uploaded.attached)
    }

    /// Stores the attachment status of a leg's recording.
    pub(super) fn set_attached(&mut self, leg: &LegId, attached: Attached) {
        if let Some(uploaded) = self.recordings.get_mut(leg) {
            uploaded.attached = attached;
        }
    }
}
