//! A stand-in server of the CRM, as the suite sees it.

use std::sync::Arc;

use serde_json::Value;

use crate::connector::{CrmConnector, SetupPlan};
use crate::error::Result;

/// A disturbance of a stand-in server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disturbance {
    /// The next request that records a call is carried out, and its response is lost.
    RecordResponseLost,
    /// The next request that records a call is refused for good.
    RecordRefused,
    /// No request reaches the CRM: each is answered by an error of the server.
    Down,
}

/// A stand-in server of the CRM with one account. The extensions 151 and 152 are mapped; the number
/// +375446370646 belongs to a customer of 151, and +375330000001 to none.
pub trait StandIn: Send + Sync {
    /// Opens the connector of the account as a new process does, with a hub of its own, and with
    /// the changes of the configuration that
    /// [`CrmUnderTest::stand_in`](super::CrmUnderTest::stand_in) was given.
    ///
    /// # Errors
    /// If the configuration is refused.
    fn open(&self) -> Result<Arc<dyn CrmConnector>>;

    /// What the CRM holds: lists named `calls` (objects with `call_id`, `direction`, `phone`,
    /// `outcome`, `talk_seconds`), `live` (events of live calls), `customers`, `tasks`; and `modules`,
    /// the registration.
    fn state(&self) -> Value;

    /// The requests that the CRM refused as invalid.
    fn refused(&self) -> Vec<String>;

    /// Disturbs the server.
    fn disturb(&self, how: Disturbance);

    /// The registration to set up.
    fn setup_plan(&self) -> SetupPlan {
        SetupPlan::new("https://connector.example.test/crm".parse().ok())
    }
}
