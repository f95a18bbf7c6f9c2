//! What must be remembered of a call between two of its events.

mod hand_over;
mod late;
mod leg;
mod settle;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CallEvent, CallId, CrmCallId, Direction, EventKind, Extension, Extra, Leg, LegEnd, LegId, Line,
    Outcome, Party, Reason, Recording, Transfer,
};
use crate::error::Result;
use crate::time::{Seconds, Timestamp};
use crate::warning::{Warning, WarningKind};
use late::{End, earliest};
pub use leg::{LegPhase, LiveLeg};

/// Whether the CRM's history holds the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recorded {
    /// Not as far as we know.
    #[default]
    No,
    /// A request that would record it went out and its answer did not come.
    Maybe,
    /// Yes.
    Yes,
}

/// What is known of a call so far: the sum of its events, and what its connector must remember.
///
/// Events are applied in the order they come; each adds what it reports. Of contradicting values the
/// one of the later time wins. An event that comes after the end and happened before it is placed
/// before it. It survives in the
/// [`CallStore`](crate::state::CallStore), so that the process that hears the hangup need not be the
/// one that heard the ringing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallState {
    direction: Option<Direction>,
    client: Option<Party>,
    line: Option<Line>,
    crm_call_id: Option<CrmCallId>,
    started_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// When the latest event happened: its values win over those of earlier ones.
    latest_at: Option<Timestamp>,
    /// The end as it was reported, so that an event that comes late can still be placed before it.
    end: Option<End>,
    outcome: Option<Outcome>,
    reason: Option<Reason>,
    talk: Option<Seconds>,
    legs: Vec<LiveLeg>,
    minted: u32,
    talked_with: Vec<Extension>,
    transfer: Option<Transfer>,
    recording: Option<Recording>,
    recorded: Recorded,
    extra: Extra,
    connector: Value,
}

impl CallState {
    /// Adds what an event tells. The warnings say where it contradicts what was known; the newer
    /// word wins.
    pub fn apply(&mut self, event: &CallEvent) -> Vec<Warning> {
        if let Some(ended_at) = self.ended_at
            && !matches!(event.kind(), EventKind::RecordingReady(_))
        {
            return self.apply_late(event, ended_at);
        }
        let mut warnings = Vec::new();
        self.learn(event, &mut warnings);
        let at = event.at();
        match event.kind() {
            EventKind::Ringing => {
                for leg in event.legs() {
                    self.leg_mut(event.call_id(), leg, at);
                }
            }
            EventKind::Answered => {
                for leg in event.legs() {
                    self.connect(event.call_id(), leg, at);
                }
            }
            EventKind::Held => self.shift(event, LegPhase::Connected, LegPhase::Held),
            EventKind::Resumed => self.shift(event, LegPhase::Held, LegPhase::Connected),
            EventKind::LegEnded => {
                for leg in event.legs() {
                    if let Some(found) = self.find(leg, at)
                        && found.answered_at.is_none_or(|answered| answered <= at)
                    {
                        found.end(at);
                    }
                }
            }
            EventKind::Transferred { mode, from, to } => {
                self.pass_on(event, *mode, from.as_ref(), to);
            }
            EventKind::Ended { outcome, reason, talk } => {
                // After lost state the end is the first to name who was called.
                for leg in event.legs() {
                    self.leg_mut(event.call_id(), leg, at);
                }
                let (outcome, reason, talk) = (*outcome, *reason, *talk);
                self.end(End { at, outcome, reason, talk });
                if self.outcome == Some(Outcome::Answered) && self.talked_with.is_empty() {
                    for talker in event.legs().iter().filter_map(Leg::employee) {
                        self.note_talker(talker.clone(), at);
                    }
                }
            }
            EventKind::RecordingReady(recording) => self.recorded_as(event, recording),
        }
        warnings
    }

    /// Takes over what every event may report.
    fn learn(&mut self, event: &CallEvent, warnings: &mut Vec<Warning>) {
        let late = self.latest_at.is_some_and(|latest| event.at() < latest);
        if !late {
            self.latest_at = Some(event.at());
        }
        let (direction, client, line, crm_call_id) = if late {
            // Only what no later event reported.
            (
                event.direction().filter(|_| self.direction.is_none()),
                event.client().filter(|_| self.client.is_none()),
                event.line().filter(|_| self.line.is_none()),
                event.crm_call_id().filter(|_| self.crm_call_id.is_none()),
            )
        } else {
            (event.direction(), event.client(), event.line(), event.crm_call_id())
        };
        if let Some(direction) = direction {
            if let Some(known) = self.direction.filter(|known| *known != direction) {
                warnings.push(Warning::new(
                    WarningKind::OutOfOrder,
                    format!(
                        "call {} was {known:?} and is now {direction:?}; the later word is taken",
                        event.call_id()
                    ),
                ));
            }
            self.direction = Some(direction);
        }
        if let Some(client) = client {
            self.client = Some(client.clone());
        }
        if let Some(line) = line {
            self.line = Some(line.clone());
        }
        if let Some(id) = crm_call_id {
            self.crm_call_id = Some(id.clone());
        }
        for (name, value) in event.extra().iter() {
            if late && self.extra.get(name).is_some() {
                continue;
            }
            self.extra.set(name, value.clone());
        }
        earliest(&mut self.started_at, event.at());
    }

    /// The leg an event at this time is about.
    fn find(&mut self, leg: &Leg, at: Timestamp) -> Option<&mut LiveLeg> {
        let lives = |known: &LiveLeg| {
            known.phase != LegPhase::Ended || known.ended_at.is_some_and(|ended| at < ended)
        };
        let position = match leg.id() {
            Some(id) => self.legs.iter().position(|known| known.id == *id),
            None => self
                .legs
                .iter()
                .position(|known| {
                    lives(known) && known.from == *leg.from() && known.to == *leg.to()
                })
                .or_else(|| {
                    // An event that names only an employee means that employee's open leg.
                    let employee = leg.employee()?;
                    self.legs.iter().position(|known| {
                        lives(known) && known.employees().any(|known| known == employee)
                    })
                }),
        };
        position.and_then(|position| self.legs.get_mut(position))
    }

    /// The leg an event names, begun if it is new.
    fn leg_mut(&mut self, call: &CallId, leg: &Leg, at: Timestamp) -> Option<&mut LiveLeg> {
        if self.find(leg, at).is_none() {
            let id = match leg.id() {
                Some(id) => id.clone(),
                None => self.mint(call)?,
            };
            self.legs.push(LiveLeg {
                id,
                from: leg.from().clone(),
                to: leg.to().clone(),
                phase: LegPhase::Ringing,
                answered_at: None,
                ended_at: None,
                recording: None,
            });
            return self.legs.last_mut();
        }
        self.find(leg, at)
    }

    fn mint(&mut self, call: &CallId) -> Option<LegId> {
        loop {
            self.minted += 1;
            let id = format!("{}.{}", call.as_str().replace('/', "-"), self.minted);
            // A call id may be so long that nothing can be appended to it.
            let id =
                LegId::new(&id).or_else(|_| LegId::new(format!("leg.{}", self.minted))).ok()?;
            if !self.legs.iter().any(|leg| leg.id == id) {
                return Some(id);
            }
        }
    }

    fn connect(&mut self, call: &CallId, leg: &Leg, at: Timestamp) {
        let Some(live) = self.leg_mut(call, leg, at) else {
            return;
        };
        if live.ended_at.is_none() {
            live.phase = LegPhase::Connected;
        }
        earliest(&mut live.answered_at, at);
        if !live.has_client() {
            return;
        }
        let (taken, from_client) = (live.id.clone(), live.from == LegEnd::Client);
        let talker = live.employees().next().cloned();
        // Somebody has the client, so the other phones stop; a PBX need not say so.
        let others = self.legs.iter_mut().filter(|leg| {
            from_client
                && leg.from == LegEnd::Client
                && leg.phase == LegPhase::Ringing
                && leg.id != taken
        });
        others.for_each(|leg| leg.end(at));
        // In a click-to-call the employee is known from the leg that rang first.
        let talker = talker.or_else(|| {
            let connected = |leg: &&LiveLeg| leg.phase == LegPhase::Connected;
            self.legs.iter().filter(connected).find_map(|leg| leg.employees().next().cloned())
        });
        earliest(&mut self.answered_at, at);
        if let Some(talker) = talker {
            self.note_talker(talker, at);
        }
    }

    fn note_talker(&mut self, talker: Extension, at: Timestamp) {
        if self.latest_at.is_some_and(|latest| at < latest) {
            if !self.talked_with.contains(&talker) {
                self.talked_with.insert(0, talker);
            }
            return;
        }
        self.talked_with.retain(|known| *known != talker);
        self.talked_with.push(talker);
    }

    fn shift(&mut self, event: &CallEvent, from: LegPhase, to: LegPhase) {
        if event.legs().is_empty() {
            for leg in self.legs.iter_mut().filter(|leg| leg.has_client() && leg.phase == from) {
                leg.phase = to;
            }
        }
        for leg in event.legs() {
            if let Some(live) = self.find(leg, event.at())
                && live.phase == from
            {
                live.phase = to;
            }
        }
    }

    /// Who called whom.
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// The outside party.
    pub fn client(&self) -> Option<&Party> {
        self.client.as_ref()
    }

    /// The company's own number or trunk.
    pub fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// The CRM's id of the call, if it came from a click.
    pub fn crm_call_id(&self) -> Option<&CrmCallId> {
        self.crm_call_id.as_ref()
    }

    /// When the first event happened.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// When the client first talked with a human.
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// When the call ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// How it ended for the client; known after the end.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Why it was not answered.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Every leg so far.
    pub fn legs(&self) -> &[LiveLeg] {
        &self.legs
    }

    /// Whose phones rang or were taken up, in order, each once. In an outgoing call that is the
    /// employee who calls.
    pub fn employees(&self) -> Vec<&Extension> {
        let mut employees: Vec<&Extension> = Vec::new();
        for extension in self.legs.iter().flat_map(LiveLeg::employees) {
            if !employees.contains(&extension) {
                employees.push(extension);
            }
        }
        employees
    }

    /// Who talked with the client, the last one last.
    pub fn talked_with(&self) -> &[Extension] {
        &self.talked_with
    }

    /// Options of one CRM that came with the events; the last word of each.
    pub fn extra(&self) -> &Extra {
        &self.extra
    }

    /// Whether the CRM's history holds the call.
    pub fn recorded(&self) -> Recorded {
        self.recorded
    }

    /// Notes whether the CRM's history holds the call.
    pub fn set_recorded(&mut self, recorded: Recorded) {
        self.recorded = recorded;
    }

    /// What the connector noted, in its own form; `None` before it noted anything or when the note
    /// cannot be read (a newer version wrote it).
    pub fn connector_note<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.connector).ok()
    }

    /// Lets the connector remember something of its own.
    pub fn set_connector_note<T: Serialize + ?Sized>(&mut self, note: &T) -> Result<()> {
        self.connector = serde_json::to_value(note).map_err(|error| {
            crate::Error::internal("a connector's note cannot be written").with_source(error)
        })?;
        Ok(())
    }
}
