//! Finished calls: registered once, with their legs and recordings.
//!
//! Kontur knows a call by the PBX's id, so registering it again changes nothing, save for its
//! recordings: an uploaded file may be attached once, and what a second time does is not known. When
//! the response to a registration with recordings is lost, the call is registered again without them,
//! and then looked at: see [`attachments`](super::attachments).

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

/// Registers finished calls. Kontur recognizes a call by its id.
pub(super) struct History<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
}

type Call = CallSession<CrmState>;

/// What a call is registered with.
pub(super) struct Registration {
    start: CallStart,
    legs: Vec<LegRecord>,
    /// The leg a recording of the whole call belongs to.
    main: LegId,
}

/// A registration on its way.
#[derive(Clone, Copy)]
struct Parcel<'a> {
    record: &'a CallRecord,
    registration: &'a Registration,
    /// The legs whose files go along.
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
            .ok_or_else(|| Error::internal("a call is registered without legs"))?;
        let registration = Registration { start, legs, main };
        // What is wrong with the call shows before its recording goes out.
        let parcel = Parcel { record, registration: &registration, files: &[] };
        self.request(&call.cx().scope(), &parcel, call.crm(), None)?.request()?;
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
                    "the recording that comes with it now is not attached; attach it by itself",
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
            self.recordings.bring(call, start, leg, path).await?;
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
            // Should this process end before the response, the next one must not attach them blindly.
            mark(call, &files, Attached::Maybe);
            call.set_recorded(Recorded::Maybe);
            call.save().await?;
        }
        let sent = self.send_record(call, &Parcel { record, registration, files: &files }).await;
        if sent.as_ref().is_err_and(|error| error.effect() == Effect::NotApplied) {
            mark(call, &files, Attached::No);
            call.set_recorded(before);
        }
        sent
    }

    /// Sends a record with its files. Where that cannot be, it goes without them: the call matters
    /// more.
    async fn send_record(&self, call: &mut Call, parcel: &Parcel<'_>) -> Result<()> {
        let error = match self.send_as_known(call, parcel).await {
            Ok(()) => {
                mark(call, parcel.files, Attached::Yes);
                return Ok(());
            }
            Err(error) => error,
        };
        let refused = matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound);
        let lost = error.effect() != Effect::NotApplied;
        if parcel.files.is_empty() || !(refused || lost) {
            return Err(error);
        }
        match self.send_as_known(call, &Parcel { files: &[], ..*parcel }).await {
            // Whether the files went with the first one is looked at later.
            Ok(()) if lost => Ok(()),
            Ok(()) => {
                for leg in parcel.files {
                    call.crm_mut().recordings.remove(leg);
                }
                let text = format!(
                    "the call is registered without its recording, which Kontur refused: {}",
                    error.message()
                );
                call.cx().warn(WarningKind::Incomplete, text);
                Ok(())
            }
            Err(_) if !lost => Err(error),
            Err(second) => Err(second.with_effect(Effect::Maybe)),
        }
    }

    /// Sends a record under Kontur's own id of the call, or without it where Kontur does not know
    /// it.
    async fn send_as_known(&self, call: &mut Call, parcel: &Parcel<'_>) -> Result<()> {
        let started = call.crm().started.as_ref().map(|started| &started.communication);
        let known = started.or(parcel.registration.start.click.as_ref()).cloned();
        let client = self.calls.client;
        let request = self.request(call.cx(), parcel, call.crm(), known.clone())?;
        match (client.send(call.cx(), request).await, known) {
            (Err(error), Some(known)) if is_unknown_call(&error) => {
                warn_unknown_click(call.cx(), &known);
                call.crm_mut().started = None;
                let request = self.request(call.cx(), parcel, call.crm(), None)?;
                client.send(call.cx(), request).await
            }
            (sent, _) => sent,
        }
    }

    fn request(
        &self,
        cx: &Cx,
        parcel: &Parcel<'_>,
        crm: &CrmState,
        communication: Option<CommunicationId>,
    ) -> Result<RegisterCall> {
        let (record, names) = (parcel.record, &self.calls.names);
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
        // Without any employee, the call is the fallback employee's, or an unknown user's.
        let fallback = names
            .directory
            .fallback_user(record.outcome())
            .filter(|_| record_legs::has_no_employee(record));
        for leg in &parcel.registration.legs {
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
            if parcel.files.contains(&leg.id)
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
