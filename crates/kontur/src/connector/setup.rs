//! Registering the telephony.

use vochi_crm_core::connector::{SetupPlan, SetupReport};
use vochi_crm_core::{CrmConnector as _, Cx, Result};

use super::Connector;

impl Connector {
    pub(super) async fn register(&self, _: &Cx, _: &SetupPlan) -> Result<SetupReport> {
        Err(self.lacks("registering the telephony yet"))
    }
}
