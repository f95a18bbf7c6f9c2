//! Calls while they live: what changed for a client, as events.

mod present;
mod ring;
mod talk;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use vochi_crm_core::{CallEvent, EventKind, Extension, Leg, Line};

use crate::calls::is_over;
use crate::rules::Rules;
use crate::scene::{ChannelAt, Micros, Scene};
use crate::understand::cast::{Client, line_of, phone_of};
use crate::understand::{Story, call_id, moment};

type Names = Vec<CompactString>;

/// How far the telling of a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Telling {
    /// Nobody was told anything.
    Unheard,
    /// Nobody will be told before the record: it may yet turn out to be part of another call.
    Silent,
    /// Somebody was told that it began.
    Open,
    Over,
    /// The record is out.
    Recorded,
}

/// What was told of a client's call so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    /// The channel that names the call.
    pub(crate) key: ChannelAt,
    telling: Telling,
    held: bool,
    /// The client rings elsewhere after somebody had it.
    passed_on: bool,
    /// Who rings.
    ringing: Names,
    /// Who has the client, or keeps it on hold.
    with: Names,
    /// Colleagues who were asked and answered.
    asked: Names,
    /// Who had it last.
    last: Option<CompactString>,
}

impl Live {
    pub(crate) fn new(key: ChannelAt) -> Self {
        Self {
            key,
            telling: Telling::Unheard,
            held: false,
            passed_on: false,
            ringing: Names::new(),
            with: Names::new(),
            asked: Names::new(),
            last: None,
        }
    }

    /// Tells nobody of it while it lives.
    pub(crate) fn keep_silent(&mut self) {
        self.telling = Telling::Silent;
    }

    /// Whether somebody was told of the call and not of its end.
    pub(crate) fn is_open(&self) -> bool {
        self.telling == Telling::Open
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.telling == Telling::Recorded
    }

    pub(crate) fn record(&mut self) {
        self.telling = Telling::Recorded;
    }

    /// The call turned out to be part of another one: whatever was shown of it goes, and it gets no
    /// record of its own.
    pub(crate) fn withdraw(&mut self, scene: &Scene, at: Micros) -> Option<CallEvent> {
        let was_open = self.is_open();
        self.telling = Telling::Recorded;
        let ended = EventKind::Ended {
            outcome: None,
            reason: None,
            talk: None,
        };
        let id = call_id(scene, self.key).filter(|_| was_open)?;
        Some(CallEvent::new(id, moment(at), ended))
    }
}

/// The present of one client's call.
struct Now<'a> {
    scene: &'a Scene,
    clients: &'a [Client],
    client: &'a Client,
    rules: &'a Rules,
    at: Micros,
}

/// Tells what changed for a client since it was last looked at.
pub(crate) fn advance(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    live: &mut Live,
    rules: &Rules,
    at: Micros,
    out: &mut Vec<CallEvent>,
) {
    if !matches!(live.telling, Telling::Unheard | Telling::Open) {
        return;
    }
    let now = Now {
        scene,
        clients,
        client,
        rules,
        at,
    };
    now.advance(live, out);
}

impl Now<'_> {
    fn advance(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        if is_over(self.scene, self.client, self.at) {
            if live.is_open() {
                out.extend(self.end());
            }
            live.telling = Telling::Over;
            return;
        }
        let people = self.heard();
        let with = self.with(&people, live);
        let mut ringing = self.ringing(live);
        if self.scene.dialplan && with.is_empty() && !live.held && self.bridge().is_some() {
            // Somebody took it, and the listener has yet to tell who.
            ringing.clone_from(&live.ringing);
        }
        self.dial_out(live, out);
        self.rings(live, &ringing, &with, out);
        self.talks(live, &people, &with, out);
    }

    fn event(&self, kind: EventKind) -> Option<CallEvent> {
        Some(CallEvent::new(
            call_id(self.scene, self.client.key)?,
            moment(self.at),
            kind,
        ))
    }

    /// An event that may be the first one and so tells everything.
    fn full(&self, kind: EventKind) -> Option<CallEvent> {
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
        Story::new(self.scene, self.clients, self.client, self.rules).end(self.at)
    }

    fn left<'b>(&self, names: impl Iterator<Item = &'b CompactString>) -> Option<CallEvent> {
        let mut legs = names
            .filter_map(|name| Extension::new(name).ok())
            .map(Leg::to_employee)
            .peekable();
        legs.peek()?;
        let event = self.event(EventKind::LegEnded)?;
        Some(legs.fold(event, CallEvent::with_leg))
    }
}

fn push_once(names: &mut Names, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.into());
    }
}
