//! Events of answers, holds and transfers.

use vochi_crm_core::{CallEvent, Direction, EventKind, Extension, Leg, TransferMode};

use super::Snapshot;
use crate::analysis::audibility::Listeners;
use crate::analysis::employees::person;
use crate::peer::{Half, Peer};
use crate::scene::{Channel, Live, LiveState, Names};

impl Snapshot<'_> {
    pub(super) fn update_talk(
        &self,
        live: &mut Live,
        people: &Listeners,
        with: &Names,
        out: &mut Vec<CallEvent>,
    ) {
        self.end_consultations(live, with, out);
        let had = live.with.clone();
        for name in with.iter().filter(|name| !had.contains(name)) {
            let Ok(extension) = Extension::new(name) else {
                continue;
            };
            let from = live.last.as_deref().filter(|last| {
                *last != name.as_str() && !with.iter().any(|other| other.as_str() == *last)
            });
            let from = from.and_then(|last| Extension::new(last).ok());
            let attended = live.asked.contains(name) || self.was_consulted(name, live);
            if let Some(from) = from.filter(|_| attended || !had.is_empty()) {
                let mode = if attended { TransferMode::Attended } else { TransferMode::Blind };
                out.extend(self.event(EventKind::Transferred {
                    mode,
                    from: Some(from),
                    to: extension.clone(),
                }));
                live.with.clear();
                live.asked.retain(|asked| asked != name);
                if attended {
                    continue;
                }
            }
            let leg = if self.client.direction == Direction::Outbound && live.last.is_none() {
                Leg::to_client(extension)
            } else {
                Leg::to_employee(extension)
            };
            let answered = if live.is_open() {
                self.event(EventKind::Answered)
            } else {
                self.full_event(EventKind::Answered)
            };
            out.extend(answered.map(|event| event.with_leg(leg)));
            live.state = LiveState::Open;
        }
        if with.is_empty() {
            self.client_left_alone(live, out);
            return;
        }
        let gone: Names = live.with.iter().filter(|name| !with.contains(name)).cloned().collect();
        out.extend(self.legs_ended(gone.iter()));
        let holds = people.iter().any(|at| self.scene.channel(*at).is_some_and(Channel::holds_now));
        if holds != live.held && (holds || !live.with.is_empty()) {
            self.hold(live, holds, with, out);
        }
        live.held = holds;
        live.transferred = false;
        live.with = with.as_slice().into();
        live.last = with.last().cloned();
    }

    /// Emits the end of consultation legs whose colleagues hung up.
    fn end_consultations(&self, live: &mut Live, with: &Names, out: &mut Vec<CallEvent>) {
        let gone: Names = live
            .asked
            .iter()
            .filter(|name| !with.contains(name))
            .filter(|name| {
                self.channels_of(name).all(|(at, phone)| {
                    phone.hung_at().is_some()
                        || self.scene.dialplan && self.scene.current_bridge(at).is_none()
                })
            })
            .cloned()
            .collect();
        live.asked.retain(|name| !gone.contains(name));
        out.extend(self.legs_ended(gone.iter()));
    }

    /// Returns true if the new employee was dialled by the last one, or answered while the last one
    /// was consulting.
    fn was_consulted(&self, name: &str, live: &Live) -> bool {
        let Some(last) = live.last.as_deref() else {
            return false;
        };
        let calls_for_last = |channel: &Channel| {
            matches!(channel.peer, Peer::Local { half: Half::Two, .. })
                && channel.caller() == Some(last)
        };
        live.held && !live.transferred
            || self.scene.dialplan && self.scene.channels.iter().any(calls_for_last)
            || self.channels_of(name).any(|(_, phone)| {
                let dialler = phone.dial.as_deref().and_then(|dial| dial.by);
                dialler
                    .and_then(|by| person(self.scene, by, self.rules))
                    .is_some_and(|by| by.name() == last)
            })
    }

    fn hold(&self, live: &Live, holds: bool, with: &Names, out: &mut Vec<CallEvent>) {
        let kind = if holds { EventKind::Held } else { EventKind::Resumed };
        let who = live.last.as_ref().filter(|last| with.contains(last));
        let leg =
            who.or(with.first()).and_then(|name| Extension::new(name).ok()).map(Leg::to_employee);
        out.extend(self.event(kind).map(|event| match leg {
            Some(leg) => event.with_leg(leg),
            None => event,
        }));
    }

    /// Handles a client that no employee hears any more.
    fn client_left_alone(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        let (gone, there): (Names, Names) = live.with.iter().cloned().partition(|name| {
            let mut channels_of = self.channels_of(name).peekable();
            channels_of.peek().is_some() && channels_of.all(|(_, phone)| phone.hung_at().is_some())
        });
        out.extend(self.legs_ended(gone.iter()));
        let consults = there.iter().any(|name| {
            let mut channels_of = self.channels_of(name);
            channels_of.any(|(at, _)| self.scene.current_bridge(at).is_some())
        });
        if there.is_empty() {
            live.held = false;
        } else if consults && self.bridge().is_some() && !live.held {
            // The employee consults a colleague in another bridge; the client waits.
            self.hold(live, true, &there, out);
            live.held = true;
        }
        live.with = there.into_boxed_slice().into_vec();
    }
}
