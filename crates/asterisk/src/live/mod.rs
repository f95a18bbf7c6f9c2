//! Events of live calls: what changed for a client.

mod ring;
mod snapshot;
mod talk;

use compact_str::CompactString;
use vochi_crm_core::{CallEvent, EventKind, Extension, Leg, Line};

use crate::analysis::numbers::{line_of, phone_of};
use crate::analysis::parties::Client;
use crate::analysis::termination::has_ended;
use crate::analysis::{CallAnalysis, call_id, moment};
use crate::rules::Rules;
use crate::scene::{Live, LiveState, Micros, Names, Scene};

/// Ends a live call that became part of another one, so that its popup closes.
pub(crate) fn withdraw(live: &mut Live, scene: &Scene, at: Micros) -> Option<CallEvent> {
    let was_open = live.is_open();
    live.state = LiveState::Over;
    let ended = EventKind::Ended { outcome: None, reason: None, talk: None };
    let id = call_id(scene, live.key).filter(|_| was_open)?;
    Some(CallEvent::new(id, moment(at), ended))
}

/// Current state of one client's call.
struct Snapshot<'a> {
    scene: &'a Scene,
    clients: &'a [Client],
    client: &'a Client,
    rules: &'a Rules,
    at: Micros,
}

/// Emits the events for what changed since the last evaluation of a client.
pub(crate) fn advance(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    live: &mut Live,
    rules: &Rules,
    at: Micros,
    out: &mut Vec<CallEvent>,
) {
    if !matches!(live.state, LiveState::Pending | LiveState::Open) {
        return;
    }
    let snapshot = Snapshot { scene, clients, client, rules, at };
    snapshot.advance(live, out);
}

impl Snapshot<'_> {
    fn advance(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        if has_ended(self.scene, self.client, self.at) {
            if live.is_open() {
                out.extend(self.end());
            }
            live.state = LiveState::Over;
            return;
        }
        let people = self.listeners();
        let with = self.with(&people, live);
        let mut ringing = self.ringing(live);
        if self.scene.dialplan && with.is_empty() && !live.held && self.bridge().is_some() {
            // The call was answered, and the dialplan has not reported by which phone.
            ringing.clone_from(&live.ringing);
        }
        self.dial_out(live, out);
        self.update_ringing(live, &ringing, &with, out);
        self.update_talk(live, &people, &with, out);
    }

    fn event(&self, kind: EventKind) -> Option<CallEvent> {
        Some(CallEvent::new(call_id(self.scene, self.client.key)?, moment(self.at), kind))
    }

    /// An event with direction, client and line, as it may be the first one.
    fn full_event(&self, kind: EventKind) -> Option<CallEvent> {
        let mut event = self
            .event(kind)?
            .with_direction(self.client.direction)
            .with_client(self.rules.party(phone_of(self.scene, self.client)));
        let line = line_of(self.scene, self.client).and_then(|line| Line::new(line).ok());
        if let Some(line) = line {
            event = event.with_line(line);
        }
        Some(event)
    }

    fn end(&self) -> Option<CallEvent> {
        CallAnalysis::new(self.scene, self.clients, self.client, self.rules).end(self.at)
    }

    fn legs_ended<'b>(&self, names: impl Iterator<Item = &'b CompactString>) -> Option<CallEvent> {
        let mut legs =
            names.filter_map(|name| Extension::new(name).ok()).map(Leg::to_employee).peekable();
        legs.peek()?;
        let event = self.event(EventKind::LegEnded)?;
        Some(legs.fold(event, CallEvent::with_leg))
    }
}

fn push_unique(names: &mut Names, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.into());
    }
}
