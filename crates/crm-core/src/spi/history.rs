//! The flow of finished calls: each is recorded once, despite lost responses.

use std::collections::{HashSet, VecDeque};
use std::fmt;

use super::live::unknown_options;
use super::session::{CallSession, StoredState};
use crate::call::{CallId, CallRecord, Recorded};
use crate::connector::{Context, Cx, Receipt};
use crate::error::{Effect, Error, ErrorKind, Result};
use crate::follow_up::Duty;
use crate::open_call::OpenCall;
use crate::pending::PendingKind;
use crate::retry::{RecordAttempt, RecordJob, RecordRepeat, record_once};
use crate::warning::WarningKind;

/// How a connector records finished calls.
///
/// The core locks the calls, leaves out those that are recorded already, completes the records from
/// the live calls, stores them as pending, sends them in requests of up to [`BATCH`](Self::BATCH), and
/// stores the outcome. When the CRM refuses several together, each is sent alone, so that a bad one
/// does not keep the others out.
pub trait HistoryJob: Send + Sync {
    /// The stored state of a call.
    type State: StoredState;
    /// The data sent for one record.
    type Upload: Send + Sync;

    /// What the CRM makes of a record that is sent a second time.
    const REPEAT: RecordRepeat;
    /// The most records of one request.
    const BATCH: usize = 1;

    /// Builds the data for a completed record. `None`: the CRM does not record such a call, and the
    /// reason is a warning.
    fn prepare(
        &self,
        call: &mut CallSession<Self::State>,
        record: &CallRecord,
    ) -> impl Future<Output = Result<Option<Self::Upload>>> + Send;

    /// Sends records of different calls.
    fn send(
        &self,
        cx: &Cx,
        records: &mut [DueRecord<Self::State, Self::Upload>],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Returns true if the history holds all these records. [`RecordRepeat::LookFirst`] needs it.
    fn is_recorded(
        &self,
        cx: &Cx,
        records: &[DueRecord<Self::State, Self::Upload>],
    ) -> impl Future<Output = Result<bool>> + Send {
        let _ = (cx, records);
        async { Ok(false) }
    }

    /// Completes a recorded call while it is locked, for example attaches its recordings. A failure
    /// is a warning. It also runs for a call that was recorded `before`.
    fn finish(
        &self,
        call: &mut CallSession<Self::State>,
        record: &CallRecord,
        before: bool,
    ) -> impl Future<Output = ()> + Send {
        let _ = (call, record, before);
        async {}
    }

    /// Runs the follow-ups of a recorded call, which is no longer locked. A failure is a warning of
    /// the scope. See [`follow_up`](crate::follow_up::follow_up).
    fn follow_up(&self, cx: &Cx, call: &CallId) -> impl Future<Output = ()> + Send {
        let _ = (cx, call);
        async {}
    }
}

/// A record that is about to be sent.
pub struct DueRecord<S, U> {
    call: CallSession<S>,
    record: CallRecord,
    upload: U,
    index: usize,
    attempt: RecordAttempt,
    recorded_by_another: bool,
}

impl<S: StoredState, U> DueRecord<S, U> {
    /// The locked call.
    pub fn call(&self) -> &CallSession<S> {
        &self.call
    }

    /// The locked call and its data.
    pub fn parts_mut(&mut self) -> (&mut CallSession<S>, &CallRecord, &U) {
        (&mut self.call, &self.record, &self.upload)
    }

    /// The completed record.
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// The data to send.
    pub fn upload(&self) -> &U {
        &self.upload
    }

    /// Returns true if an earlier attempt may have recorded the call.
    pub fn may_be_recorded(&self) -> bool {
        self.attempt.maybe_before() || self.call.state().recorded() == Recorded::Maybe
    }

    /// Notes that another program recorded the call. Its task may exist already, so none is
    /// created.
    pub fn set_recorded_by_another(&mut self) {
        self.recorded_by_another = true;
    }
}

impl<S, U> fmt::Debug for DueRecord<S, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueRecord").field("call", &self.call).finish_non_exhaustive()
    }
}

/// Records in one request.
struct Request<'a, J: HistoryJob> {
    job: &'a J,
    records: &'a mut [DueRecord<J::State, J::Upload>],
}

impl<J: HistoryJob> RecordJob for Request<'_, J> {
    const REPEAT: RecordRepeat = J::REPEAT;

    async fn send(&mut self, cx: &Cx) -> Result<()> {
        self.job.send(cx, self.records).await
    }

    async fn is_recorded(&mut self, cx: &Cx) -> Result<bool> {
        self.job.is_recorded(cx, self.records).await
    }
}

/// A record that needs no further request, before its follow-ups.
struct Outcome {
    index: usize,
    scope: Cx,
    result: Result<Receipt>,
}

enum Prepared<S, U> {
    Due(Box<DueRecord<S, U>>),
    Done(Receipt, Cx),
}

pub(super) async fn log_calls<J: HistoryJob>(
    job: &J,
    context: &Context,
    options: &[&str],
    cx: &Cx,
    records: &[CallRecord],
) -> Vec<Result<Receipt>> {
    let run = Run { job, context, options };
    let mut results: Vec<Option<Result<Receipt>>> = records.iter().map(|_| None).collect();
    let mut waiting: VecDeque<(usize, &CallRecord)> = records.iter().enumerate().collect();
    while !waiting.is_empty() {
        let mut calls: HashSet<&CallId> = HashSet::new();
        let (mut round, mut later) = (Vec::new(), Vec::new());
        while calls.len() < J::BATCH
            && let Some(next) = waiting.pop_front()
        {
            if calls.insert(next.1.call_id()) {
                round.push(next);
            } else {
                // A repeated call waits for the next round, where it is known to be recorded.
                later.push(next);
            }
        }
        for repeated in later.into_iter().rev() {
            waiting.push_front(repeated);
        }
        for (index, result) in run.round(&cx.scope(), &round).await {
            if let Some(place) = results.get_mut(index) {
                *place = Some(result);
            }
        }
    }
    let lost = || Err(Error::internal("a record has no result"));
    results.into_iter().map(|result| result.unwrap_or_else(lost)).collect()
}

struct Run<'a, J> {
    job: &'a J,
    context: &'a Context,
    options: &'a [&'a str],
}

impl<J: HistoryJob> Run<'_, J> {
    /// Records different calls, [`HistoryJob::BATCH`] at the most.
    async fn round(
        &self,
        cx: &Cx,
        round: &[(usize, &CallRecord)],
    ) -> Vec<(usize, Result<Receipt>)> {
        let (hub, account) = (self.context.hub(), self.context.account().name());
        let ids: Vec<&CallId> = round.iter().map(|(_, record)| record.call_id()).collect();
        let mut opened = match hub.open_calls(cx, account, &ids).await {
            Ok(opened) => opened,
            Err(error) => {
                return round.iter().map(|(index, _)| (*index, Err(error.duplicate()))).collect();
            }
        };
        let (mut due, mut outcomes) = (Vec::new(), Vec::new());
        for (index, record) in round {
            let Some(open) = opened.remove(record.call_id().as_str()) else {
                continue;
            };
            let call = record.call_id();
            match self.prepare(cx, *index, record, open).await {
                Ok(Prepared::Due(record)) => due.push(*record),
                Ok(Prepared::Done(receipt, scope)) => {
                    hub.settle_pending(cx, account, call, PendingKind::Record).await;
                    outcomes.push(Outcome { index: *index, scope, result: Ok(receipt) });
                }
                Err(error) => {
                    let kind = PendingKind::Record;
                    hub.fail_pending(cx, account, call, Some(record), kind, &error).await;
                    outcomes.push(Outcome { index: *index, scope: cx.scope(), result: Err(error) });
                }
            }
        }
        let first_sent = due.first().map(|record| record.index);
        outcomes.extend(self.deliver(cx, due).await);
        self.follow_up(cx, round, outcomes, first_sent).await
    }

    /// Completes a record and builds its data.
    async fn prepare(
        &self,
        cx: &Cx,
        index: usize,
        record: &CallRecord,
        open: OpenCall,
    ) -> Result<Prepared<J::State, J::Upload>> {
        let (hub, account, id) = (self.context.hub(), self.context.account(), record.call_id());
        let mut call = CallSession::<J::State>::new(open, cx.scope(), id);
        let pending = hub.pending_call(cx, account.name(), id).await?;
        // The state of a call expires earlier than the pending work after it.
        let only_follow_ups = pending.is_some_and(|pending| !pending.has(PendingKind::Record));
        let completed = call.state().complete(record.clone()).settled();
        if call.state().recorded() == Recorded::Yes || only_follow_ups {
            let text = format!("call {id} is already recorded; nothing was sent");
            call.cx().warn(WarningKind::AlreadyRecorded, text);
            self.job.finish(&mut call, &completed, true).await;
            let receipt = Receipt::of_record(record).as_recorded();
            let receipt = receipt.with_crm_call_id(call.crm_call_id());
            return Ok(Prepared::Done(receipt, call.cx().clone()));
        }
        let Some(upload) = self.job.prepare(&mut call, &completed).await? else {
            return Ok(Prepared::Done(Receipt::of_record(record), call.cx().clone()));
        };
        unknown_options(self.context, self.options, call.cx(), completed.extra());
        let duties = Duty::of(account.config(), &completed);
        let attempt =
            RecordAttempt::begin(hub, cx, account.name(), &completed, &duties, J::REPEAT).await?;
        Ok(Prepared::Due(Box::new(DueRecord {
            call,
            record: completed,
            upload,
            index,
            attempt,
            recorded_by_another: false,
        })))
    }

    /// Sends records together, and each alone where the CRM refuses them together or does not process
    /// all.
    async fn deliver(&self, cx: &Cx, mut due: Vec<DueRecord<J::State, J::Upload>>) -> Vec<Outcome> {
        if due.is_empty() {
            return Vec::new();
        }
        let sent = self.send(cx, &mut due).await;
        let alone =
            due.len() > 1 && sent.as_ref().is_err_and(|error| error.kind() == ErrorKind::Rejected);
        let mut outcomes = Vec::with_capacity(due.len());
        for mut record in due {
            let sent = match &sent {
                _ if alone => self.send(cx, std::slice::from_mut(&mut record)).await,
                Ok(()) => Ok(()),
                Err(error) => Err(error.duplicate()),
            };
            outcomes.push(match sent {
                Ok(()) => self.recorded(cx, record).await,
                Err(error) => self.unrecorded(cx, record, error).await,
            });
        }
        outcomes
    }

    async fn send(&self, cx: &Cx, records: &mut [DueRecord<J::State, J::Upload>]) -> Result<()> {
        let attempts: Vec<_> = records.iter().map(|record| record.attempt.clone()).collect();
        record_once(&mut Request { job: self.job, records }, cx, &attempts).await
    }

    /// Finishes a recorded call: a failure from here on is a warning.
    async fn recorded(&self, cx: &Cx, mut due: DueRecord<J::State, J::Upload>) -> Outcome {
        due.call.set_recorded(Recorded::Yes);
        due.call.save_recorded().await;
        let scope = due.call.cx().clone();
        scope.add_warnings(due.attempt.lost_follow_ups());
        let (hub, account) = (self.context.hub(), self.context.account().name());
        due.attempt.recorded(hub, cx, account, !due.recorded_by_another).await;
        self.job.finish(&mut due.call, &due.record, false).await;
        let receipt = Receipt::of_record(&due.record).as_recorded();
        let receipt = receipt.with_crm_call_id(due.call.crm_call_id());
        Outcome { index: due.index, scope, result: Ok(receipt) }
    }

    async fn unrecorded(
        &self,
        cx: &Cx,
        mut due: DueRecord<J::State, J::Upload>,
        error: Error,
    ) -> Outcome {
        if error.effect() == Effect::Maybe {
            due.call.set_recorded(Recorded::Maybe);
        }
        if due.call.is_unsaved() {
            due.call.checkpoint().await;
        }
        let (hub, account) = (self.context.hub(), self.context.account().name());
        due.attempt.failed(hub, cx, account, &error).await;
        Outcome { index: due.index, scope: due.call.cx().clone(), result: Err(error) }
    }

    /// Runs the follow-ups of the recorded calls, which are no longer locked, and builds the
    /// receipts. The requests of the round count on the first record that led to one.
    async fn follow_up(
        &self,
        cx: &Cx,
        round: &[(usize, &CallRecord)],
        outcomes: Vec<Outcome>,
        first_sent: Option<usize>,
    ) -> Vec<(usize, Result<Receipt>)> {
        let mut first = first_sent;
        let mut results = Vec::with_capacity(outcomes.len());
        for Outcome { index, scope, result } in outcomes {
            let call =
                round.iter().find(|(at, _)| *at == index).map(|(_, record)| record.call_id());
            let recorded = result.as_ref().is_ok_and(Receipt::recorded);
            if let Some(call) = call.filter(|_| recorded) {
                self.job.follow_up(&scope, call).await;
            }
            if scope.requests() > 0 {
                first.get_or_insert(index);
            }
            results.push((index, result.map(|receipt| receipt.with_warnings(scope.warnings()))));
        }
        for (index, result) in &mut results {
            if Some(*index) == first
                && let Ok(receipt) = result
            {
                *receipt = std::mem::take(receipt).with_requests(cx.requests());
            }
        }
        results
    }
}
