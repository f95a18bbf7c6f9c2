//! The two traits of the call store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::error::StoreError;

/// How long a call is remembered after its last save, unless a store is told otherwise: 48 hours.
pub const KEPT_FOR: Duration = Duration::from_hours(48);

/// Keeps one JSON document per account and call id, and lets one event of a call work at a time.
///
/// A task that holds a slot must not open another one, with one exception: calls of one account in
/// ascending order of their ids, which is what [`open_many`](Self::open_many) does. Opening a call
/// that the same task already holds waits for ever.
#[async_trait]
pub trait CallStore: Send + Sync + fmt::Debug {
    /// Locks one call and reads its document.
    ///
    /// Waits while another event of the same call holds it; events are let in as they came. There
    /// is no time limit of its own: put a timeout around it. Dropping the future at any moment
    /// gives up the place in the queue and leaves no lock behind. While it is kept it must be
    /// polled, since it may stand first in the queue.
    ///
    /// # Errors
    /// The store cannot be read or locked, or holds a document of a newer version of this library.
    async fn open(&self, account: &str, call_id: &str) -> Result<Box<dyn CallSlot>, StoreError>;

    /// Locks several calls of one account, in an order that cannot deadlock; an id given twice is
    /// opened once. A directory store holds one open file per call.
    ///
    /// # Errors
    /// As [`open`](Self::open); the calls locked so far are released.
    async fn open_many(
        &self,
        account: &str,
        call_ids: &[&str],
    ) -> Result<BTreeMap<String, Box<dyn CallSlot>>, StoreError> {
        let ordered: BTreeSet<&str> = call_ids.iter().copied().collect();
        let mut slots = BTreeMap::new();
        for call_id in ordered {
            slots.insert(call_id.to_owned(), self.open(account, call_id).await?);
        }
        Ok(slots)
    }

    /// Forgets the calls whose time is over and says how many they were. Stores do this by
    /// themselves now and then; a host may do it at a quiet hour. Calls in use are left alone.
    ///
    /// # Errors
    /// The store cannot be listed.
    async fn sweep(&self) -> Result<usize, StoreError>;
}

/// One call, locked. Dropping the slot lets the next event of the call go on.
#[async_trait]
pub trait CallSlot: Send + Sync + fmt::Debug {
    /// The document as it is stored now; none for a call not heard of, or forgotten by age.
    fn document(&self) -> Option<&Value>;

    /// Replaces the document. When this returns, the next event sees it, whatever happens to this
    /// process. A dropped future leaves the old document or the new one, never a mixture.
    ///
    /// # Errors
    /// The document cannot be written; the old one is still there.
    async fn save(&mut self, document: &Value) -> Result<(), StoreError>;

    /// Removes the document; the call stays locked. Nothing to remove is a success.
    ///
    /// # Errors
    /// The document cannot be removed.
    async fn remove(&mut self) -> Result<(), StoreError>;
}
