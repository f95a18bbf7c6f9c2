//! Phones that ring and stop ringing.

use compact_str::CompactString;
use smallvec::SmallVec;
use vochi_crm_core::{CallEvent, Direction, EventKind, Extension, Leg, LegEnd, TransferMode};

use super::Snapshot;
use crate::analysis::employees::caller;
use crate::scene::{Live, LiveState, Lookup, Names};

impl Snapshot<'_> {
    /// The client is dialled.
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

    /// In a click-to-call the employee's phone was dialled before the client.
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
        if let (Some(last), None, true, false) = (last, &consults, elsewhere, live.passed_on) {
            // The client rings on although somebody had it: it was passed on.
            let to = new.remove(0);
            out.extend(self.event(EventKind::Transferred {
                mode: TransferMode::Blind,
                from: Some(last),
                to,
            }));
            live.passed_on = true;
            live.with.clear();
        }
        if !new.is_empty() {
            let mut event = self.full_event(EventKind::Ringing);
            for extension in new {
                let leg = match &consults {
                    Some(consulting_call) => question(consulting_call, extension),
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
        // A clone has no room to spare: there are many calls, and most ring at one phone.
        live.ringing = ringing.as_slice().into();
        for name in answered {
            if let Some(consulting_call) = &consults {
                // A colleague answered and hears whoever asks, not the client.
                let leg = Extension::new(&name).ok().map(|to| question(consulting_call, to));
                let event = self.event(EventKind::Answered);
                out.extend(event.zip(leg).map(|(event, leg)| event.with_leg(leg)));
                live.asked.push(name);
            } else {
                // The client comes into the bridge in a moment, or once the offer is accepted.
                live.ringing.push(name);
            }
        }
    }
}

/// The leg on which one employee asks another.
fn question(consulting_call: &Extension, to: Extension) -> Leg {
    Leg::new(LegEnd::Employee(consulting_call.clone()), LegEnd::Employee(to))
}
