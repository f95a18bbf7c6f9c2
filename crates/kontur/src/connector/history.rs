//! Finished calls: registered with their legs.

use vochi_crm_core::{CallRecord, CrmConnector as _, Cx, Receipt, Result};

use super::Connector;

impl Connector {
    pub(super) async fn register_record(&self, _: &Cx, _: &CallRecord) -> Result<Receipt> {
        Err(self.lacks("a call history yet"))
    }
}
