//! The connector's stored state of a call.

use serde::{Deserialize, Serialize};
use vochi_crm_core::spi::StoredState;
use vochi_crm_core::{CallState, CrmCallId};

use crate::model::{LoggedCallId, UserId};

/// The connector's stored state of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The managers with a popup of the call.
    pub(super) shown: Vec<UserId>,
    /// The call in the history, if U-ON returned its id.
    pub(super) logged: Option<LoggedCallId>,
}

impl StoredState for CrmState {
    fn crm_call_id(&self, _: &CallState) -> Option<CrmCallId> {
        CrmCallId::new(self.logged?.to_string()).ok()
    }
}
