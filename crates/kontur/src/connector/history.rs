//! Registers finished calls with their legs and recordings.
//!
//! Kontur identifies a call by the PBX's id, so a repeated registration changes nothing, except for
//! recordings: an uploaded file can be attached once, and the effect of a second attempt is not
//! documented. If the response to a registration with recordings is lost, the call is registered
//! again without them, and the attachments are then checked: see
//! [`attachments`](super::attachments).

use vochi_crm_core::http::Operation as _;
use vochi_crm_core::spi::{CallSession, DueRecord, HistoryJob, RecordRepeat};
use vochi_crm_core::{
    CallRecord, Cx, Effect, Error, ErrorKind, LegEnd, LegId, LegRecord, Recorded, Recording,
    Result, WarningKind,
};

use super::call_start::{CallStart, Calls, is_unknown_call, warn_unknown_click};
use super::crm_state::{Attached, CrmState, Registered};
use super::recordings::{self, Recordings};
use super::{mapping, record_legs};
use crate::api::{RegisterCall, RegisteredLeg};
use crate::model::{CommunicationId, Participant};

/// Registers finished calls. Kontur identifies a call by its id.
pub(super) struct History<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
}

type Call = CallSession<CrmState>;

/// The data of a registration.
pub(super) struct Registration {
    start: CallStart,
    legs: Vec<LegRecord>,
    /// The leg of a recording of the whole call.
    main: LegId,
}

/// A registration that is ready to send.
#[derive(Clone, Copy)]
struct Submission<'a> {
    record: &'a CallRecord,
    registration: &'a Registration,
    /// The legs with uploaded files.
    files: &'a [LegId],
}

impl HistoryJob for History<'_> {
    type State = CrmState;
    type Upload = Registration;
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;

    async fn prepare(&self, call: &mut Call, record: &CallRecord) -> Result<Option<Registration>> {
        let start = CallStart::of_record(call.cx(), record);
        let legs = record_legs::legs(record, self.calls.names.config.register_legs)?;
        let main = record_legs::main_leg(record, &legs)
            .map(|leg| leg.id.clone())
            .ok_or_else(|| Error::internal("cannot register the call: it has no legs"))?;
        let registration = Registration { start, legs, main };
        // Build the request first: an invalid call must fail before its recording is uploaded.
        let submission = Submission { record, registration: &registration, files: &[] };
        self.request(&call.cx().scope(), &submission, call.crm(), None)?.request()?;
        Ok(Some(registration))
    }

    async fn send(&self, _: &Cx, due: &mut [DueRecord<CrmState, Registration>]) -> Result<()> {
        for due in due {
            let (call, record, registration) = due.parts_mut();
            self.register(call, record, registration).await?;
        }
        Ok(())
    }

    async fn finish(&self, call: &mut Call, record: &CallRecord, before: bool) {
        if before {
            let main = call.crm().registered.as_ref().map(|registered| &registered.main);
            let bare = main.is_some_and(|main| call.crm().attached(main).is_none());
            if bare && matches!(record.recording(), Some(Recording::File(_))) {
                call.cx().warn(
                    WarningKind::Incomplete,
                    "the new recording is not attached; attach it separately",
                );
            }
        }
        self.recordings.settle(call, record).await;
    }
}

impl History<'_> {
    /// Uploads the recordings and registers the call with them.
    async fn register(
        &self,
        call: &mut Call,
        record: &CallRecord,
        registration: &Registration,
    ) -> Result<()> {
        let Registration { start, legs, main } = registration;
        let wanted = recordings::wanted(record, legs, main, call.cx());
        for (leg, path) in wanted {
            self.recordings.upload_first(call, start, leg, path).await?;
        }
        let ready = |leg: &&LegRecord| {
            call.crm().attached(&leg.id) == Some(Attached::No)
                && self.recordings.is_fresh(call, &leg.id)
        };
        let files: Vec<LegId> = legs.iter().filter(ready).map(|leg| leg.id.clone()).collect();
        call.crm_mut().registered =
            Some(Registered { start: start.clone(), legs: legs.clone(), main: main.clone() });
        let before = call.state().recorded();
        if !files.is_empty() {
            // Save first: if the process ends before the response, the next one must not attach
            // them again.
            mark(call, &files, Attached::Maybe);
            call.set_recorded(Recorded::Maybe);
            call.save().await?;
        }
        let sent =
            self.send_record(call, &Submission { record, registration, files: &files }).await;
        if sent.as_ref().is_err_and(|error| error.effect() == Effect::NotApplied) {
            mark(call, &files, Attached::No);
            call.set_recorded(before);
        }
        sent
    }

    /// Sends a record with its files, or without them if that fails: the call matters more.
    async fn send_record(&self, call: &mut Call, submission: &Submission<'_>) -> Result<()> {
        let error = match self.send_as_known(call, submission).await {
            Ok(()) => {
                mark(call, submission.files, Attached::Yes);
                return Ok(());
            }
            Err(error) => error,
        };
        let refused = matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound);
        let lost = error.effect() != Effect::NotApplied;
        if submission.files.is_empty() || !(refused || lost) {
            return Err(error);
        }
        match self.send_as_known(call, &Submission { files: &[], ..*submission }).await {
            // The attachments of the first request are checked later.
            Ok(()) if lost => Ok(()),
            Ok(()) => {
                for leg in submission.files {
                    call.crm_mut().recordings.remove(leg);
                }
                let text = format!(
                    "the call is registered without its recording, which Kontur rejected: {}",
                    error.message()
                );
                call.cx().warn(WarningKind::Incomplete, text);
                Ok(())
            }
            Err(_) if !lost => Err(error),
            Err(second) => Err(second.with_effect(Effect::Maybe)),
        }
    }

    /// Sends a record with Kontur's call id, or without the id if Kontur does not know it.
    async fn send_as_known(&self, call: &mut Call, submission: &Submission<'_>) -> Result<()> {
        let started = call.crm().started.as_ref().map(|started| &started.communication);
        let known = started.or(submission.registration.start.click.as_ref()).cloned();
        let client = self.calls.client;
        let request = self.request(call.cx(), submission, call.crm(), known.clone())?;
        match (client.send(call.cx(), request).await, known) {
            (Err(error), Some(known)) if is_unknown_call(&error) => {
                warn_unknown_click(call.cx(), &known);
                call.crm_mut().started = None;
                let request = self.request(call.cx(), submission, call.crm(), None)?;
                client.send(call.cx(), request).await
            }
            (sent, _) => sent,
        }
    }

    fn request(
        &self,
        cx: &Cx,
        submission: &Submission<'_>,
        crm: &CrmState,
        communication: Option<CommunicationId>,
    ) -> Result<RegisterCall> {
        let (record, names) = (submission.record, &self.calls.names);
        let (direction, client) = (record.direction(), Some(record.client()));
        let numbers = names.numbers(cx, direction, client, record.line());
        let mut request = RegisterCall::new(
            record.started_at(),
            names.call(record.call_id())?,
            mapping::direction(direction),
        )
        .client_phone(numbers.client)
        .external_vats_phone(numbers.line)
        .communication_id(communication);
        // Without an employee, the call belongs to the fallback employee or to an unknown user.
        let fallback = names
            .directory
            .fallback_user(record.outcome())
            .filter(|_| record_legs::has_no_employee(record));
        for leg in &submission.registration.legs {
            let (mut from, mut to) = names.participants(cx, leg, direction, client);
            if let Some(user) = fallback {
                for (end, participant) in [(&leg.from, &mut from), (&leg.to, &mut to)] {
                    if *end == LegEnd::UnknownEmployee {
                        *participant = Participant::user(user.clone());
                    }
                }
            }
            let mut registered = RegisteredLeg::new(names.leg(&leg.id)?, from, to)
                .answered_at(leg.answered_at)
                .ended_at(leg.ended_at);
            if submission.files.contains(&leg.id)
                && let Some(uploaded) = crm.recordings.get(&leg.id)
            {
                registered = registered.recordings([uploaded.file.clone()]);
            }
            request = request.legs([registered]);
        }
        Ok(request)
    }
}

fn mark(call: &mut Call, legs: &[LegId], attached: Attached) {
    for leg in legs {
        call.crm_mut().set_attached(leg, attached);
    }
}
