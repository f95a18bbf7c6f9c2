//! `call-event`: tells the CRM about a live call.

mod told;

use std::time::Duration;

use vochi_crm::{
    CallEvent, CallId, CallRecord, Cx, Outcome, Reason, Receipt, Result, Warning, WarningKind,
};

use super::delivery::{Delivery, END_BUDGET, live, remembered, settle, tell};
use crate::app::{App, Manner, Memory, Session};
use crate::args::{CallEventArgs, DialStatus};
use crate::exit::Exit;
use told::{Reading, Told, check_usage, direction};

/// How long the answer may wait for what is remembered of the call.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) async fn run(app: &App<'_>, args: &CallEventArgs) -> Result<Exit> {
    check_usage(args)?;
    let session = app.session(Memory::Shared).await?;
    let reading = Reading {
        phones: session.profile.account.phones(),
        extensions: &session.extensions,
        now: session.hub.clock().now(),
        dialled: dialled(app, &session, args).await,
    };
    let told = Told::read(args, &reading)?;
    let mut delivery = Delivery::new(&session, told.event.call_id().as_str());
    let call = told.event.call_id();
    let end: Vec<CallEvent> =
        if args.record { told.events().cloned().collect() } else { Vec::new() };
    if args.record {
        // Before anything is sent, so that the record is not lost with this process.
        let cx = app.history();
        let expected = expect(app, &session, &cx, call, &end).await;
        if let Err(error) = expected {
            delivery.warn(&format!("the record cannot be kept as pending: {}", error.message()));
        }
    }
    let said = say(app, &session, &told, &mut delivery).await;
    if args.record {
        record(app, &session, call, &end, &mut delivery, said).await?;
    } else {
        said?;
        // The end may have come before, and its record waits for this event.
        let cx = app.history();
        if let Ok(Some(due)) = due_record(app, &session, &cx, call, &[]).await {
            match settle(app, &session, due).await {
                Ok(receipt) => delivery.add(&receipt),
                Err(error) => delivery.warn(&format!("record_pending: {}", error.message())),
            }
        }
    }
    // Another event of the call may have begun; what it holds up is worth no wait.
    let patience = Cx::live().with_timeout(PATIENCE);
    if let Ok(state) = remembered(&session, &patience, call).await {
        delivery.set_client(state.client());
        delivery.set_crm_call_id(state.crm_call_id());
    }
    delivery.warn_of_number(told.warning.as_deref());
    if let Some(DialStatus::Unknown(word)) = &args.dialstatus {
        delivery.warn(&format!(
            "unknown dial status {word:?}: the events of the call decide the outcome"
        ));
    }
    Ok(app.show(&session, &delivery, Exit::Done))
}

/// Returns what the dial status says of the call. Its direction is the given one, else the remembered
/// one. A call that was answered stays answered, whatever became of a later dial.
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
async fn say(app: &App<'_>, session: &Session, told: &Told, delivery: &mut Delivery) -> Result<()> {
    let cx = live(app, &told.event);
    for event in told.events() {
        delivery.add(&tell(app, session, &cx, event).await?);
    }
    Ok(())
}

/// Logs the call that has just ended. The history matters more than the popup: a popup that could
/// not be closed becomes a warning. A record whose beginning is missing waits for it.
async fn record(
    app: &App<'_>,
    session: &Session,
    call: &CallId,
    end: &[CallEvent],
    delivery: &mut Delivery,
    said: Result<()>,
) -> Result<()> {
    let cx = app.history();
    match due_record(app, session, &cx, call, end).await? {
        Some(record) => delivery.add(&settle(app, session, record).await?),
        None => delivery.add(&Receipt::new().with_warnings([Warning::new(
            WarningKind::RecordPending,
            format!(
                "the direction or the client's number of call {call} is not known \
                 yet; the record is pending until an event brings them"
            ),
        )])),
    }
    if let Err(error) = said {
        delivery.warn(&format!("the popup could not be closed: {}", error.message()));
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
    app.in_time(cx, Manner::Reads, work).await
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
    app.in_time(cx, Manner::Reads, work).await
}
