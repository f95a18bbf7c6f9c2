//! Finished calls: uploaded once, when everything about them is known.

use std::collections::HashSet;

use vochi_crm_core::follow_up::{Duty, follow_up};
use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::retry::{RecordAttempt, RecordJob, RecordRepeat, record_once};
use vochi_crm_core::{
    CallId, CallRecord, CrmUserId, Cx, Effect, Error, ErrorKind, Extension, OpenCall, Outcome,
    Receipt, Recorded, Recording, Result, Text, TryAgain, Warning, WarningKind, Zone,
};

use super::live::{KNOWN_OPTIONS, unknown_option, unusable};
use super::{Connector, Note, ZoneSource, mapping};
use crate::api::{MOST_CALLS, UploadCalls};
use crate::model::{CallSource, CallUpload, PhoneText, user_id};

/// A record on its way: its place in the caller's list, its lock, what goes out.
struct Parcel {
    index: usize,
    open: OpenCall,
    note: Note,
    call: CallUpload,
    receipt: Receipt,
    attempt: RecordAttempt,
}

/// A record before anything was sent.
enum Packed {
    Ready(Box<Parcel>),
    /// There is nothing to send for it, except what is pending since it was recorded.
    Done(Receipt),
}

/// Who stands in the history as having handled a call.
struct Handler {
    code: Option<Extension>,
    user: Option<CrmUserId>,
}

/// What the CRM said to an upload that went well.
struct Taken {
    duplicates: Vec<String>,
    /// Whether it was sent more than once: a duplicate may be our own then.
    repeated: bool,
}

/// An upload of calls. RetailCRM recognizes a call by its `externalId`.
struct Upload<'a> {
    connector: &'a Connector,
    calls: UploadCalls,
    sent: usize,
}

impl RecordJob for Upload<'_> {
    type Sent = Taken;
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;

    async fn send(&mut self, cx: &Cx) -> Result<Taken> {
        let before = cx.requests();
        let answer = self.connector.client().send(cx, &self.calls).await?;
        let processed = answer.processed.and_then(|count| usize::try_from(count).ok());
        let taken = processed.map(|count| count + answer.duplicates.len());
        if taken.is_some_and(|taken| taken < self.sent) {
            let text = format!(
                "RetailCRM processed {} of {} calls",
                processed.unwrap_or_default(),
                self.sent
            );
            tracing::warn!(account = %self.connector.own().name(), "{text}");
            return Err(Error::new(ErrorKind::Rejected, text)
                .with_effect(Effect::Maybe)
                .with_try_again(TryAgain::Later)
                .with_hint("the calls are pending and are sent again"));
        }
        Ok(Taken {
            duplicates: answer.duplicates,
            repeated: cx.requests().saturating_sub(before) > 1,
        })
    }
}

type Results = Vec<Option<Result<Receipt>>>;

/// Adds to a receipt that is there already.
fn amend(results: &mut Results, index: usize, add: impl FnOnce(Receipt) -> Receipt) {
    if let Some(Some(Ok(receipt))) = results.get_mut(index) {
        *receipt = add(std::mem::take(receipt));
    }
}

impl Connector {
    pub(super) async fn upload_records(
        &self,
        cx: &Cx,
        records: &[CallRecord],
    ) -> Vec<Result<Receipt>> {
        let mut results: Results = records.iter().map(|_| None).collect();
        let mut waiting: Vec<(usize, &CallRecord)> = records.iter().enumerate().collect();
        while !waiting.is_empty() {
            // A call that occurs twice waits for the next round, where it is known to be recorded.
            let mut calls: HashSet<&CallId> = HashSet::new();
            let (round, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, record)| {
                calls.len() < MOST_CALLS && calls.insert(record.call_id())
            });
            self.upload_round(cx, &round, &mut results).await;
            waiting = later;
        }
        let lost = || Err(Error::internal("a record was left without a result"));
        results.into_iter().map(|result| result.unwrap_or_else(lost)).collect()
    }

    /// Uploads different calls, 50 at the most.
    async fn upload_round(&self, cx: &Cx, round: &[(usize, &CallRecord)], results: &mut Results) {
        let mut settle = |index: usize, result: Result<Receipt>| {
            if let Some(place) = results.get_mut(index) {
                *place = Some(result);
            }
        };
        let cx = cx.counted();
        let ids: Vec<&CallId> = round.iter().map(|(_, record)| record.call_id()).collect();
        let opened = self.hub().open_calls(&cx, self.own().name(), &ids).await;
        let mut opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                for (index, _) in round {
                    settle(*index, Err(error.again()));
                }
                return;
            }
        };
        let account = self.own().name();
        let mut parcels = Vec::new();
        let mut recorded = Vec::new();
        for (index, record) in round {
            let Some(open) = opened.remove(record.call_id().as_str()) else {
                continue;
            };
            match self.pack(&cx, *index, record, open).await {
                Ok(Packed::Ready(parcel)) => parcels.push(*parcel),
                Ok(Packed::Done(receipt)) => {
                    let (hub, call) = (self.hub(), record.call_id());
                    hub.settle_pending(&cx, account, call, PendingKind::Record).await;
                    recorded.extend(receipt.recorded().then_some((*index, call)));
                    settle(*index, Ok(receipt));
                }
                Err(error) => {
                    let (call, kind) = (record.call_id(), PendingKind::Record);
                    self.hub().fail_pending(&cx, account, call, Some(record), kind, &error).await;
                    settle(*index, Err(error));
                }
            }
        }
        let delivered = self.deliver(&cx, parcels).await;
        let mut first = delivered.first().map(|(index, _)| *index);
        for (index, result) in delivered {
            let of_index = round.iter().find(|(of_round, _)| *of_round == index);
            let call = of_index.filter(|_| result.is_ok()).map(|(_, record)| record.call_id());
            recorded.extend(call.map(|call| (index, call)));
            settle(index, result);
        }
        for (index, call) in recorded {
            let before = cx.requests();
            let warnings = follow_up(self, self.hub(), &cx, self.own(), call).await;
            if cx.requests() > before {
                first.get_or_insert(index);
            }
            amend(results, index, |receipt| receipt.with_warnings(warnings));
        }
        if let Some(first) = first {
            amend(results, first, |receipt| receipt.with_requests(cx.requests()));
        }
    }

    /// Sends parcels. When the CRM refuses the data of several, or does not process all of them,
    /// each goes alone, so that a bad one does not keep the others out.
    async fn deliver(&self, cx: &Cx, parcels: Vec<Parcel>) -> Vec<(usize, Result<Receipt>)> {
        if parcels.is_empty() {
            return Vec::new();
        }
        let several = parcels.len() > 1;
        let sent = self.upload(cx, &parcels.iter().collect::<Vec<_>>()).await;
        let each = several
            && match &sent {
                Ok(_) => false,
                Err(error) => error.kind() == ErrorKind::Rejected,
            };
        let mut settled = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            let alone;
            let sent = if each {
                alone = self.upload(cx, &[&parcel]).await;
                &alone
            } else {
                &sent
            };
            settled.push(match sent {
                Ok(taken) => self.recorded(cx, parcel, taken).await,
                Err(error) => self.unrecorded(cx, parcel, error.again()).await,
            });
        }
        settled
    }

    fn upload_request(&self, calls: impl IntoIterator<Item = CallUpload>) -> UploadCalls {
        UploadCalls::new().calls(calls).client_id(self.inner.config.sent_client_id().cloned())
    }

    async fn upload(&self, cx: &Cx, parcels: &[&Parcel]) -> Result<Taken> {
        let attempts: Vec<RecordAttempt> =
            parcels.iter().map(|parcel| parcel.attempt.clone()).collect();
        let mut upload = Upload {
            connector: self,
            calls: self.upload_request(parcels.iter().map(|parcel| parcel.call.clone())),
            sent: parcels.len(),
        };
        record_once(&mut upload, cx, &attempts).await
    }

    async fn recorded(
        &self,
        cx: &Cx,
        mut parcel: Parcel,
        taken: &Taken,
    ) -> (usize, Result<Receipt>) {
        let own = taken.repeated
            || parcel.attempt.maybe_before()
            || parcel.open.state().recorded() == Recorded::Maybe;
        let mut warnings = Vec::new();
        let mut there = taken.duplicates.iter();
        let duplicate = there.any(|id| id == parcel.call.external_id.as_str());
        if duplicate {
            warnings.push(Warning::new(
                WarningKind::AlreadyRecorded,
                format!(
                    "RetailCRM held call {} already and left it as it was",
                    parcel.call.external_id
                ),
            ));
        }
        parcel.open.state_mut().set_recorded(Recorded::Yes);
        let result = parcel.open.save(&parcel.note).await;
        // The call stands in the CRM: losing our note of it costs a warning, not the record. A
        // second upload would be a duplicate there.
        if let Err(error) = result {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!("the call is recorded, but that cannot be remembered: {}", error.message()),
            ));
        }
        warnings.extend(parcel.attempt.lost_follow_ups());
        // Another program that recorded it may have made the task, and nothing in the CRM shows it.
        let (hub, account, task) = (self.hub(), self.own().name(), own || !duplicate);
        parcel.attempt.recorded(hub, cx, account, task).await;
        let receipt = parcel.receipt.as_recorded().with_warnings(warnings);
        (parcel.index, Ok(receipt))
    }

    async fn unrecorded(
        &self,
        cx: &Cx,
        mut parcel: Parcel,
        error: Error,
    ) -> (usize, Result<Receipt>) {
        let account = self.own().name();
        if error.effect() == Effect::Maybe {
            parcel.open.state_mut().set_recorded(Recorded::Maybe);
            if let Err(lost) = parcel.open.save(&parcel.note).await {
                tracing::warn!(%account, %lost, "the state of a call is lost");
            }
        }
        parcel.attempt.failed(self.hub(), cx, account, &error).await;
        (parcel.index, Err(error))
    }

    /// Makes an upload of a record and of what is remembered of its call.
    async fn pack(
        &self,
        cx: &Cx,
        index: usize,
        record: &CallRecord,
        open: OpenCall,
    ) -> Result<Packed> {
        let note: Note = open.note().unwrap_or_default();
        let mut warnings = Vec::new();
        let (account, call) = (self.own().name(), record.call_id());
        let pending = self.hub().pending_call(cx, account, call).await?;
        // The memory of a call is shorter than that of what is pending after it.
        let follow_up_only = pending.is_some_and(|pending| !pending.has(PendingKind::Record));
        if open.state().recorded() == Recorded::Yes || follow_up_only {
            let text = format!("call {call} is recorded already; nothing was sent");
            warnings.push(Warning::new(WarningKind::AlreadyRecorded, text));
            let receipt = Receipt::of_record(record).as_recorded();
            return Ok(Packed::Done(receipt.with_warnings(warnings)));
        }
        let unsent = |warnings| Packed::Done(Receipt::of_record(record).with_warnings(warnings));
        let Some(direction) = mapping::direction(record.direction()) else {
            warnings.push(Warning::new(
                WarningKind::NothingToSend,
                "RetailCRM is not told of internal calls",
            ));
            return Ok(unsent(warnings));
        };
        let Some(phone) = mapping::phone(record.client(), &mut warnings) else {
            return Ok(unsent(warnings));
        };
        let record = open.state().complete(record.clone()).settled();
        let phone =
            if self.inner.config.strip_plus_in_upload { phone.without_plus() } else { phone };
        let handler = self.handler(&record, &mut warnings)?;
        let zone = self.zone_told(cx, &mut warnings).await?;
        let outside = self.own().outside_number(record.line(), &mut warnings);
        let mut call = CallUpload::new(
            zone.local(record.started_at()),
            direction,
            phone,
            mapping::result(record.outcome(), record.reason()),
            Text::new(self.own().external_id(record.call_id()))?,
        )
        .duration(record.talk())
        .duration_waiting(record.wait())
        .code(handler.code)
        .user_id(handler.user.as_ref().map(user_id).transpose()?)
        .external_phone(outside.map(PhoneText::from))
        .site(self.site(record.extra()));
        match record.recording() {
            None => {}
            Some(Recording::Url(url)) => call = mapping::with_recording(call, url, &mut warnings),
            Some(_) => {
                return Err(Error::unsupported("RetailCRM takes no recording file into a call")
                    .with_hint("give the recording's URL instead"));
            }
        }
        if let Some(source) = record.extra().get("source") {
            match CallSource::deserialize_from(source) {
                Some(source) => call = call.source(source),
                None => warnings.push(unusable("source")),
            }
        }
        for (name, _) in record.extra().iter() {
            if !KNOWN_OPTIONS.contains(&name) {
                warnings.push(unknown_option(name));
            }
        }
        let duties = Duty::of(self.own().config(), &record);
        let (hub, repeat) = (self.hub(), Upload::REPEAT);
        let attempt = RecordAttempt::begin(hub, cx, account, &record, &duties, repeat).await?;
        Ok(Packed::Ready(Box::new(Parcel {
            index,
            open,
            note,
            call,
            receipt: Receipt::of_record(&record).with_warnings(warnings),
            attempt,
        })))
    }

    /// The employee a call stands under: the last who talked; of an unanswered one `missed_user`,
    /// else the last who rang; without any, `default_user`.
    fn handler(&self, record: &CallRecord, warnings: &mut Vec<Warning>) -> Result<Handler> {
        let directory = self.own().directory();
        let by_user = |user: &CrmUserId| Handler {
            code: directory.extension_of(user).cloned(),
            user: Some(user.clone()),
        };
        if record.outcome() == Outcome::Missed
            && let Some(user) = directory.missed_user()
        {
            return Ok(by_user(user));
        }
        if let Some(extension) = record.handled_by() {
            let user = directory.user_of(extension).cloned();
            if user.is_none() {
                warnings.push(Warning::new(
                    WarningKind::UnmappedExtension,
                    format!("extension {extension} is not in `extensions`"),
                ));
            }
            return Ok(Handler { code: Some(extension.clone()), user });
        }
        if let Some(user) = directory.default_user() {
            return Ok(by_user(user));
        }
        Err(Error::config(format!(
            "call {}: no employee is known, and RetailCRM takes no call without one",
            record.call_id()
        ))
        .with_hint("name the extension, or set missed_user (or default_user) to a RetailCRM user"))
    }

    async fn zone_told(&self, cx: &Cx, warnings: &mut Vec<Warning>) -> Result<Zone> {
        let (zone, source) = self.zone(cx).await?;
        if source == ZoneSource::Assumed {
            warnings.push(Warning::new(
                WarningKind::AssumedZone,
                format!("the account's time zone is not known; {zone} is assumed, set `timezone`"),
            ));
        }
        Ok(zone)
    }
}
