//! The result of an event or record.

use crate::call::{CallRecord, CrmCallId};
use crate::warning::Warning;

/// The result of sending an event or record to a CRM.
#[must_use = "a receipt contains warnings for the operator"]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    crm_call_id: Option<CrmCallId>,
    recorded: bool,
    requests: u32,
    warnings: Vec<Warning>,
}

impl Receipt {
    /// Creates an empty receipt.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the receipt of a record, with the warnings of the record itself. Connectors create
    /// every receipt of [`log_calls`](super::CrmConnector::log_calls) with it.
    pub fn of_record(record: &CallRecord) -> Self {
        Self::new().with_warnings(record.warnings().iter().cloned())
    }

    /// Marks the call as recorded in the CRM's history.
    pub fn as_recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    /// Sets the CRM's id of the call.
    pub fn with_crm_call_id(mut self, id: Option<CrmCallId>) -> Self {
        self.crm_call_id = id;
        self
    }

    /// Sets how many requests were sent.
    pub fn with_requests(mut self, requests: u32) -> Self {
        self.requests = requests;
        self
    }

    /// Adds warnings, each once: several requests of a call may produce the same ones.
    ///
    /// ```
    /// use vochi_crm_core::{Receipt, Warning, WarningKind};
    /// let unknown = || Warning::new(WarningKind::UnknownToCrm, "extension 999 is unknown");
    /// let receipt = Receipt::new().with_warnings([unknown()]).with_warnings([unknown()]);
    /// assert_eq!(receipt.warnings(), [unknown()]);
    /// ```
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

    /// Returns true if the CRM's history holds the call.
    pub fn recorded(&self) -> bool {
        self.recorded
    }

    /// How many requests were sent. Those of a batch are counted on its first record.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// Warnings for the operator.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
