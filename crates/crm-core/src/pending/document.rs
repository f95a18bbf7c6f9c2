//! The stored document of a call's pending work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PendingItem, PendingKind};
use crate::call::{CallEvent, CallId, CallRecord, Recording};
use crate::error::{Effect, Error, ErrorKind, TryAgain};
use crate::follow_up::Duty;
use crate::time::Timestamp;

/// The pending work of one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PendingCall {
    /// The record, once known. It stays until its follow-ups are settled too.
    pub(crate) record: Option<CallRecord>,
    /// The end events of a call, while its record is not known.
    pub(crate) events: Vec<CallEvent>,
    /// A recording that arrived after the record.
    pub(crate) recording: Option<Recording>,
    /// The follow-ups still due.
    pub(crate) duties: Vec<Duty>,
    /// The task was sent, or the process ended while sending it.
    pub(crate) task_sent: bool,
    pub(crate) entries: BTreeMap<PendingKind, Entry>,
}

/// The attempts at one pending item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) first_due: Timestamp,
    #[serde(default)]
    pub(crate) attempts: u32,
    /// When a request was sent that the CRM may have applied.
    #[serde(default)]
    pub(crate) sent_at: Option<Timestamp>,
    /// Sending it a second time could apply it twice.
    #[serde(default)]
    pub(crate) once: bool,
    #[serde(default)]
    pub(crate) needs_decision: bool,
    #[serde(default)]
    pub(crate) error: Option<Failure>,
}

/// A stored error. Its texts were redacted when it was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    kind: ErrorKind,
    effect: Effect,
    message: String,
    hint: Option<String>,
    status: Option<u16>,
    code: Option<String>,
}

impl Failure {
    pub(crate) fn of(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            effect: error.effect(),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            status: error.status(),
            code: error.code().map(str::to_owned),
        }
    }

    pub(crate) fn to_error(&self) -> Error {
        let mut error = Error::new(self.kind, self.message.clone())
            .with_effect(self.effect)
            .with_try_again(TryAgain::Later);
        if let Some(hint) = &self.hint {
            error = error.with_hint(hint.clone());
        }
        if let Some(status) = self.status {
            error = error.with_status(status);
        }
        if let Some(code) = &self.code {
            error = error.with_code(code.clone());
        }
        error
    }
}

impl PendingCall {
    /// Lists the pending items. Recordings and follow-ups are due once the call is recorded.
    pub fn items(&self, call: &CallId) -> Vec<PendingItem> {
        let waits_for_record = self.has(PendingKind::Record);
        let visible = self.entries.iter();
        let visible =
            visible.filter(|(kind, _)| **kind == PendingKind::Record || !waits_for_record);
        let item = |(kind, entry): (&PendingKind, &Entry)| PendingItem {
            call_id: call.clone(),
            kind: *kind,
            first_due: entry.first_due,
            attempts: entry.attempts,
            error: entry.error.as_ref().map(Failure::to_error),
            needs_decision: entry.needs_decision,
        };
        visible.map(item).collect()
    }

    /// Returns true if an item of this kind is pending.
    pub fn has(&self, kind: PendingKind) -> bool {
        self.entries.contains_key(&kind)
    }

    pub(crate) fn entry(&mut self, kind: PendingKind, now: Timestamp) -> &mut Entry {
        self.entries.entry(kind).or_insert_with(|| Entry {
            first_due: now,
            attempts: 0,
            sent_at: None,
            once: false,
            needs_decision: false,
            error: None,
        })
    }

    /// Stores the error of an attempt.
    pub(crate) fn failed(&mut self, kind: PendingKind, now: Timestamp, error: &Error) {
        let entry = self.entry(kind, now);
        entry.attempts += 1;
        entry.error = Some(Failure::of(error));
    }

    /// Removes a settled item, with the data that only it needs.
    pub(crate) fn settled(&mut self, kind: PendingKind) {
        self.entries.remove(&kind);
        match kind {
            PendingKind::Record => self.events.clear(),
            PendingKind::Recording => self.recording = None,
            PendingKind::FollowUp => {
                self.duties.clear();
                self.task_sent = false;
            }
        }
    }
}
