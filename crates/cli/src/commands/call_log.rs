//! `call-log`: settles a finished call.

use vochi_crm::{CallId, CallRecord, CrmCallId, Error, Line, Recorded, Recording, Result, Seconds};

use super::delivery::{Delivery, client, option, remembered, settle};
use super::extensions::{extensions, one_extension};
use crate::app::{App, Memory, Session};
use crate::args::CallLogArgs;
use crate::exit::Exit;

pub(super) async fn run(app: &App<'_>, args: &CallLogArgs) -> Result<Exit> {
    let session = app.session(Memory::Shared).await?;
    let (record, warning) = read(args, &session)?;
    let mut delivery = Delivery::new(&session, record.call_id().as_str());
    delivery.set_client(Some(record.client()));
    delivery.set_crm_call_id(record.crm_call_id());
    require_talk(app, &session, &record).await?;
    delivery.add(&settle(app, &session, record).await?);
    delivery.warn_of_number(warning.as_deref());
    Ok(app.show(&session, &delivery, Exit::Done))
}

/// Refuses an answered call whose talk time neither the command line nor the call's events give. The
/// caller of this command can give it, and not every CRM lets a recorded call be corrected.
async fn require_talk(app: &App<'_>, session: &Session, record: &CallRecord) -> Result<()> {
    if !record.outcome().is_answered() || record.talk().is_some() {
        return Ok(());
    }
    let state = remembered(session, &app.history(), record.call_id()).await?;
    let recorded = state.recorded() == Recorded::Yes;
    if recorded || state.complete(record.clone()).talk().is_some() {
        return Ok(());
    }
    let what = format!("call {} was answered, but its talk time is not known", record.call_id());
    let connector = &session.connector;
    Err(Error::input(what)
        .with_hint("give the talk seconds of an answered call")
        .with_account(connector.crm(), connector.account().clone()))
}

/// The command line as a record.
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
        // A record without its recording cannot be mended by telling it again.
        if !file.is_file() {
            let why = format!("--record-file: {} is no file", file.display());
            return Err(Error::input(why).with_hint("give the path of the recording"));
        }
        record = record.with_recording(Recording::File(file.clone()));
    }
    if let Some(id) = &args.crm_call_id {
        record = record.with_crm_call_id(option("--crm-call-id", CrmCallId::new(id))?);
    }
    Ok((record, warning))
}
