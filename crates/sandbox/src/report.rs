//! State of a stand-in in common terms, for `/state` and the page.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::record::Refused;

/// State of one stand-in, newest first. `None` where that CRM has no such list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) calls: Option<Vec<CallRow>>,
    pub(crate) live: Option<Vec<LiveRow>>,
    pub(crate) customers: Option<Vec<CustomerRow>>,
    /// The connected modules, including this integration.
    pub(crate) modules: Option<Vec<ModuleRow>>,
    pub(crate) requests: usize,
    pub(crate) refused: Vec<Refused>,
}

/// One call of the CRM's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallRow {
    /// The PBX's id of the call.
    pub call_id: Option<String>,
    /// `in` or `out`.
    pub direction: Option<&'static str>,
    /// The outside party, as it was sent.
    pub phone: Option<String>,
    /// The employee's extension, if the CRM provides it.
    pub extension: Option<String>,
    /// `answered`, `missed`, `no-answer`, `busy`, `failed`; `None` if unknown to the CRM.
    pub outcome: Option<&'static str>,
    /// Seconds of talk.
    pub talk_seconds: Option<u64>,
    /// Seconds of waiting.
    pub wait_seconds: Option<u64>,
    /// URL of the recording.
    pub recording: Option<String>,
    /// The CRM's own id of the call.
    pub crm_call_id: Option<String>,
}

/// One live event as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LiveRow {
    /// The PBX's id of the call.
    pub call_id: Option<String>,
    /// The CRM's event type.
    pub r#type: String,
    /// The outside party, as it was sent.
    pub phone: Option<String>,
    /// The extensions in the event.
    pub codes: Vec<String>,
    /// Ids of the users who saw the popup.
    pub users: Vec<String>,
    /// The CRM's outcome of the call.
    pub hangup_status: Option<String>,
    /// Time of receipt, RFC 3339 in UTC.
    pub at: String,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CustomerRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) phones: Vec<String>,
    pub(crate) responsible: Option<Responsible>,
}

/// The responsible employee of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Responsible {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) extension: Option<String>,
}

/// A connected module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ModuleRow {
    pub(crate) code: String,
    pub(crate) name: Option<String>,
    pub(crate) active: bool,
    /// User ids by extension.
    pub(crate) extensions: BTreeMap<String, String>,
}

/// A call in progress, as the CRM knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiveCall {
    pub(crate) call_id: String,
    pub(crate) direction: Option<&'static str>,
    pub(crate) phone: Option<String>,
    /// Name of the client, if the CRM knows the number.
    pub(crate) client: Option<String>,
    /// The employees who see the call.
    pub(crate) employees: Vec<Employee>,
    pub(crate) since: Timestamp,
}

/// An employee of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Employee {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) extension: Option<String>,
}
