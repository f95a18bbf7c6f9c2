//! Who has a number.

use vochi_crm_core::connector::Found;
use vochi_crm_core::{CrmConnector as _, Cx, PhoneNumber, Result};

use super::Connector;

impl Connector {
    pub(super) async fn find_all(&self, _: &Cx, _: &[PhoneNumber]) -> Result<Vec<Found>> {
        Err(self.lacks("finding a customer by phone yet"))
    }
}
