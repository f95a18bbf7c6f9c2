//! Events of phones that start and stop ringing.

use compact_str::CompactString;
use smallvec::SmallVec;
use vochi_crm_core::{CallEvent, Direction, EventKind, Extension, Leg, LegEnd, TransferMode};

use super::Snapshot;
use crate::analysis::employees::caller;
use crate::scene::{Live, LiveState, Lookup, Names};

impl Snapshot<'_> {
    /// Emits the start of an outgoing call.
    pub(super) fn dial_out(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        if live.is_open() || self.client.direction != Direction::Outbound {
            return;
        }
        let caller = caller(self.scene, self.client, self.rules)
            .or_else(|| self.first_employee())
            .and_then(|caller| Extension::new(&caller).ok());
        let leg = match &caller {
            Some(caller) => Leg::to_client(caller.clone()),
            None => Leg::new(LegEnd::UnknownEmployee, LegEnd::Client),
        };
        out.extend(self.full_event(EventKind::Ringing).map(|event| event.with_leg(leg)));
        live.state = LiveState::Open;
    }

    /// First employee of the call: a click-to-call dials the employee's phone before the client.
    fn first_employee(&self) -> Option<CompactString> {
        let mut channels = self.scene.channels.iter();
        channels.find_map(|channel| channel.peer.extension().map(CompactString::from))
    }

    pub(super) fn update_ringing(
        &self,
        live: &mut Live,
        ringing: &Names,
        with: &Names,
        out: &mut Vec<CallEvent>,
    ) {
        let known = Lookup::of(&live.ringing);
        let mut new: SmallVec<[Extension; 3]> = ringing
            .iter()
            .filter(|name| !known.has(name) && !live.with.contains(name))
            .filter_map(|name| Extension::new(name).ok())
            .collect();
        let last = live.last.as_deref().and_then(|last| Extension::new(last).ok());
        let consults = last.clone().filter(|_| live.held || !with.is_empty());
        let elsewhere = new.first().is_some_and(|first| last.as_ref() != Some(first));
        if let (Some(last), None, true, false) = (last, &consults, elsewhere, live.transferred) {
            // The client rings elsewhere after an employee had it: a blind transfer.
            let to = new.remove(0);
            out.extend(self.event(EventKind::Transferred {
                mode: TransferMode::Blind,
                from: Some(last),
                to,
            }));
            live.transferred = true;
            live.with.clear();
        }
        if !new.is_empty() {
            let mut event = self.full_event(EventKind::Ringing);
            for extension in new {
                let leg = match &consults {
                    Some(from) => consultation_leg(from, extension),
                    None => Leg::to_employee(extension),
                };
                event = event.map(|event| event.with_leg(leg));
            }
            out.extend(event);
            live.state = LiveState::Open;
        }
        let still = Lookup::of(ringing);
        let silent = live.ringing.iter().filter(|name| !still.has(name));
        let silent: Names = silent.filter(|name| !with.contains(name)).cloned().collect();
        let (answered, stopped): (Names, Names) = silent.into_iter().partition(|name| {
            let mut channels_of = self.channels_of(name);
            channels_of.any(|(at, _)| self.scene.current_bridge(at).is_some())
        });
        out.extend(self.legs_ended(stopped.iter()));
        // A clone without spare capacity: there are many calls, and most ring at one phone.
        live.ringing = ringing.as_slice().into();
        for name in answered {
            if let Some(from) = &consults {
                // A colleague answered a consultation and hears the consulting employee, not the
                // client.
                let leg = Extension::new(&name).ok().map(|to| consultation_leg(from, to));
                let event = self.event(EventKind::Answered);
                out.extend(event.zip(leg).map(|(event, leg)| event.with_leg(leg)));
                live.asked.push(name);
            } else {
                // The client enters the bridge in a moment, or when the offer is accepted.
                live.ringing.push(name);
            }
        }
    }
}

/// The leg of a consultation.
fn consultation_leg(from: &Extension, to: Extension) -> Leg {
    Leg::new(LegEnd::Employee(from.clone()), LegEnd::Employee(to))
}
