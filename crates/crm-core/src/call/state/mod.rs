//! The stored state of a call between its events.

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
    /// Not known to be recorded.
    #[default]
    No,
    /// A request that would record it was sent and its response is lost.
    Maybe,
    /// Recorded.
    Yes,
}

/// The state of a call: the sum of its events, and the connector's note.
///
/// Events are applied in the order they arrive. Of contradicting values the one with the later time
/// wins. An event that arrives after the end and happened before it is applied before it. The state
/// is kept in the [`CallStore`](crate::state::CallStore), so different processes can handle events
/// of one call.
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
    /// The reported end, so that a late event can be applied before it.
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
    /// Applies an event. A contradiction with the known state is a warning; the newer value wins.
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
                // After lost state the end is the first event to name the called employees.
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

    /// Applies the values that every event may report.
    fn learn(&mut self, event: &CallEvent, warnings: &mut Vec<Warning>) {
        let late = self.latest_at.is_some_and(|latest| event.at() < latest);
        if !late {
            self.latest_at = Some(event.at());
        }
        let (direction, client, line, crm_call_id) = if late {
            // Keep values that a later event reported.
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
                        "call {} was {known} and is now {direction}; the later value is used",
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

    /// Finds the leg of an event.
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
                    // An event that names only an employee refers to that employee's open leg.
                    let employee = leg.employee()?;
                    self.legs.iter().position(|known| {
                        lives(known) && known.employees().any(|known| known == employee)
                    })
                }),
        };
        position.and_then(|position| self.legs.get_mut(position))
    }

    /// Returns the leg of an event, created if new.
    fn leg_mut(&mut self, call: &CallId, leg: &Leg, at: Timestamp) -> Option<&mut LiveLeg> {
        if self.find(leg, at).is_none() {
            let id = match leg.id() {
                Some(id) => id.clone(),
                None => self.generate_leg_id(call)?,
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

    fn generate_leg_id(&mut self, call: &CallId) -> Option<LegId> {
        loop {
            self.minted += 1;
            let id = format!("{}.{}", call.as_str().replace('/', "-"), self.minted);
            // The call id may be too long to append to.
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
        // The client is connected, so the other phones stopped; a PBX need not report it.
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

    /// The direction.
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

    /// When the client was first connected to an employee.
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// When the call ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// The outcome for the client; known after the end.
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

    /// The extensions that rang or answered, in order, each once. In an outgoing call that is the
    /// calling employee.
    pub fn employees(&self) -> Vec<&Extension> {
        let mut employees: Vec<&Extension> = Vec::new();
        for extension in self.legs.iter().flat_map(LiveLeg::employees) {
            if !employees.contains(&extension) {
                employees.push(extension);
            }
        }
        employees
    }

    /// The employees who talked with the client, in order.
    pub fn talked_with(&self) -> &[Extension] {
        &self.talked_with
    }

    /// Options of one CRM from the events; of each, the last value.
    pub fn extra(&self) -> &Extra {
        &self.extra
    }

    /// Whether the CRM's history holds the call.
    pub fn recorded(&self) -> Recorded {
        self.recorded
    }

    /// Sets whether the CRM's history holds the call.
    pub fn set_recorded(&mut self, recorded: Recorded) {
        self.recorded = recorded;
    }

    /// The connector's note, in its own form; `None` if there is none or it cannot be read (a newer
    /// version wrote it).
    pub fn connector_note<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.connector).ok()
    }

    /// Stores the connector's note.
    pub fn set_connector_note<T: Serialize + ?Sized>(&mut self, note: &T) -> Result<()> {
        self.connector = serde_json::to_value(note).map_err(|error| {
            crate::Error::internal("cannot serialize a connector's note").with_source(error)
        })?;
        Ok(())
    }
}
