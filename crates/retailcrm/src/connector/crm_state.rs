//! The connector's stored state of a call.

use serde::{Deserialize, Serialize};
use vochi_crm_core::Extension;
use vochi_crm_core::spi::StoredState;

use crate::model::UserId;

/// The connector's stored state of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The extensions with a popup of the call: a hangup names exactly them.
    pub(super) shown: Vec<Extension>,
    /// The users without an extension with a popup of the call.
    pub(super) shown_users: Vec<UserId>,
}

impl StoredState for CrmState {}
