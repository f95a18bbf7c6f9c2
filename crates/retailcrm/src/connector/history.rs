//! Finished calls: uploaded once, when everything about them is known.

use std::collections::HashSet;

use vochi_crm_core::{
    CallId, CallRecord, CrmUserId, Cx, Error, ErrorKind, Extension, OpenCall, Outcome, Receipt,
    Recorded, Recording, Result, Warning, WarningKind, Zone,
};

use super::afterwards::{Afterwards, Duty};
use super::live::{KNOWN_OPTIONS, unknown_option, unusable};
use super::{Connector, Note, ZoneSource, words};
use crate::api::{MOST_CALLS, UploadCalls};
use crate::model::{CallSource, CallUpload, UserId};

/// A record on its way: its place in the caller's list, its lock, what goes out.
struct Parcel {
    index: usize,
    open: OpenCall,
    note: Note,
    call: CallUpload,
    receipt: Receipt,
    after: Option<Afterwards>,
}

/// A record before anything was sent.
enum Packed {
    Ready(Box<Parcel>),
    /// There is nothing to send for it, save what was left to do when it was recorded.
    Done(Receipt, Option<Box<Afterwards>>),
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
        results
            .into_iter()
            .map(|result| result.unwrap_or_else(lost))
            .collect()
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
        let mut parcels = Vec::new();
        let mut afterwards = Vec::new();
        for (index, record) in round {
            let Some(open) = opened.remove(record.call_id().as_str()) else {
                continue;
            };
            match self.pack(&cx, *index, record, open).await {
                Ok(Packed::Ready(parcel)) => parcels.push(*parcel),
                Ok(Packed::Done(receipt, after)) => {
                    settle(*index, Ok(receipt));
                    afterwards.extend(after.map(|after| *after));
                }
                Err(error) => settle(*index, Err(error)),
            }
        }
        let delivered = self.deliver(&cx, parcels, &mut afterwards).await;
        let first = delivered.first().map(|(index, _)| *index);
        let first = first.or(afterwards.first().map(|after| after.index));
        for (index, result) in delivered {
            settle(index, result);
        }
        for after in &afterwards {
            let warnings = self.follow_up(&cx, after).await;
            amend(results, after.index, |receipt| {
                receipt.with_warnings(warnings)
            });
        }
        if let Some(first) = first {
            amend(results, first, |receipt| {
                receipt.with_requests(cx.requests())
            });
        }
    }

    /// Sends parcels. When the CRM refuses the data of several, each goes alone, so that a bad one
    /// does not keep the others out. What is left to do for the recorded ones is put on a list.
    async fn deliver(
        &self,
        cx: &Cx,
        parcels: Vec<Parcel>,
        afterwards: &mut Vec<Afterwards>,
    ) -> Vec<(usize, Result<Receipt>)> {
        if parcels.is_empty() {
            return Vec::new();
        }
        let together = self.upload_request(parcels.iter().map(|parcel| parcel.call.clone()));
        let several = parcels.len() > 1;
        let mut settled = Vec::with_capacity(parcels.len());
        match self.upload(cx, &together).await {
            Ok(taken) => {
                for parcel in parcels {
                    settled.push(self.recorded(parcel, &taken, afterwards).await);
                }
            }
            Err(error) if several && error.kind() == ErrorKind::Rejected => {
                for parcel in parcels {
                    let alone = self.upload_request([parcel.call.clone()]);
                    match self.upload(cx, &alone).await {
                        Ok(taken) => settled.push(self.recorded(parcel, &taken, afterwards).await),
                        Err(error) => settled.push(self.unrecorded(parcel, error).await),
                    }
                }
            }
            Err(error) => {
                for parcel in parcels {
                    settled.push(self.unrecorded(parcel, error.again()).await);
                }
            }
        }
        settled
    }

    fn upload_request(&self, calls: impl IntoIterator<Item = CallUpload>) -> UploadCalls {
        let request = UploadCalls::new(calls);
        match self.inner.config.sent_client_id() {
            Some(id) => request.with_client_id(id.clone()),
            None => request,
        }
    }

    async fn upload(&self, cx: &Cx, calls: &UploadCalls) -> Result<Taken> {
        let before = cx.requests();
        let answer = self.client().telephony().upload(cx, calls).await?;
        Ok(Taken {
            duplicates: answer.duplicates,
            repeated: cx.requests().saturating_sub(before) > 1,
        })
    }

    async fn recorded(
        &self,
        mut parcel: Parcel,
        taken: &Taken,
        afterwards: &mut Vec<Afterwards>,
    ) -> (usize, Result<Receipt>) {
        let own = taken.repeated || parcel.open.state().recorded() == Recorded::Maybe;
        let mut warnings = Vec::new();
        let mut there = taken.duplicates.iter();
        if there.any(|id| id == parcel.call.external_id()) {
            warnings.push(Warning::new(
                WarningKind::AlreadyRecorded,
                format!(
                    "RetailCRM held call {} already and left it as it was",
                    parcel.call.external_id()
                ),
            ));
            // Somebody else who recorded it may have made the task, and nothing in the CRM tells.
            if let Some(after) = parcel.after.as_mut().filter(|_| !own) {
                after.duties.retain(|duty| *duty != Duty::Task);
            }
        }
        if let Some(after) = parcel.after.filter(|after| !after.duties.is_empty()) {
            parcel.note.left.clone_from(&after.duties);
            afterwards.push(after);
        }
        parcel.open.state_mut().set_recorded(Recorded::Yes);
        let result = parcel.open.save(&parcel.note).await;
        // The call stands in the CRM: losing our note of it costs a warning, not the record. A
        // second upload would be a duplicate there.
        if let Err(error) = result {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!(
                    "the call is recorded, but that cannot be remembered: {}",
                    error.message()
                ),
            ));
        }
        let receipt = parcel.receipt.as_recorded().with_warnings(warnings);
        (parcel.index, Ok(receipt))
    }

    async fn unrecorded(&self, mut parcel: Parcel, error: Error) -> (usize, Result<Receipt>) {
        if error.effect() == vochi_crm_core::Effect::Maybe {
            parcel.open.state_mut().set_recorded(Recorded::Maybe);
            if let Err(lost) = parcel.open.save(&parcel.note).await {
                tracing::warn!(account = %self.own().name(), %lost, "the state of a call is lost");
            }
        }
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
        if open.state().recorded() == Recorded::Yes {
            warnings.push(Warning::new(
                WarningKind::AlreadyRecorded,
                format!(
                    "call {} is recorded already; nothing was sent",
                    record.call_id()
                ),
            ));
            let receipt = Receipt::of_record(record)
                .as_recorded()
                .with_warnings(warnings);
            let mut after = None;
            if !note.left.is_empty() {
                after = self.afterwards(index, &open.state().complete(record.clone()))?;
            }
            if let Some(after) = &mut after {
                after.duties.retain(|duty| note.left.contains(duty));
            }
            let after = after.filter(|after| !after.duties.is_empty());
            return Ok(Packed::Done(receipt, after.map(Box::new)));
        }
        let unsent =
            |warnings| Packed::Done(Receipt::of_record(record).with_warnings(warnings), None);
        let Some(direction) = words::direction(record.direction()) else {
            warnings.push(Warning::new(
                WarningKind::NothingToSend,
                "RetailCRM is not told of internal calls",
            ));
            return Ok(unsent(warnings));
        };
        let Some(phone) = words::phone(record.client(), &mut warnings) else {
            return Ok(unsent(warnings));
        };
        let record = open.state().complete(record.clone()).settled();
        let phone = if self.inner.config.strip_plus_in_upload {
            phone.without_plus()
        } else {
            phone
        };
        let handler = self.handler(&record, &mut warnings)?;
        let zone = self.zone_told(cx, &mut warnings).await?;
        let mut call = CallUpload::new(
            self.own().external_id(record.call_id()),
            zone.local(record.started_at()),
            direction,
            phone,
            words::result(record.outcome(), record.reason()),
        );
        if let Some(talk) = record.talk() {
            call = call.with_duration(talk);
        }
        if let Some(wait) = record.wait() {
            call = call.with_waiting(wait);
        }
        if let Some(code) = handler.code {
            call = call.with_code(code);
        }
        if let Some(user) = &handler.user {
            call = call.with_user(UserId::of(user)?);
        }
        if let Some(number) = self.own().outside_number(record.line(), &mut warnings) {
            call = call.with_external_phone(number);
        }
        if let Some(site) = self.site(record.extra()) {
            call = call.with_site(site);
        }
        match record.recording() {
            None => {}
            Some(Recording::Url(url)) => call = words::with_recording(call, url, &mut warnings),
            Some(_) => {
                return Err(
                    Error::unsupported("RetailCRM takes no recording file into a call")
                        .with_hint("give the recording's URL instead"),
                );
            }
        }
        if let Some(source) = record.extra().get("source") {
            match CallSource::deserialize_from(source) {
                Some(source) => call = call.with_source(source),
                None => warnings.push(unusable("source")),
            }
        }
        for (name, _) in record.extra().iter() {
            if !KNOWN_OPTIONS.contains(&name) {
                warnings.push(unknown_option(name));
            }
        }
        let after = self.afterwards(index, &record)?;
        Ok(Packed::Ready(Box::new(Parcel {
            index,
            open,
            note,
            call,
            receipt: Receipt::of_record(&record).with_warnings(warnings),
            after,
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
            return Ok(Handler {
                code: Some(extension.clone()),
                user,
            });
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
