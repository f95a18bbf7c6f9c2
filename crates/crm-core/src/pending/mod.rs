//! Pending work: records, recordings and follow-ups that are due but not confirmed by the CRM.
//!
//! Each is stored before the request that makes it due, and removed when it is settled, so it
//! survives an outage of the CRM, a rate limit and a killed process. It is kept for 30 days at
//! most, then reported and dropped.
//!
//! A host lists the pending work of an account ([`Hub::pending`]) and settles it ([`settle`]), for
//! example every minute:
//!
//! ```
//! use vochi_crm_core::{CrmConnector, Cx, Hub, Result, pending};
//! async fn settle_all(connector: &dyn CrmConnector, hub: &Hub) -> Result<()> {
//!     for call in hub.pending_calls(&Cx::history(), connector.account()).await? {
//!         let cx = Cx::history();
//!         for settled in pending::settle(connector, hub, &cx, &call, pending::Mode::Due).await? {
//!             println!("{call} {}: {:?}", settled.kind.as_str(), settled.outcome);
//!         }
//!     }
//!     Ok(())
//! }
//! ```

mod document;
mod settle;
mod work;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use document::PendingCall;
pub use settle::{Mode, Outcome, Settled, settle};
pub(crate) use work::may_succeed_later;

use crate::call::CallId;
use crate::error::{Effect, Error};
use crate::hub::Hub;
use crate::time::Timestamp;

/// The longest time that work stays pending: 30 days.
pub const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long a record waits for its events before it is reported as incomplete.
pub const EVENTS_WAIT: Duration = Duration::from_secs(60);

/// The delay after a lost response before the history is checked again: 10 minutes.
pub const RECHECK_AFTER: Duration = Duration::from_secs(10 * 60);

/// The kind of a pending item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PendingKind {
    /// The record of a call.
    Record,
    /// A recording of a recorded call.
    Recording,
    /// A customer or task to create after a recorded call.
    FollowUp,
}

impl PendingKind {
    /// The name used in logs and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Recording => "recording",
            Self::FollowUp => "follow_up",
        }
    }
}

impl fmt::Display for PendingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One pending item.
#[derive(Debug)]
#[non_exhaustive]
pub struct PendingItem {
    /// The call.
    pub call_id: CallId,
    /// The kind.
    pub kind: PendingKind,
    /// When it was first due.
    pub first_due: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// The error of the last attempt.
    pub error: Option<Error>,
    /// It may already be applied, and only a person can find out: it is not retried automatically.
    pub needs_decision: bool,
}

impl PendingItem {
    /// Whether the CRM applied it, as far as known.
    pub fn effect(&self) -> Effect {
        let known = self.error.as_ref().map(Error::effect);
        known.unwrap_or(Effect::NotApplied)
    }
}

impl Hub {
    /// Lists the pending items of an account, by call.
    ///
    /// # Errors
    /// `config` if the store cannot be used.
    pub async fn pending(
        &self,
        cx: &crate::Cx,
        account: &crate::AccountName,
    ) -> crate::Result<Vec<PendingItem>> {
        let mut items = Vec::new();
        for call in self.pending_calls(cx, account).await? {
            let pending = self.pending_call(cx, account, &call).await?;
            items.extend(pending.iter().flat_map(|pending| pending.items(&call)));
        }
        Ok(items)
    }
}
