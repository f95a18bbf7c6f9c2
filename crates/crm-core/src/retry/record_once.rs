//! Recording calls exactly once despite lost responses.

use std::time::Duration;

use tokio::time::Instant;

use crate::call::{CallId, CallRecord};
use crate::connector::Cx;
use crate::error::{Effect, Error, ErrorKind, Result, TryAgain};
use crate::follow_up::Duty;
use crate::hub::Hub;
use crate::name::AccountName;
use crate::pending::{PendingCall, PendingKind, RECHECK_AFTER, may_succeed_later};
use crate::warning::{Warning, WarningKind};

/// The delays after a lost response before the history is checked.
const CHECK_DELAYS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(30)];

/// How a CRM treats a record that is sent a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordRepeat {
    /// It recognizes the record by the call id: the record may be sent again.
    Keyed,
    /// It would record the call twice, but its history can be read: after a lost response the
    /// history is checked, and the record is not sent again.
    LookFirst,
    /// It would record the call twice, and its history cannot be checked: one attempt.
    Never,
}

/// Sends records, and finds them in the history.
pub(crate) trait RecordJob: Send {
    /// How the CRM treats a second attempt.
    const REPEAT: RecordRepeat;

    /// Sends the records, all in one request.
    fn send(&mut self, cx: &Cx) -> impl Future<Output = Result<()>> + Send;

    /// Returns true if the history holds the records.
    fn is_recorded(&mut self, cx: &Cx) -> impl Future<Output = Result<bool>> + Send;
}

/// An attempt to record a call, stored as pending before it is made.
#[derive(Clone, Debug)]
pub(crate) struct RecordAttempt {
    call: CallId,
    /// An earlier attempt may have recorded it.
    maybe_before: bool,
    /// The follow-ups could not be stored, so they are not run.
    follow_ups_lost: bool,
}

impl RecordAttempt {
    /// Stores a record as pending, with its recording files and follow-ups. If a second attempt is
    /// safe, an unwritable store does not block the record.
    ///
    /// # Errors
    /// As [`Hub::open_call`]; nothing was sent.
    pub(crate) async fn begin(
        hub: &Hub,
        cx: &Cx,
        account: &AccountName,
        record: &CallRecord,
        duties: &[Duty],
        repeat: RecordRepeat,
    ) -> Result<Self> {
        let (call, now) = (record.call_id().clone(), hub.clock().now());
        let stored = hub.change_pending(cx, account, &call, |pending| {
            pending.record = Some(record.clone());
            if record.has_file() {
                pending.entry(PendingKind::Recording, now);
            }
            if !duties.is_empty() {
                pending.entry(PendingKind::FollowUp, now);
                pending.duties = duties.to_vec();
            }
            let entry = pending.entry(PendingKind::Record, now);
            let maybe_before = entry.sent_at.is_some();
            entry.attempts += 1;
            entry.once = repeat != RecordRepeat::Keyed;
            entry.sent_at.get_or_insert(now);
            maybe_before
        });
        let (maybe_before, follow_ups_lost) = match stored.await {
            Ok(maybe_before) => (maybe_before, false),
            Err(error) if repeat == RecordRepeat::Keyed && error.kind() == ErrorKind::Config => {
                tracing::warn!(%account, %call, %error, "cannot store the record as pending");
                (false, !duties.is_empty())
            }
            Err(error) => return Err(error),
        };
        Ok(Self { call, maybe_before, follow_ups_lost })
    }

    /// Returns the warning for follow-ups that are not run because they could not be stored.
    pub(crate) fn lost_follow_ups(&self) -> Option<Warning> {
        self.follow_ups_lost.then(|| {
            Warning::new(
                WarningKind::Incomplete,
                "the call is recorded, but its follow-ups are not run: cannot store pending work",
            )
        })
    }

    /// Returns true if an earlier attempt may have recorded the call.
    pub(crate) fn maybe_before(&self) -> bool {
        self.maybe_before
    }

    /// Removes the record from the pending work: the CRM holds it. Without `task` the task due
    /// after it is dropped, for a call that another program recorded.
    pub(crate) async fn recorded(&self, hub: &Hub, cx: &Cx, account: &AccountName, task: bool) {
        let recorded = |pending: &mut PendingCall| {
            pending.settled(PendingKind::Record);
            if !task {
                pending.duties.retain(|duty| *duty != Duty::Task);
            }
            if pending.duties.is_empty() {
                pending.settled(PendingKind::FollowUp);
            }
        };
        hub.note_pending(cx, account, &self.call, recorded).await;
    }

    /// Stores why the record could not be sent, or drops it if a retry cannot succeed.
    pub(crate) async fn failed(&self, hub: &Hub, cx: &Cx, account: &AccountName, error: &Error) {
        let now = hub.clock().now();
        let failed = |pending: &mut PendingCall| {
            if !may_succeed_later(error) {
                *pending = PendingCall::default();
                return;
            }
            let unknown = self.maybe_before || error.effect() != Effect::NotApplied;
            pending.failed(PendingKind::Record, now, error);
            let entry = pending.entry(PendingKind::Record, now);
            // The attempt was counted when it began.
            entry.attempts = entry.attempts.saturating_sub(1);
            entry.sent_at = entry.sent_at.filter(|_| unknown);
            let looked_late = entry.sent_at.is_some_and(|at| now.since(at) >= RECHECK_AFTER);
            entry.needs_decision = entry.once && looked_late && unknown;
        };
        hub.note_pending(cx, account, &self.call, failed).await;
    }
}

/// Records calls once. The caller stores the outcome with [`RecordAttempt::recorded`] or
/// [`RecordAttempt::failed`].
///
/// # Errors
/// With effect `maybe` the records may be in the history; they are not sent again automatically if
/// that could record them twice.
pub(crate) async fn record_once<J: RecordJob>(
    job: &mut J,
    cx: &Cx,
    attempts: &[RecordAttempt],
) -> Result<()> {
    let maybe_before = attempts.iter().any(RecordAttempt::maybe_before);
    if J::REPEAT != RecordRepeat::Keyed && maybe_before {
        if J::REPEAT == RecordRepeat::LookFirst && job.is_recorded(cx).await.map_err(unconfirmed)? {
            return Ok(());
        }
        return Err(unconfirmed(Error::new(
            ErrorKind::Unavailable,
            "cannot confirm the record: its response was lost, and the history does not show the call",
        )));
    }
    let lost = match job.send(cx).await {
        Err(error) if error.effect() != Effect::NotApplied => error,
        other => return other,
    };
    if J::REPEAT != RecordRepeat::LookFirst {
        return Err(lost);
    }
    let sent = Instant::now();
    for look in CHECK_DELAYS {
        let at = sent + look;
        if cx.deadline().is_some_and(|deadline| deadline < at) {
            break;
        }
        tokio::time::sleep_until(at).await;
        if let Ok(true) = job.is_recorded(cx).await {
            return Ok(());
        }
    }
    Err(unconfirmed(lost))
}

fn unconfirmed(error: Error) -> Error {
    error
        .with_effect(Effect::Maybe)
        .with_try_again(TryAgain::Later)
        .with_hint("check the CRM's history; the record is pending and is not sent automatically")
}
