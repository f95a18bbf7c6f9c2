//! The connector's stored state of a call.

use serde::{Deserialize, Serialize};
use vochi_crm_core::spi::StoredState;

use crate::model::UserId;

/// The connector's stored state of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The managers with a popup of the call.
    pub(super) shown: Vec<UserId>,
}

impl StoredState for CrmState {}
