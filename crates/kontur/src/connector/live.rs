//! Live calls: begun, leg by leg, ended.
//!
//! A call begins with call-started, whose answer names it in everything that follows. Then every leg
//! that came further is one call-event, with the time it did. What could not be told is told with
//! the next event, as far as it still holds: Kontur shows the present, and register-call brings the
//! facts. An event that may have arrived is not told again unless `lost_events` says so; one that
//! Kontur refused is tried again with the next event, and keeps no other leg out.

use vochi_crm_core::account::Popup;
use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::{
    CallEvent, CallId, CallState, Cx, Direction, Effect, Error, ErrorKind, EventKind, OpenCall,
    Outcome, Receipt, Recorded, Result, Timestamp, Warning, WarningKind,
};

use super::facts::{self, Facts};
use super::legs::Ends as _;
use super::note::{Change, Note};
use super::recording::{self, Ready};
use super::start;
use super::{Connector, words};
use crate::LostEvents;
use crate::api::{CallFailed, CallFinished, SendCallEvent};

/// What an event asks for of a call Kontur has not been told of.
enum Due {
    /// Nothing, or not yet.
    Nothing,
    /// It begins.
    Begin,
    /// It was clicked and never came to be.
    Fail,
}

/// One request of a call that goes on.
enum Step<'a> {
    /// A leg came further.
    Leg(&'a Change),
    /// The call ended at this time.
    Finish(Timestamp),
}

/// What a call's requests are put together from.
struct Told<'a> {
    call: &'a CallId,
    state: &'a CallState,
    /// Whether the call was begun anew because Kontur did not know it. Once is enough.
    restarted: bool,
}

impl Connector {
    pub(super) async fn live_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        let cx = cx.counted();
        let account = self.own().name();
        let mut open = self.hub().open_call(&cx, account, event.call_id()).await?;
        let mut note: Note = open.note().unwrap_or_default();
        let over = open.state().ended_at().is_some();
        let mut warnings = open.state_mut().apply(event);
        note.look_at(open.state().legs(), event.at());
        let recorded = open.state().recorded() == Recorded::Yes;
        // Before anything is sent, so that a store that cannot be written is noticed.
        open.save(&note).await?;
        let begins_late = over && *event.kind() == EventKind::Ringing;
        let sent = if note.finished || recorded || begins_late {
            Ok(())
        } else {
            self.tell(&cx, event, &mut open, &mut note, &mut warnings).await
        };
        if cx.requests() > 0 {
            let saved = open.save(&note).await;
            sent?;
            saved.map_err(|error| error.with_effect(Effect::Applied))?;
        } else {
            sent?;
        }
        if let EventKind::RecordingReady(ready) = event.kind()
            && recorded
        {
            let ready = Ready::of_event(event, ready, &note);
            self.attach_ready(&cx, &mut open, &mut note, &ready, &mut warnings).await?;
        }
        if over && cx.requests() > 0 {
            // The end came before, and only now Kontur hears of it: that is no contradiction.
            warnings.retain(|warning| warning.kind() != WarningKind::OutOfOrder);
        }
        for (name, _) in event.extra().iter() {
            if !KNOWN_OPTIONS.contains(&name) {
                warnings.push(unknown_option(name));
            }
        }
        let started = note.started.as_ref();
        let id = started.and_then(|started| started.communication.to_common().ok());
        // A click that failed never was anything else.
        let id = id.or_else(|| open.state().crm_call_id().cloned());
        Ok(Receipt::new().with_crm_call_id(id).with_requests(cx.requests()).with_warnings(warnings))
    }

    /// Tells Kontur whatever of the call it has not been told.
    async fn tell(
        &self,
        cx: &Cx,
        event: &CallEvent,
        open: &mut OpenCall,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let state = &open.state().clone();
        if !self.is_shown(state) {
            return Ok(());
        }
        let mut told = Told { call: event.call_id(), state, restarted: false };
        if note.started.is_none() {
            match self.due(event, state, note) {
                Due::Nothing => return Ok(()),
                Due::Begin => {
                    // Events of a call may come before its beginning, which shows what they bring.
                    if let Err(missing) = Facts::of_state(told.call, state, &mut Vec::new()) {
                        warnings.push(not_started(&missing));
                        return Ok(());
                    }
                    self.begin(cx, &told, note, warnings).await?;
                    self.keep(open, note).await;
                }
                Due::Fail => {
                    if let Some(click) = facts::click(state.crm_call_id(), warnings) {
                        self.client().send(cx, CallFailed::new(click)).await?;
                        note.finished = true;
                    }
                    return Ok(());
                }
            }
        }
        let mut refused = None;
        let answered = matches!(event.kind(), EventKind::Answered);
        for change in note.changes(told_legs(state), answered) {
            let step = Step::Leg(&change);
            let sent = self.step(cx, &mut told, &step, note, warnings).await;
            let id = change.leg.id.clone();
            match sent {
                Ok(()) => {
                    note.told.insert(id, change.kind);
                    self.keep(open, note).await;
                }
                // One bad leg does not keep the others out.
                Err(error) if is_about_data(&error) => refused = refused.or(Some(error)),
                Err(error) => {
                    let lost = error.effect() != Effect::NotApplied;
                    if lost && self.inner.config.lost_events == LostEvents::Drop {
                        // Rather a line too few than one too many.
                        note.told.insert(id, change.kind);
                    }
                    return Err(error);
                }
            }
        }
        if let Some(at) = state.ended_at() {
            self.step(cx, &mut told, &Step::Finish(at), note, warnings).await?;
            note.finished = true;
        }
        refused.map_or(Ok(()), Err)
    }

    /// Remembers how far Kontur was told, so that a process that ends in the middle, or a caller who
    /// waits no longer, loses nothing. Where that fails, what is told matters more: of an event it is
    /// tried again at its end, and then it is an error.
    pub(super) async fn keep(&self, open: &mut OpenCall, note: &Note) {
        if let Err(lost) = open.save(note).await {
            tracing::warn!(account = %self.own().name(), %lost, "the state of a call is lost");
        }
    }

    /// Whether Kontur shows live calls of this direction at all. Of an unknown one it may.
    fn is_shown(&self, state: &CallState) -> bool {
        let config = self.own().config();
        let outgoing = state.direction() == Some(Direction::Outbound);
        config.popup != Popup::Never && (!outgoing || config.popup_out.unwrap_or(true))
    }

    /// Whether a call Kontur does not know begins, by the configured moment.
    fn due(&self, event: &CallEvent, state: &CallState, note: &Note) -> Due {
        let at_answer = self.own().config().popup == Popup::Answer;
        let reached = state.legs().iter().any(|leg| leg.has_client() || leg.is_talk());
        let answered = state.outcome() == Some(Outcome::Answered)
            || told_legs(state).any(|leg| leg.answered_at.is_some());
        let begins = if state.ended_at().is_some() {
            if state.crm_call_id().is_some() && !reached && !answered {
                return Due::Fail;
            }
            // Kontur may hold it all the same, from before the memory was lost. Only phones the PBX
            // rang for itself are no call yet.
            answered || (!at_answer && (reached || state.legs().is_empty()))
        } else if at_answer {
            answered
        } else {
            // A clicked call that reached nobody may still fail, so it waits for its first talk.
            let arrives = *event.kind() == EventKind::Ringing
                && state.legs().is_empty()
                && state.crm_call_id().is_none();
            arrives || !note.changes(told_legs(state), false).is_empty()
        };
        if begins { Due::Begin } else { Due::Nothing }
    }

    async fn begin(
        &self,
        cx: &Cx,
        told: &Told<'_>,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let facts = Facts::of_state(told.call, told.state, warnings)?;
        let (started, _) = self.start(cx, told.call, &facts, warnings).await?;
        note.started = Some(started);
        Ok(())
    }

    /// Sends one request of a call. A call Kontur does not know is begun anew, once, and the request
    /// repeated.
    async fn step(
        &self,
        cx: &Cx,
        told: &mut Told<'_>,
        step: &Step<'_>,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        loop {
            match self.send_step(cx, told, step, note, warnings).await {
                Err(error) if start::is_unknown_call(&error) && !told.restarted => {
                    told.restarted = true;
                    note.started = None;
                    self.begin(cx, told, note, warnings).await?;
                }
                other => return other,
            }
        }
    }

    async fn send_step(
        &self,
        cx: &Cx,
        told: &Told<'_>,
        step: &Step<'_>,
        note: &Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let (Some(started), Some(direction)) = (&note.started, told.state.direction()) else {
            // It was begun, so somebody knew; another process may have.
            return Err(Error::input(format!("call {}: its direction is not known", told.call))
                .with_hint("pass the direction with the event"));
        };
        let config = &self.inner.config;
        let communication = started.communication.clone();
        let name = started.external_id.clone().in_form(config.continue_by);
        match step {
            Step::Leg(change) => {
                let client = told.state.client();
                let (from, to) = self.participants(&change.leg, direction, client, warnings)?;
                // A hang-up in Kontur comes back with the live id, so that one is the PBX's own.
                let (id, kind) = (self.leg_name(&change.leg.id)?, change.kind.clone());
                let event = SendCallEvent::new(communication, name, id, change.at, kind, from, to)
                    .realtime_call_item_id(change.leg.id.clone())
                    .when_lost(config.lost_events);
                self.client().send(cx, event).await
            }
            Step::Finish(at) => {
                let (client, line) = (told.state.client(), told.state.line());
                let numbers = self.numbers(direction, client, line, warnings);
                let direction = words::direction(direction);
                let end = CallFinished::new(*at, communication, name, direction)
                    .client_phone(numbers.client)
                    .external_vats_phone(numbers.line);
                self.client().send(cx, end).await
            }
        }
    }
}

/// Options of events and of records; those of the other are no mistake in either.
pub(super) const KNOWN_OPTIONS: [&str; 2] = [facts::STARTED_AT, recording::LEG];

/// The beginning of a call is missing: nothing was sent.
fn not_started(missing: &Error) -> Warning {
    let hint = missing.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    Warning::new(WarningKind::OutOfOrder, format!("{}{hint}", missing.message()))
}

pub(super) fn unknown_option(name: &str) -> Warning {
    Warning::new(WarningKind::UnknownOption, format!("Kontur has no option {name}; left out"))
}

/// The legs Kontur is told of.
fn told_legs(state: &CallState) -> impl Iterator<Item = &LiveLeg> {
    state.legs().iter().filter(|leg| leg.is_talk())
}

/// Whether an error is about what was sent, so that something else may go through.
fn is_about_data(error: &Error) -> bool {
    let of_data =
        matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Input);
    of_data && error.effect() == Effect::NotApplied && !start::is_unknown_call(error)
}
