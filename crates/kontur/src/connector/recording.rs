//! Recordings: uploaded once, attached once.

use vochi_crm_core::{CallId, CrmConnector as _, Cx, Receipt, Recording, Result};

use super::Connector;

impl Connector {
    pub(super) async fn attach(&self, _: &Cx, _: &CallId, _: &Recording) -> Result<Receipt> {
        Err(self.lacks("attaching a recording yet"))
    }
}
