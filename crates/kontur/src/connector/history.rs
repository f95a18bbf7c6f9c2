//! Finished calls: registered once, with their legs and recordings.
//!
//! Kontur knows a call by the PBX's id, so registering it again changes nothing, save for its
//! recordings: an uploaded file may be attached once, and what a second time does is not known. When
//! the answer to a registration with recordings is lost, the call is registered again without them,
//! and then looked at: see [`binding`](super::binding).

use vochi_crm_core::http::Operation as _;
use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::retry::{RecordAttempt, RecordJob, RecordRepeat, record_once};
use vochi_crm_core::{
    CallRecord, Cx, Effect, Error, ErrorKind, LegEnd, LegId, LegRecord, OpenCall, Outcome, Receipt,
    Recorded, Recording, Result, Warning, WarningKind,
};

use super::facts::Facts;
use super::live::{KNOWN_OPTIONS, unknown_option};
use super::note::{Attached, Note, Registered};
use super::start;
use super::{Connector, recording, talks, words};
use crate::api::{RegisterCall, RegisteredLeg};
use crate::model::{CommunicationId, Participant, UserId};

/// A record on its way: what it is put together from.
#[derive(Clone, Copy)]
struct Parcel<'a> {
    record: &'a CallRecord,
    facts: &'a Facts,
    legs: &'a [LegRecord],
    /// The legs whose files go along.
    files: &'a [LegId],
}

/// A registration. Kontur recognizes a call by its id, but not a recording that is attached twice.
struct Registration<'a> {
    connector: &'a Connector,
    parcel: Parcel<'a>,
    note: &'a mut Note,
    warnings: &'a mut Vec<Warning>,
}

impl RecordJob for Registration<'_> {
    type Sent = ();
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;

    async fn send(&mut self, cx: &Cx) -> Result<()> {
        self.connector.send_record(cx, &self.parcel, self.note, self.warnings).await
    }
}

impl Connector {
    pub(super) async fn register_record(&self, cx: &Cx, record: &CallRecord) -> Result<Receipt> {
        let cx = cx.counted();
        let account = self.own().name();
        let mut open = self.hub().open_call(&cx, account, record.call_id()).await?;
        let mut note: Note = open.note().unwrap_or_default();
        let mut warnings = Vec::new();
        let mut receipt = Receipt::of_record(record);
        let (hub, call) = (self.hub(), record.call_id());
        let pending = hub.pending_call(&cx, account, call).await?;
        // The memory of a call is shorter than that of what is pending after it.
        let recorded = pending.is_some_and(|pending| !pending.has(PendingKind::Record));
        let whole = open.state().complete(record.clone()).settled();
        if recorded || open.state().recorded() == Recorded::Yes {
            hub.settle_pending(&cx, account, call, PendingKind::Record).await;
            warnings.push(Warning::new(
                WarningKind::AlreadyRecorded,
                format!(
                    "call {} is registered already; it is not registered again",
                    record.call_id()
                ),
            ));
            let main = note.registered.as_ref().map(|registered| &registered.main);
            let bare = main.is_some_and(|main| note.attached(main).is_none());
            if bare && matches!(record.recording(), Some(Recording::File(_))) {
                warnings.push(Warning::new(
                    WarningKind::Incomplete,
                    "the recording that comes with it now is not attached; attach it by itself",
                ));
            }
        } else {
            receipt = Receipt::of_record(&whole);
            let attempt =
                RecordAttempt::begin(hub, &cx, account, &whole, &[], Registration::REPEAT).await?;
            let registered = self
                .register_settled(&cx, &mut open, &mut note, &whole, &attempt, &mut warnings)
                .await;
            if let Err(error) = registered {
                attempt.failed(hub, &cx, account, &error).await;
                return Err(error);
            }
            attempt.recorded(hub, &cx, account, false).await;
        }
        self.settle_recordings(&cx, &mut open, &mut note, &whole, &mut warnings).await;
        let id = note.communication().and_then(|id| id.to_common().ok());
        Ok(receipt
            .as_recorded()
            .with_crm_call_id(id)
            .with_requests(cx.requests())
            .with_warnings(warnings))
    }

    async fn register_settled(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        record: &CallRecord,
        attempt: &RecordAttempt,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        for (name, _) in record.extra().iter() {
            if !KNOWN_OPTIONS.contains(&name) {
                warnings.push(unknown_option(name));
            }
        }
        let facts = Facts::of_record(record, warnings);
        let legs = talks::legs(record, self.inner.config.register_legs)?;
        let main = talks::main_leg(record, &legs)
            .map(|leg| leg.id.clone())
            .ok_or_else(|| Error::internal("a call is registered without legs"))?;
        // Whatever is wrong with the call shows before its recording goes out.
        let parcel = Parcel { record, facts: &facts, legs: &legs, files: &[] };
        self.put_together(&parcel, note, None, &mut Vec::new())?.request()?;
        let wanted = recording::wanted(record, &legs, &main, warnings);
        for (leg, path) in wanted {
            self.bring(cx, open, note, &facts, leg, path, warnings).await?;
        }
        let mut files = Vec::new();
        for leg in &legs {
            if note.attached(&leg.id) == Some(Attached::No) && self.is_fresh(note, &leg.id) {
                files.push(leg.id.clone());
            }
        }
        note.registered = Some(Registered { facts: facts.clone(), legs: legs.clone(), main });
        let parcel = Parcel { files: &files, ..parcel };
        let before = open.state().recorded();
        if !files.is_empty() {
            // Should this process end meanwhile, the next one must not attach them blindly.
            mark(note, &files, Attached::Maybe);
            open.state_mut().set_recorded(Recorded::Maybe);
            open.save(note).await?;
        }
        let mut registration =
            Registration { connector: self, parcel, note: &mut *note, warnings: &mut *warnings };
        let attempts = std::slice::from_ref(attempt);
        let sent = record_once(&mut registration, cx, attempts).await;
        let Err(error) = sent else {
            open.state_mut().set_recorded(Recorded::Yes);
            self.remember(open, note, warnings).await;
            return Ok(());
        };
        let recorded = if error.effect() == Effect::NotApplied {
            mark(note, &files, Attached::No);
            before
        } else {
            Recorded::Maybe
        };
        open.state_mut().set_recorded(recorded);
        self.keep(open, note).await;
        Err(error)
    }

    /// Sends a record with its files. Where that cannot be, it goes without them: the call matters
    /// more.
    async fn send_record(
        &self,
        cx: &Cx,
        parcel: &Parcel<'_>,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let sent = self.send_as_known(cx, parcel, note, warnings).await;
        let error = match sent {
            Ok(()) => {
                mark(note, parcel.files, Attached::Yes);
                return Ok(());
            }
            Err(error) => error,
        };
        let refused = matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound);
        let lost = error.effect() != Effect::NotApplied;
        if parcel.files.is_empty() || !(refused || lost) {
            return Err(error);
        }
        let bare = Parcel { files: &[], ..*parcel };
        match self.send_as_known(cx, &bare, note, warnings).await {
            // Whether the files went with the first one is looked at later.
            Ok(()) if lost => Ok(()),
            Ok(()) => {
                for leg in parcel.files {
                    note.recordings.remove(leg);
                }
                warnings.push(Warning::new(
                    WarningKind::Incomplete,
                    format!(
                        "the call is registered without its recording, which Kontur refused: {}",
                        error.message()
                    ),
                ));
                Ok(())
            }
            Err(_) if !lost => Err(error),
            Err(again) => Err(again.with_effect(Effect::Maybe)),
        }
    }

    /// Sends a record under Kontur's own id of the call, or without it where Kontur does not know
    /// it.
    async fn send_as_known(
        &self,
        cx: &Cx,
        parcel: &Parcel<'_>,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let started = note.started.as_ref().map(|started| &started.communication);
        let known = started.or(parcel.facts.click.as_ref()).cloned();
        let request = self.put_together(parcel, note, known.clone(), warnings)?;
        match self.client().send(cx, request).await {
            Err(error) if start::is_unknown_call(&error) => {
                let Some(known) = known else {
                    return Err(error);
                };
                warnings.push(start::unknown_click(&known));
                note.started = None;
                let request = self.put_together(parcel, note, None, warnings)?;
                self.client().send(cx, request).await
            }
            other => other,
        }
    }

    fn put_together(
        &self,
        parcel: &Parcel<'_>,
        note: &Note,
        communication: Option<CommunicationId>,
        warnings: &mut Vec<Warning>,
    ) -> Result<RegisterCall> {
        let record = parcel.record;
        let direction = record.direction();
        let numbers = self.numbers(direction, Some(record.client()), record.line(), warnings);
        let mut request = RegisterCall::new(
            record.started_at(),
            self.call_name(record.call_id())?,
            words::direction(direction),
        )
        .client_phone(numbers.client)
        .external_vats_phone(numbers.line)
        .communication_id(communication);
        let whose = self.nobodys(record)?;
        for leg in parcel.legs {
            let client = Some(record.client());
            let (mut from, mut to) = self.participants(leg, direction, client, warnings)?;
            if let Some(user) = &whose {
                for (end, participant) in [(&leg.from, &mut from), (&leg.to, &mut to)] {
                    if *end == LegEnd::UnknownEmployee {
                        *participant = Participant::user(user.clone());
                    }
                }
            }
            let mut registered = RegisteredLeg::new(self.leg_name(&leg.id)?, from, to)
                .answered_at(leg.answered_at)
                .ended_at(leg.ended_at);
            if parcel.files.contains(&leg.id)
                && let Some(uploaded) = note.recordings.get(&leg.id)
            {
                registered = registered.recordings([uploaded.file.clone()]);
            }
            request = request.legs([registered]);
        }
        Ok(request)
    }

    /// Whose a call is that nobody is known to have had to do with: a missed one `missed_user`'s,
    /// else `default_user`'s. Without them it is an unknown user's.
    fn nobodys(&self, record: &CallRecord) -> Result<Option<UserId>> {
        if !talks::is_nobodys(record) {
            return Ok(None);
        }
        let directory = self.own().directory();
        let missed = directory.missed_user().filter(|_| record.outcome() == Outcome::Missed);
        let user = missed.or_else(|| directory.default_user());
        user.map(UserId::of).transpose()
    }

    /// Remembers what stands in Kontur. To lose that costs a warning, not the record.
    pub(super) async fn remember(
        &self,
        open: &mut OpenCall,
        note: &Note,
        warnings: &mut Vec<Warning>,
    ) {
        if let Err(error) = open.save(note).await {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!(
                    "the call is registered, but that cannot be remembered: {}",
                    error.message()
                ),
            ));
        }
    }
}

fn mark(note: &mut Note, legs: &[LegId], attached: Attached) {
    for leg in legs {
        note.set_attached(leg, attached);
    }
}
