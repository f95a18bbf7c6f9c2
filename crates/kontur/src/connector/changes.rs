//! Customers created or changed in the workspace, read from its feed.

use vochi_crm_core::connector::{Changes, Cursor};
use vochi_crm_core::{CrmConnector as _, Cx, Result};

use super::Connector;

impl Connector {
    pub(super) async fn changes_since(&self, _: &Cx, _: Option<&Cursor>) -> Result<Changes> {
        Err(self.lacks("a list of changes yet"))
    }
}
