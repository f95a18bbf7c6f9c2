//! Settling the pending work of a call.

use super::{EVENTS_WAIT, KEPT_FOR, PendingCall, PendingItem, PendingKind, RECHECK_AFTER};
use crate::call::{CallId, CallRecord};
use crate::connector::{CrmConnector, Cx};
use crate::error::{Effect, Error, ErrorKind, Result};
use crate::hub::Hub;
use crate::time::Timestamp;

/// Which pending items to settle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Due items. An item that may already be applied is not sent if that could apply it twice.
    #[default]
    Due,
    /// Every item of the call: a person decided that none was applied.
    Send,
}

/// The outcome of an attempt to settle an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Applied.
    Sent,
    /// Not yet applied; it will be retried.
    Pending,
    /// Failed. It is retried until its 30 days are over.
    Failed,
    /// It may already be applied: a person has to check, and to settle it with [`Mode::Send`].
    NeedsDecision,
}

/// The result of settling one pending item.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// The kind.
    pub kind: PendingKind,
    /// The outcome.
    pub outcome: Outcome,
    /// Whether the CRM's history holds the call.
    pub recorded: bool,
    /// How many attempts were made.
    pub attempts: u32,
    /// The error, unless it was applied.
    pub error: Option<Error>,
}

impl Settled {
    /// Whether the CRM applied it.
    pub fn effect(&self) -> Effect {
        match (self.outcome, &self.error) {
            (Outcome::Sent, _) => Effect::Applied,
            (_, Some(error)) => error.effect(),
            _ => Effect::NotApplied,
        }
    }
}

/// Settles the pending work of a call. Returns an empty list if nothing is pending.
///
/// # Errors
/// If the pending work cannot be read or the call is locked for too long. A failure of the CRM is
/// part of the outcome.
pub async fn settle(
    connector: &dyn CrmConnector,
    hub: &Hub,
    cx: &Cx,
    call: &CallId,
    mode: Mode,
) -> Result<Vec<Settled>> {
    let run = Run { connector, hub, cx, call, now: hub.clock().now() };
    if mode == Mode::Send {
        run.decide().await?;
    }
    let Some(before) = run.read().await? else {
        return Ok(Vec::new());
    };
    let items = before.items(call);
    if let Some(first_due) = before.entries.values().map(|entry| entry.first_due).min()
        && run.now.since(first_due) >= KEPT_FOR
    {
        run.drop_all().await?;
        return Ok(items.iter().map(expired).collect());
    }
    let tried = run.try_all(&before).await?;
    let after = run.read().await?.unwrap_or_default();
    let mut settled: Vec<Settled> =
        items.iter().map(|item| run.outcome(item, &before, &after, tried.as_ref())).collect();
    // Recordings and follow-ups that became due with the record.
    let mut further = after.items(call);
    further.retain(|item| settled.iter().all(|known| known.kind != item.kind));
    settled.extend(further.into_iter().map(|item| still_pending(item, true)));
    Ok(settled)
}

/// An attempt's outcome that is not stored: the record was complete, and was rejected permanently.
type Tried = Option<Error>;

struct Run<'a> {
    connector: &'a dyn CrmConnector,
    hub: &'a Hub,
    cx: &'a Cx,
    call: &'a CallId,
    now: Timestamp,
}

impl Run<'_> {
    async fn read(&self) -> Result<Option<PendingCall>> {
        let account = self.connector.account();
        self.hub.pending_call(self.cx, account, self.call).await
    }

    async fn change(&self, change: impl FnOnce(&mut PendingCall) + Send) -> Result<()> {
        let account = self.connector.account();
        self.hub.change_pending(self.cx, account, self.call, change).await
    }

    async fn drop_all(&self) -> Result<()> {
        self.change(|pending| *pending = PendingCall::default()).await
    }

    /// Marks every item as not applied, by a person's decision.
    async fn decide(&self) -> Result<()> {
        self.change(|pending| {
            pending.task_sent = false;
            for entry in pending.entries.values_mut() {
                entry.sent_at = None;
                entry.needs_decision = false;
            }
        })
        .await
    }

    /// Attempts the items that are due.
    async fn try_all(&self, before: &PendingCall) -> Result<Tried> {
        let open = |kind| before.entries.get(&kind).filter(|entry| !entry.needs_decision);
        if before.has(PendingKind::Record) {
            let Some(entry) = open(PendingKind::Record) else {
                return Ok(None);
            };
            let sent_at = entry.sent_at.filter(|_| entry.once);
            if sent_at.is_some_and(|at| self.now.since(at) < RECHECK_AFTER) {
                return Ok(None);
            }
            let record = if let Some(record) = &before.record {
                Some(record.clone())
            } else {
                let (hub, account) = (self.hub, self.connector.account());
                hub.due_record(self.cx, account, self.call, &before.events).await?
            };
            return Ok(match record {
                Some(record) => self.log(record).await,
                None => None,
            });
        }
        let mut tried = None;
        if open(PendingKind::Recording).is_some()
            && let Some(recording) = &before.recording
        {
            let attached = self.connector.attach_recording(self.cx, self.call, recording).await;
            tried = attached.err();
        }
        let by_record = open(PendingKind::FollowUp).is_some()
            || (open(PendingKind::Recording).is_some() && before.recording.is_none());
        match &before.record {
            // Logging the record again runs what is still due after it.
            Some(record) if by_record => Ok(self.log(record.clone()).await.or(tried)),
            _ => Ok(tried),
        }
    }

    async fn log(&self, record: CallRecord) -> Tried {
        let mut results = self.connector.log_calls(self.cx, &[record]).await;
        results.pop().and_then(Result::err)
    }

    fn outcome(
        &self,
        item: &PendingItem,
        before: &PendingCall,
        after: &PendingCall,
        tried: Option<&Error>,
    ) -> Settled {
        let left = after.items(self.call).into_iter().find(|left| left.kind == item.kind);
        let was_recorded = !before.has(PendingKind::Record);
        let Some(left) = left else {
            let attempts = item.attempts + 1;
            // A recording that is given up leaves the pending work too.
            let failed = tried.filter(|_| item.kind != PendingKind::FollowUp);
            return Settled {
                kind: item.kind,
                outcome: if failed.is_some() { Outcome::Failed } else { Outcome::Sent },
                recorded: was_recorded || failed.is_none(),
                attempts,
                error: failed.map(Error::duplicate),
            };
        };
        let waits = left.kind == PendingKind::Record && after.record.is_none();
        if waits && self.now.since(left.first_due) >= EVENTS_WAIT {
            let error = Error::input(format!(
                "cannot record call {}: missing direction, client or end",
                self.call
            ))
            .with_hint("log the call with all its data, or send the event that is missing");
            return Settled {
                outcome: Outcome::Failed,
                error: Some(error),
                ..still_pending(left, false)
            };
        }
        still_pending(left, was_recorded)
    }
}

/// The result of an item that stays pending.
fn still_pending(item: PendingItem, recorded: bool) -> Settled {
    let outcome = match &item.error {
        _ if item.needs_decision => Outcome::NeedsDecision,
        Some(error) if !is_temporary(error) => Outcome::Failed,
        _ => Outcome::Pending,
    };
    Settled { kind: item.kind, outcome, recorded, attempts: item.attempts, error: item.error }
}

fn is_temporary(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::Timeout | ErrorKind::Decode
    )
}

fn expired(item: &PendingItem) -> Settled {
    let why = item.error.as_ref().map(|error| format!(": {}", error.message()));
    let message = format!(
        "dropped the {} of call {}: it was pending for 30 days{}",
        item.kind,
        item.call_id,
        why.unwrap_or_default()
    );
    let error = match &item.error {
        Some(last) => Error::new(last.kind(), message).with_effect(last.effect()),
        None => Error::new(ErrorKind::Unavailable, message),
    };
    Settled {
        kind: item.kind,
        outcome: Outcome::Failed,
        recorded: item.kind != PendingKind::Record,
        attempts: item.attempts,
        error: Some(error),
    }
}
