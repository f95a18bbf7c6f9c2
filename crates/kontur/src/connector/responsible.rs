//! Who is responsible for a client.

use vochi_crm_core::{CrmConnector as _, Cx, PhoneNumber, Responsible, Result};

use super::Connector;

impl Connector {
    pub(super) async fn whose(&self, _: &Cx, _: PhoneNumber) -> Result<Option<Responsible>> {
        Err(self.lacks("naming the responsible employee yet"))
    }
}
