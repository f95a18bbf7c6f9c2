//! What came of an event or record.

use crate::call::{CallRecord, CrmCallId};
use crate::warning::Warning;

/// What came of an event or record that was handed to a CRM.
#[must_use = "a receipt holds warnings for the operator"]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    crm_call_id: Option<CrmCallId>,
    recorded: bool,
    requests: u32,
    warnings: Vec<Warning>,
}

impl Receipt {
    /// A receipt for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A receipt for a record: it begins with the warnings of the record itself. A connector makes
    /// every receipt of [`log_calls`](super::CrmConnector::log_calls) with it.
    pub fn of_record(record: &CallRecord) -> Self {
        Self::new().with_warnings(record.warnings().iter().cloned())
    }

    /// Notes that the CRM's history holds the call.
    #[must_use]
    pub fn as_recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    /// Notes the CRM's id of the call.
    #[must_use]
    pub fn with_crm_call_id(mut self, id: Option<CrmCallId>) -> Self {
        self.crm_call_id = id;
        self
    }

    /// Notes how many requests went out.
    #[must_use]
    pub fn with_requests(mut self, requests: u32) -> Self {
        self.requests = requests;
        self
    }

    /// Adds warnings, each once: every request of a call may give rise to the same ones.
    ///
    /// ```
    /// use vochi_crm_core::{Receipt, Warning, WarningKind};
    /// let unknown = || Warning::new(WarningKind::UnknownToCrm, "extension 999 is unknown");
    /// let receipt = Receipt::new().with_warnings([unknown()]).with_warnings([unknown()]);
    /// assert_eq!(receipt.warnings(), [unknown()]);
    /// ```
    #[must_use]
    pub fn with_warnings(mut self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        self
    }

    /// The CRM's id of the call, where it has one.
    pub fn crm_call_id(&self) -> Option<&CrmCallId> {
        self.crm_call_id.as_ref()
    }

    /// Whether the CRM's history holds the call.
    pub fn recorded(&self) -> bool {
        self.recorded
    }

    /// How many requests went out. Those of a chunk are counted on its first record.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// What an operator should know.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
