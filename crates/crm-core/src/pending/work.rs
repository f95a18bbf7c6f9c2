//! Storing pending work, and removing what is settled.

use serde::Deserialize as _;

use super::{PendingCall, PendingKind};
use crate::call::{CallEvent, CallId, CallRecord, Recording};
use crate::connector::Cx;
use crate::error::{Effect, Error, ErrorKind, Result, TryAgain};
use crate::hub::Hub;
use crate::name::AccountName;
use crate::open_call::in_time;
use crate::state::Space;

impl Hub {
    /// Lists the calls of an account with pending work.
    ///
    /// # Errors
    /// `config` if the store cannot be used.
    pub async fn pending_calls(&self, cx: &Cx, account: &AccountName) -> Result<Vec<CallId>> {
        let ids = in_time(cx, self.store().list(Space::Pending, account.as_str())).await?;
        ids.iter().map(CallId::new).collect()
    }

    /// Reads the pending work of a call.
    ///
    /// # Errors
    /// `config` if the store cannot be used, `internal` if the document cannot be read.
    pub async fn pending_call(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
    ) -> Result<Option<PendingCall>> {
        let store = self.store();
        let opening = store.open_in(Space::Pending, account.as_str(), call.as_str());
        let slot = in_time(cx, opening).await?;
        let read = |document| PendingCall::deserialize(document);
        let read = slot.document().map(read).transpose();
        read.map_err(|error| unreadable(call, error))
    }

    /// Changes the pending work of a call atomically. A document without items is removed.
    pub(crate) async fn change_pending<T: Send>(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        change: impl FnOnce(&mut PendingCall) -> T + Send,
    ) -> Result<T> {
        let store = self.store();
        let opening = store.open_in(Space::Pending, account.as_str(), call.as_str());
        let mut slot = in_time(cx, opening).await?;
        let before = match slot.document().map(PendingCall::deserialize) {
            Some(read) => read.map_err(|error| unreadable(call, error))?,
            None => PendingCall::default(),
        };
        let mut pending = before.clone();
        let value = change(&mut pending);
        if pending.entries.is_empty() {
            if slot.document().is_some() {
                slot.remove().await?;
            }
        } else if pending != before {
            let document =
                serde_json::to_value(&pending).map_err(|error| unreadable(call, error))?;
            slot.save(&document).await?;
        }
        Ok(value)
    }

    /// Stores that the record of a call is due, before its end event is sent: the call ended with
    /// these events, and other events of it may still be missing.
    ///
    /// # Errors
    /// `config` if the store cannot be used.
    pub async fn expect_record(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        end: &[CallEvent],
    ) -> Result<()> {
        let now = self.clock().now();
        self.change_pending(cx, account, call, |pending| {
            pending.entry(PendingKind::Record, now);
            if pending.record.is_none() {
                pending.events = end.to_vec();
            }
        })
        .await
    }

    /// Stores a recording that is due for a recorded call, before it is sent.
    ///
    /// # Errors
    /// `config` if the store cannot be used.
    pub async fn expect_recording(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        recording: &Recording,
    ) -> Result<()> {
        let now = self.clock().now();
        self.change_pending(cx, account, call, |pending| {
            pending.entry(PendingKind::Recording, now);
            pending.recording = Some(recording.clone());
        })
        .await
    }

    /// Returns the record of an ended call, if it is due and its events are complete. `end` are
    /// events that could not be stored with the call; without them, the end event must have been
    /// stored.
    ///
    /// # Errors
    /// As [`open_call`](Self::open_call).
    pub async fn due_record(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        end: &[CallEvent],
    ) -> Result<Option<CallRecord>> {
        if end.is_empty() {
            let pending = self.pending_call(cx, account, call).await?;
            if !pending.is_some_and(|pending| pending.has(PendingKind::Record)) {
                return Ok(None);
            }
        }
        // Concurrent events of the call were applied before this, or will find its record pending.
        let open = self.open_call(cx, account, call).await?;
        let mut state = open.state().clone();
        if state.ended_at().is_none() {
            for event in end {
                state.apply(event);
            }
        }
        Ok(state.to_record(call))
    }

    /// Removes settled items. A failure only costs another attempt, so it is logged.
    pub async fn settle_pending(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        kind: PendingKind,
    ) {
        let settled = |pending: &mut PendingCall| pending.settled(kind);
        self.note_pending(cx, account, call, settled).await;
    }

    /// Stores the error of an attempt, whether or not the item was pending. An error that a retry
    /// cannot change is not stored: the caller has it.
    pub async fn fail_pending(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        record: Option<&CallRecord>,
        kind: PendingKind,
        error: &Error,
    ) {
        let now = self.clock().now();
        let failed = |pending: &mut PendingCall| {
            if may_succeed_later(error) {
                pending.record = pending.record.take().or_else(|| record.cloned());
                pending.failed(kind, now, error);
            } else {
                pending.settled(kind);
            }
        };
        self.note_pending(cx, account, call, failed).await;
    }

    /// Changes pending work after an outcome is known. A failure is logged, since the outcome
    /// matters more.
    pub(crate) async fn note_pending(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
        change: impl FnOnce(&mut PendingCall) + Send,
    ) {
        // The outcome has to be stored even after the deadline.
        let cx = cx.clone().without_deadline();
        if let Err(error) = self.change_pending(&cx, account, call, change).await {
            tracing::warn!(%account, %call, %error, "cannot store pending work");
        }
    }
}

/// Returns true if a retry may succeed, or if the request may already be applied.
pub(crate) fn may_succeed_later(error: &Error) -> bool {
    let of_data = matches!(
        error.kind(),
        ErrorKind::Rejected
            | ErrorKind::NotFound
            | ErrorKind::Input
            | ErrorKind::Usage
            | ErrorKind::Unsupported
    );
    let later = error.try_again() != TryAgain::Never;
    error.effect() != Effect::NotApplied || !of_data || later
}

pub(crate) fn unreadable(call: &CallId, error: serde_json::Error) -> Error {
    Error::internal(format!("cannot read the pending work of call {call}"))
        .with_hint("use the newer program that wrote it, or remove its file in the state directory")
        .with_source(error)
}
