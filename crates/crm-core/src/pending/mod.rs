//! Pending work: what is due in a CRM's history and has not been done yet.
//!
//! A record, a recording or a follow-up is stored here before the request that makes it due, and
//! removed when it is settled. So it is not lost when the CRM is down, a limit refuses it or the
//! process is killed. It is kept for 30 days at most, then reported and dropped.
//!
//! A host lists what is pending of an account ([`Hub::pending`]) and settles it ([`settle`]), for
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

/// How long work stays pending at most: 30 days.
pub const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// How long a record waits for the events it is made of before it is reported as incomplete.
pub const EVENTS_WAIT: Duration = Duration::from_mins(1);

/// How long after a lost response the history is looked at once more: 10 minutes.
pub const LOOK_AGAIN_AFTER: Duration = Duration::from_mins(10);

/// What is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PendingKind {
    /// The record of a call.
    Record,
    /// A recording of a recorded call.
    Recording,
    /// A customer or task that is due after a recorded call.
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

/// One thing that is pending.
#[derive(Debug)]
#[non_exhaustive]
pub struct PendingItem {
    /// The call.
    pub call_id: CallId,
    /// What of it.
    pub kind: PendingKind,
    /// When it was due first.
    pub first_due: Timestamp,
    /// How many times it was tried.
    pub attempts: u32,
    /// Why it could not be done last.
    pub error: Option<Error>,
    /// It may have been done, and only a person can find out: it is not tried again by itself.
    pub needs_decision: bool,
}

impl PendingItem {
    /// Whether the CRM carried it out, as far as is known.
    pub fn effect(&self) -> Effect {
        let known = self.error.as_ref().map(Error::effect);
        known.unwrap_or(Effect::NotApplied)
    }
}

impl Hub {
    /// What is pending of an account, by call.
    ///
    /// # Errors
    /// `config` where the store cannot be used.
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
