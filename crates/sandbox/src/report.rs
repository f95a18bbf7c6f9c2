//! What a stand-in holds, in the words of this project, for `/state` and the page.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Refused;

/// The contents of one stand-in, newest first. `None` where that CRM keeps no such thing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) calls: Option<Vec<CallRow>>,
    pub(crate) live: Option<Vec<LiveRow>>,
    pub(crate) customers: Option<Vec<CustomerRow>>,
    /// What is connected to the CRM, ours among it.
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
    /// The employee's extension, when the CRM can tell it.
    pub extension: Option<String>,
    /// `answered`, `missed`, `no-answer`, `busy`, `failed`; `None` when the CRM does not know.
    pub outcome: Option<&'static str>,
    /// Seconds of talk.
    pub talk_seconds: Option<u64>,
    /// Seconds of waiting.
    pub wait_seconds: Option<u64>,
    /// Where the recording is.
    pub recording: Option<String>,
    /// The CRM's own id of the call.
    pub crm_call_id: Option<String>,
}

/// One live event, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LiveRow {
    /// The PBX's id of the call.
    pub call_id: Option<String>,
    /// The CRM's word for the kind of event.
    pub r#type: String,
    /// The outside party, as it was sent.
    pub phone: Option<String>,
    /// The extensions it named.
    pub codes: Vec<String>,
    /// The ids of the users who saw it.
    pub users: Vec<String>,
    /// The CRM's word for how the call ended.
    pub hangup_status: Option<String>,
    /// When it came, RFC 3339 in UTC.
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

/// The employee in charge of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Responsible {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) extension: Option<String>,
}

/// Something that is connected to the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ModuleRow {
    pub(crate) code: String,
    pub(crate) name: Option<String>,
    pub(crate) active: bool,
    /// User ids by extension.
    pub(crate) extensions: BTreeMap<String, String>,
}
