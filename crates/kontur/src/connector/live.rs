//! Live calls: begun, leg by leg, ended.

use vochi_crm_core::{CallEvent, CrmConnector as _, Cx, Receipt, Result};

use super::Connector;

impl Connector {
    pub(super) async fn live_event(&self, _: &Cx, _: &CallEvent) -> Result<Receipt> {
        Err(self.lacks("live calls yet"))
    }
}
