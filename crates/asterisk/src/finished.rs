//! A finished call, as derived from PBX events.

use std::fmt;

use vochi_crm_core::{CallRecord, Extension, Party};

/// Id of a recording in the PBX: the Uniqueid of the channel `MixMonitor` was started on. The host
/// maps it to a URL.
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

/// A finished call: its record, and PBX details beyond the record.
///
/// If the answer or the end of an answered call was not observed, its record has a warning and no
/// talk time. In the record of a call between employees the client is the calling extension.
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
    /// The call record for the CRM.
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// Unwraps the call record for the CRM.
    pub fn into_record(self) -> CallRecord {
        self.record
    }

    /// The tenant: the dialplan's token, AMI's system name or the name the host gave the PBX.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The first extension that talked with the client.
    pub fn answered_by(&self) -> Option<&Extension> {
        self.answered_by.as_ref()
    }

    /// The first mobile that talked with the client, if any.
    pub fn answered_by_mobile(&self) -> Option<&Extension> {
        self.answered_by_mobile.as_ref()
    }

    /// The employee who has the client after a successful transfer.
    pub fn transferred_to(&self) -> Option<&Extension> {
        self.transferred_to.as_ref()
    }

    /// The id of the recording in the PBX.
    pub fn recording(&self) -> Option<&RecordingId> {
        self.recording.as_ref()
    }

    /// The client's number as the PBX wrote it.
    pub fn raw_client(&self) -> Option<&str> {
        self.raw_client.as_deref()
    }

    /// Returns true if an outside party took part. Hosts usually do not send internal calls to a
    /// CRM.
    pub fn is_external(&self) -> bool {
        !matches!(self.record.client(), Party::Extension(_))
            || self.record.direction() != vochi_crm_core::Direction::Internal
    }
}
