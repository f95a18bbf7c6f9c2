//! `call-log`: logs a finished call.

use vochi_crm::{CallId, CallRecord, CrmCallId, Error, Line, Recorded, Recording, Result, Seconds};

use super::delivery::{Delivery, client, log_call, option, remembered};
use super::extensions::{extensions, one_extension};
use crate::app::{App, Session, StateScope};
use crate::args::CallLogArgs;
use crate::exit::Exit;

pub(super) async fn run(app: &App<'_>, args: &CallLogArgs) -> Result<Exit> {
    let session = app.session(StateScope::Shared).await?;
    let (record, warning) = read(args, &session)?;
    let mut delivery = Delivery::new(&session, record.call_id().as_str());
    delivery.set_client(Some(record.client()));
    delivery.set_crm_call_id(record.crm_call_id());
    require_talk(app, &session, &record).await?;
    delivery.add(&log_call(app, &session, record).await?);
    delivery.warn_of_number(warning.as_deref());
    Ok(app.show(&session, &delivery, Exit::Done))
}

/// Refuses an answered call whose talk time is neither on the command line nor in the call's events. Not
/// every CRM lets a recorded call be corrected.
async fn require_talk(app: &App<'_>, session: &Session, record: &CallRecord) -> Result<()> {
    if !record.outcome().is_answered() || record.talk().is_some() {
        return Ok(());
    }
    let state = remembered(session, &app.history(), record.call_id()).await?;
    let recorded = state.recorded() == Recorded::Yes;
    if recorded || state.complete(record.clone()).talk().is_some() {
        return Ok(());
    }
    let what = format!("cannot log answered call {}: missing talk time", record.call_id());
    let connector = &session.connector;
    Err(Error::input(what)
        .with_hint("pass the talk seconds of an answered call")
        .with_account(connector.crm(), connector.account().clone()))
}

/// Converts the arguments into a record, with a warning about the number.
fn read(args: &CallLogArgs, session: &Session) -> Result<(CallRecord, Option<String>)> {
    let (party, warning) = client(session.profile.account.phones(), &args.phone);
    let mut record = CallRecord::new(
        option("--call-id", CallId::new(&args.call_id))?,
        args.direction.into(),
        party,
        option("--started-at", args.started_at.parse())?,
        args.outcome,
    );
    if let Some(text) = &args.ext {
        record = if args.outcome.is_answered() {
            record.with_talked_with(one_extension("--ext", text, &session.extensions)?)
        } else {
            let rang = extensions("--ext", [text], &session.extensions)?;
            rang.into_iter().fold(record, CallRecord::with_rang)
        };
    }
    if let Some(line) = &args.line {
        record = record.with_line(option("--line", Line::new(line))?);
    }
    if let Some(talk) = args.talk_seconds {
        record = record.with_talk(Seconds::new(talk));
    }
    if let Some(wait) = args.wait_seconds {
        record = record.with_wait(Seconds::new(wait));
    }
    if let Some(url) = &args.record_url {
        record = record.with_recording(option("--record-url", Recording::url(url))?);
    }
    if let Some(file) = &args.record_file {
        // A recorded call does not get its recording by a repeat.
        if !file.is_file() {
            let why = format!("--record-file: {} is not a file", file.display());
            return Err(Error::input(why).with_hint("pass the path of the recording"));
        }
        record = record.with_recording(Recording::File(file.clone()));
    }
    if let Some(id) = &args.crm_call_id {
        record = record.with_crm_call_id(option("--crm-call-id", CrmCallId::new(id))?);
    }
    Ok((record, warning))
}
