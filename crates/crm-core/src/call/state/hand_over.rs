//! Transfers of the client, and recordings of single legs.

use super::{CallState, LegPhase};
use crate::call::{CallEvent, Extension, Leg, LegEnd, Recording, Transfer, TransferMode};

impl CallState {
    /// Moves the client from one employee to another.
    pub(super) fn pass_on(
        &mut self,
        event: &CallEvent,
        mode: TransferMode,
        from: Option<&Extension>,
        to: &Extension,
    ) {
        let at = event.at();
        let from = from.or(self.talked_with.last()).cloned();
        for leg in &mut self.legs {
            let of_from = from.as_ref().is_some_and(|from| leg.employees().any(|one| one == from));
            let of_to = leg.employees().any(|one| one == to);
            // The consulted employee has the client now, so the consultation has ended even if no
            // event said so.
            let asked = mode == TransferMode::Attended && !leg.has_client() && of_to;
            let left = leg.has_client() && leg.phase != LegPhase::Ringing;
            if of_from && (left || asked) {
                leg.end(at);
            }
        }
        self.transfer = Some(Transfer { mode, result: None, to: Some(to.clone()) });
        // The event may name the new leg.
        let named = event.legs().iter().find(|leg| {
            *leg.from() == LegEnd::Client && leg.to().extension().is_some_and(|one| one == to)
        });
        let leg = named.cloned().unwrap_or_else(|| Leg::to_employee(to.clone()));
        // A blind transfer rings at the new employee; after a consultation the two already talk.
        if mode == TransferMode::Attended {
            self.connect(event.call_id(), &leg, at);
        } else {
            self.leg_mut(event.call_id(), &leg, at);
        }
    }

    /// Assigns a recording to the leg of the event, if it names one. A consultation's recording
    /// counts for the call only if there is no other.
    pub(super) fn recorded_as(&mut self, event: &CallEvent, recording: &Recording) {
        // It usually arrives when the leg has ended.
        let named = event.legs().first().and_then(|leg| {
            self.legs.iter_mut().rev().find(|known| match leg.id() {
                Some(id) => known.id == *id,
                None => known.from == *leg.from() && known.to == *leg.to(),
            })
        });
        let of_client = match named {
            Some(leg) => {
                leg.recording = Some(recording.clone());
                leg.has_client()
            }
            None => true,
        };
        if of_client || self.recording.is_none() {
            self.recording = Some(recording.clone());
        }
    }
}
