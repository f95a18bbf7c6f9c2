//! A call that is over, as the PBX's events tell it.

use std::fmt;

use vochi_crm_core::{CallRecord, Extension, Party};

/// The id the PBX files a recording under: with Asterisk's `MixMonitor` the Uniqueid of the channel it
/// was started on. What address that is, the host knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordingId(Box<str>);

impl RecordingId {
    pub(crate) fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A call that is over: its record, and what a PBX tells beyond it.
///
/// The record of an answered call has no talk time, and a warning, if its answer or its end was not
/// observed. In the record of a call between employees the client is the extension that called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedCall {
    pub(crate) record: CallRecord,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) answered_by: Option<Extension>,
    pub(crate) answered_by_mobile: Option<Extension>,
    pub(crate) transferred_to: Option<Extension>,
    pub(crate) recording: Option<RecordingId>,
    pub(crate) raw_client: Option<Box<str>>,
}

impl FinishedCall {
    /// What goes into a CRM's history.
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// What goes into a CRM's history.
    pub fn into_record(self) -> CallRecord {
        self.record
    }

    /// Whose call it is: the listener's token, AMI's system name or the name the host gave the PBX.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The first employee, by extension, who talked with the client.
    pub fn answered_by(&self) -> Option<&Extension> {
        self.answered_by.as_ref()
    }

    /// The mobile that talked with the client first, where one did.
    pub fn answered_by_mobile(&self) -> Option<&Extension> {
        self.answered_by_mobile.as_ref()
    }

    /// Who has the client at the end, after a transfer that succeeded.
    pub fn transferred_to(&self) -> Option<&Extension> {
        self.transferred_to.as_ref()
    }

    /// What the PBX files the recording under.
    pub fn recording(&self) -> Option<&RecordingId> {
        self.recording.as_ref()
    }

    /// The client's number as the PBX wrote it.
    pub fn raw_client(&self) -> Option<&str> {
        self.raw_client.as_deref()
    }

    /// Whether an outside party was part of it. A call between employees is none of a CRM's
    /// business unless somebody asks for it.
    pub fn is_external(&self) -> bool {
        !matches!(self.record.client(), Party::Extension(_))
            || self.record.direction() != vochi_crm_core::Direction::Internal
    }
}
