//! `call-event`: notifies the CRM of an event of a live call.

mod events;

use std::time::Duration;

use vochi_crm::{
    CallEvent, CallId, CallRecord, Cx, Outcome, Reason, Receipt, Result, Warning, WarningKind,
};

use super::delivery::{Delivery, END_BUDGET, live, log_call, notify, remembered};
use crate::app::{Access, App, Session, StateScope};
use crate::args::{CallEventArgs, DialStatus};
use crate::exit::Exit;
use events::{CommandEvents, Reading, check_usage, direction};

/// How long the command waits for the stored state of the call to complete its output.
const STATE_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) async fn run(app: &App<'_>, args: &CallEventArgs) -> Result<Exit> {
    check_usage(args)?;
    let session = app.session(StateScope::Shared).await?;
    let reading = Reading {
        phones: session.profile.account.phones(),
        extensions: &session.extensions,
        now: session.hub.clock().now(),
        dialled: dialled(app, &session, args).await,
    };
    let events = CommandEvents::read(args, &reading)?;
    let mut delivery = Delivery::new(&session, events.event.call_id().as_str());
    let call = events.event.call_id();
    let end: Vec<CallEvent> =
        if args.record { events.in_order().cloned().collect() } else { Vec::new() };
    if args.record {
        // Stored before anything is sent, so that a killed process does not lose the record.
        let cx = app.history();
        let expected = expect(app, &session, &cx, call, &end).await;
        if let Err(error) = expected {
            delivery.warn(&format!("cannot store the record as pending: {}", error.message()));
        }
    }
    let sent = send(app, &session, &events, &mut delivery).await;
    if args.record {
        record(app, &session, call, &end, &mut delivery, sent).await?;
    } else {
        sent?;
        // The end may have come first; its record then waits for this event.
        let cx = app.history();
        if let Ok(Some(due)) = due_record(app, &session, &cx, call, &[]).await {
            match log_call(app, &session, due).await {
                Ok(receipt) => delivery.add(&receipt),
                Err(error) => delivery.warn(&format!("record_pending: {}", error.message())),
            }
        }
    }
    // Another event may hold the call's lock; the output is not worth a long wait.
    let cx = Cx::live().with_timeout(STATE_TIMEOUT);
    if let Ok(state) = remembered(&session, &cx, call).await {
        delivery.set_client(state.client());
        delivery.set_crm_call_id(state.crm_call_id());
    }
    delivery.warn_of_number(events.warning.as_deref());
    if let Some(DialStatus::Unknown(word)) = &args.dialstatus {
        delivery.warn(&format!(
            "unknown dial status {word:?}: the outcome is derived from the call's events"
        ));
    }
    Ok(app.show(&session, &delivery, Exit::Done))
}

/// Returns outcome and reason by the dial status. The direction is that of the command line, else the
/// stored one. An answered call stays answered after a later dial fails.
async fn dialled(
    app: &App<'_>,
    session: &Session,
    args: &CallEventArgs,
) -> (Option<Outcome>, Option<Reason>) {
    let Some(status) = args.dialstatus.as_ref().filter(|_| args.outcome.is_none()) else {
        return (None, None);
    };
    let cx = app.live(END_BUDGET);
    let state = match CallId::new(&args.call_id) {
        Ok(call) => remembered(session, &cx, &call).await.ok(),
        Err(_) => None,
    };
    if state.as_ref().is_some_and(|state| state.answered_at().is_some()) {
        return (None, None);
    }
    let known = state.and_then(|state| state.direction());
    status.meaning(direction(args).or(known))
}

/// Sends the events to the CRM.
async fn send(
    app: &App<'_>,
    session: &Session,
    events: &CommandEvents,
    delivery: &mut Delivery,
) -> Result<()> {
    let cx = live(app, &events.event);
    for event in events.in_order() {
        delivery.add(&notify(app, session, &cx, event).await?);
    }
    Ok(())
}

/// Logs the call that has just ended. If only the popup cannot be closed, the error becomes a warning. A
/// record without a start event stays pending.
async fn record(
    app: &App<'_>,
    session: &Session,
    call: &CallId,
    end: &[CallEvent],
    delivery: &mut Delivery,
    sent: Result<()>,
) -> Result<()> {
    let cx = app.history();
    match due_record(app, session, &cx, call, end).await? {
        Some(record) => delivery.add(&log_call(app, session, record).await?),
        None => delivery.add(&Receipt::new().with_warnings([Warning::new(
            WarningKind::RecordPending,
            format!(
                "missing direction or client number of call {call}: the record is pending until an \
                 event brings them"
            ),
        )])),
    }
    if let Err(error) = sent {
        delivery.warn(&format!("cannot close the popup: {}", error.message()));
    }
    Ok(())
}

async fn expect(
    app: &App<'_>,
    session: &Session,
    cx: &Cx,
    call: &CallId,
    end: &[CallEvent],
) -> Result<()> {
    let account = session.profile.account.name();
    let work = session.hub.expect_record(cx, account, call, end);
    app.within_deadline(cx, Access::Read, work).await
}

async fn due_record(
    app: &App<'_>,
    session: &Session,
    cx: &Cx,
    call: &CallId,
    end: &[CallEvent],
) -> Result<Option<CallRecord>> {
    let account = session.profile.account.name();
    let work = session.hub.due_record(cx, account, call, end);
    app.within_deadline(cx, Access::Read, work).await
}
