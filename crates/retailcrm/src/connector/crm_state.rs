//! What the connector remembers of a call beside the common state.

use serde::{Deserialize, Serialize};
use vochi_crm_core::Extension;
use vochi_crm_core::spi::CrmState as Remembered;

use crate::model::UserId;

/// What the connector remembers of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CrmState {
    /// The extensions that were shown the call: a hangup names exactly them.
    pub(super) shown: Vec<Extension>,
    /// The same for users without an extension.
    pub(super) shown_users: Vec<UserId>,
}

impl Remembered for CrmState {}
