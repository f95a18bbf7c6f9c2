//! `call-event`: tells the CRM about a live call.

mod told;

use std::time::Duration;

use vochi_crm::{CallId, Cx, Error, Outcome, Reason, Result};

use super::delivery::{Delivery, END_BUDGET, live, remembered, settle, tell};
use crate::app::{App, Memory, Session};
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
    let said = say(app, &session, &told, &mut delivery).await;
    if args.record {
        record(app, &session, &told, &mut delivery, said).await?;
    } else {
        said?;
    }
    // Another event of the call may have begun; what it holds up is worth no wait.
    let patience = Cx::live().with_timeout(PATIENCE);
    if let Ok(state) = remembered(&session, &patience, told.event.call_id()).await {
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
    if state
        .as_ref()
        .is_some_and(|state| state.answered_at().is_some())
    {
        return (None, None);
    }
    let known = state.and_then(|state| state.direction());
    status.meaning(direction(args).or(known))
}

/// Tells the CRM what happened.
async fn say(app: &App<'_>, session: &Session, told: &Told, delivery: &mut Delivery) -> Result<()> {
    let cx = live(app, &told.event);
    for event in told.recording.iter().chain([&told.event]) {
        delivery.add(&tell(app, session, &cx, event).await?);
    }
    Ok(())
}

/// Settles the call that has just ended. The history matters more than the popup: a popup that
/// could not be closed becomes a warning.
async fn record(
    app: &App<'_>,
    session: &Session,
    told: &Told,
    delivery: &mut Delivery,
    said: Result<()>,
) -> Result<()> {
    let call = told.event.call_id();
    let cx = app.history();
    let state = remembered(session, &cx, call).await?;
    let Some(record) = state.to_record(call) else {
        said?;
        return Err(Error::input(format!(
            "call {call} cannot be recorded: its direction or the client's number is not known"
        ))
        .with_hint("give --direction and --phone, or use call-log"));
    };
    delivery.add(&settle(app, session, record).await?);
    if let Err(error) = said {
        delivery.warn(&format!(
            "the popup could not be closed: {}",
            error.message()
        ));
    }
    Ok(())
}
