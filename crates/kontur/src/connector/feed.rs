//! The workspace as its feed of events tells it.

use vochi_crm_core::{CrmConnector as _, Cx, Result, UserList};

use super::Connector;

/// What the feed told so far.
#[derive(Default)]
pub(super) struct Feed;

impl Connector {
    pub(super) async fn everybody(&self, _: &Cx) -> Result<UserList> {
        Err(self.lacks("a list of users yet"))
    }
}
