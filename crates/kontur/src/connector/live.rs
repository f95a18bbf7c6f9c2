//! Reports live calls: the start, each change of a leg, the end.
//!
//! A call starts with call-started; later requests use the ids of its response. Each change of a
//! leg is one call-event with the time it happened. Unsent changes are sent with the next event if
//! they still apply: Kontur shows the current state, and register-call sends the complete data. An
//! event that may have arrived is not sent again unless `lost_events` allows it. A rejected event
//! is retried with the next event and does not block other legs.

use vochi_crm_core::account::Popup;
use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::spi::{CallSession, LiveJob};
use vochi_crm_core::{
    Account, CallEvent, CallState, Direction, Effect, Error, ErrorKind, EventKind, Outcome,
    Recorded, Result, Timestamp, WarningKind,
};

use super::call_start::{self, CallStart, Calls, is_unknown_call};
use super::crm_state::{Change, CrmState};
use super::legs::Ends as _;
use super::mapping;
use super::recordings::{Ready, Recordings};
use crate::LostEvents;
use crate::api::{CallFailed, CallFinished, SendCallEvent};
use crate::model::CommunicationId;

/// Reports live calls to Kontur.
pub(super) struct LiveEvents<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
    pub(super) account: &'a Account,
}

type Call = CallSession<CrmState>;

/// The requests for an event.
pub(super) enum Request {
    /// Starts the call, then reports its legs.
    Begin { start: CallStart, answered: bool },
    /// Reports the legs of a started call.
    Continue { answered: bool },
    /// Reports a click-to-call that was never placed.
    Fail(CommunicationId),
}

/// One request of a started call.
enum Step<'a> {
    /// A leg changed.
    Leg(&'a Change),
    /// The call ended at this time.
    Finish(Timestamp),
}

impl LiveJob for LiveEvents<'_> {
    type State = CrmState;
    type Request = Request;

    fn prepare(&self, call: &mut Call, event: &CallEvent) -> Result<Option<Request>> {
        let (state, crm) = call.parts_mut();
        crm.observe(state.legs(), event.at());
        let begins_late = call.was_over() && *event.kind() == EventKind::Ringing;
        let closed = call.crm().finished || call.state().recorded() == Recorded::Yes;
        if closed || begins_late || !self.is_shown(call.state()) {
            return Ok(None);
        }
        let answered = *event.kind() == EventKind::Answered;
        if call.crm().started.is_some() {
            return Ok(Some(Request::Continue { answered }));
        }
        Ok(self.beginning(call, event, answered))
    }

    async fn send(&self, call: &mut Call, request: Request) -> Result<()> {
        let answered = match request {
            Request::Fail(click) => {
                self.calls.client.send(call.cx(), CallFailed::new(click)).await?;
                call.crm_mut().finished = true;
                return Ok(());
            }
            Request::Begin { start, answered } => {
                self.begin(call, &start).await?;
                call.checkpoint().await;
                answered
            }
            Request::Continue { answered } => answered,
        };
        self.report(call, answered).await
    }

    async fn finish(&self, call: &mut Call, event: &CallEvent) -> Result<()> {
        match event.kind() {
            EventKind::RecordingReady(recording) if call.state().recorded() == Recorded::Yes => {
                let ready = Ready::of_event(event, recording, call.crm());
                self.recordings.attach_ready(call, &ready).await
            }
            _ => Ok(()),
        }
    }
}

impl LiveEvents<'_> {
    /// Returns true if Kontur shows live calls of this direction, or if the direction is unknown.
    fn is_shown(&self, state: &CallState) -> bool {
        let config = self.account.config();
        let outgoing = state.direction() == Some(Direction::Outbound);
        config.popup != Popup::Never && (!outgoing || config.popup_out.unwrap_or(true))
    }

    /// Returns the request for a call unknown to Kontur, by the configured popup moment.
    fn beginning(&self, call: &Call, event: &CallEvent, answered: bool) -> Option<Request> {
        let (state, cx) = (call.state(), call.cx());
        let at_answer = self.account.config().popup == Popup::Answer;
        let reached = state.legs().iter().any(|leg| leg.has_client() || leg.is_talk());
        let taken = state.outcome() == Some(Outcome::Answered)
            || reported_legs(state).any(|leg| leg.answered_at.is_some());
        let begins = if state.ended_at().is_some() {
            if state.crm_call_id().is_some() && !reached && !taken {
                return call_start::click(cx, state.crm_call_id()).map(Request::Fail);
            }
            // Kontur may know the call from before the state was lost. Legs of the PBX
            // alone are not a call yet.
            taken || (!at_answer && (reached || state.legs().is_empty()))
        } else if at_answer {
            taken
        } else {
            // A clicked call without a reported leg may still fail, so it starts with the first one.
            let arrives = *event.kind() == EventKind::Ringing
                && state.legs().is_empty()
                && state.crm_call_id().is_none();
            arrives || !call.crm().changes(reported_legs(state), false).is_empty()
        };
        if !begins {
            return None;
        }
        // Events may arrive before the start data is complete.
        match CallStart::of_state(cx, call.id(), state) {
            Ok(start) => Some(Request::Begin { start, answered }),
            Err(missing) => {
                let hint = missing.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
                cx.warn(WarningKind::OutOfOrder, format!("{}{hint}", missing.message()));
                None
            }
        }
    }

    async fn begin(&self, call: &mut Call, start: &CallStart) -> Result<()> {
        let (started, _) = self.calls.start(call.cx(), call.id(), start).await?;
        call.crm_mut().started = Some(started);
        Ok(())
    }

    /// Sends the unsent events of the legs, and the end.
    async fn report(&self, call: &mut Call, answered: bool) -> Result<()> {
        // A call unknown to Kontur is started again once.
        let mut restarted = false;
        let mut refused = None;
        for change in call.crm().changes(reported_legs(call.state()), answered) {
            let sent = self.step(call, &Step::Leg(&change), &mut restarted).await;
            let (id, kind) = (change.leg.id.clone(), change.kind.clone());
            match sent {
                Ok(()) => {
                    call.crm_mut().reported.insert(id, kind);
                    call.checkpoint().await;
                }
                // A rejected leg must not block the others.
                Err(error) if is_about_data(&error) => refused = refused.or(Some(error)),
                Err(error) => {
                    let lost = error.effect() != Effect::NotApplied;
                    if lost && self.calls.names.config.lost_events == LostEvents::Drop {
                        // A missing entry is better than a duplicate.
                        call.crm_mut().reported.insert(id, kind);
                    }
                    return Err(error);
                }
            }
        }
        if let Some(at) = call.state().ended_at() {
            self.step(call, &Step::Finish(at), &mut restarted).await?;
            call.crm_mut().finished = true;
        }
        refused.map_or(Ok(()), Err)
    }

    /// Sends one request of a call. If Kontur does not know the call, it is started again once and
    /// the request is repeated.
    async fn step(&self, call: &mut Call, step: &Step<'_>, restarted: &mut bool) -> Result<()> {
        loop {
            match self.send_step(call, step).await {
                Err(error) if is_unknown_call(&error) && !*restarted => {
                    *restarted = true;
                    call.crm_mut().started = None;
                    let start = CallStart::of_state(call.cx(), call.id(), call.state())?;
                    self.begin(call, &start).await?;
                }
                other => return other,
            }
        }
    }

    async fn send_step(&self, call: &Call, step: &Step<'_>) -> Result<()> {
        let (cx, state, names) = (call.cx(), call.state(), &self.calls.names);
        let (Some(started), Some(direction)) = (&call.crm().started, state.direction()) else {
            // The direction was known at the start, but possibly to another process.
            return Err(Error::input(format!(
                "cannot report call {} to Kontur: unknown direction",
                call.id()
            ))
            .with_hint("pass the direction with the event"));
        };
        let communication = started.communication.clone();
        let name = started.external_id.clone().in_form(names.config.continue_by);
        let client = self.calls.client;
        match step {
            Step::Leg(change) => {
                let (from, to) = names.participants(cx, &change.leg, direction, state.client());
                // Kontur sends the live id in a hang-up, so it is the PBX's own id.
                let (id, kind) = (names.leg(&change.leg.id)?, change.kind.clone());
                let event = SendCallEvent::new(communication, name, id, change.at, kind, from, to)
                    .realtime_call_item_id(change.leg.id.clone())
                    .when_lost(names.config.lost_events);
                client.send(cx, event).await
            }
            Step::Finish(at) => {
                let numbers = names.numbers(cx, direction, state.client(), state.line());
                let direction = mapping::direction(direction);
                let end = CallFinished::new(*at, communication, name, direction)
                    .client_phone(numbers.client)
                    .external_vats_phone(numbers.line);
                client.send(cx, end).await
            }
        }
    }
}

/// Returns the legs that are reported to Kontur.
fn reported_legs(state: &CallState) -> impl Iterator<Item = &LiveLeg> {
    state.legs().iter().filter(|leg| leg.is_talk())
}

/// Returns true if an error concerns only the data of this request.
fn is_about_data(error: &Error) -> bool {
    let of_data =
        matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Input);
    of_data && error.effect() == Effect::NotApplied && !is_unknown_call(error)
}
