//! The traits of the call store, and its spaces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::error::StoreError;

/// The default time for which a call is stored after its last save: 48 hours.
pub const KEPT_FOR: Duration = Duration::from_secs(48 * 3600);

/// A kind of document, with its own names and lifetime.
///
/// ```
/// use vochi_crm_core::state::Space;
/// assert_eq!(Space::Tokens.kept_for(), None, "tokens are kept until they are removed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Space {
    /// Live and finished calls, by call id.
    Calls,
    /// Phone numbers: the customer created in the CRM for a number, by E.164.
    Numbers,
    /// Pending work, by call id. See [`pending`](crate::pending).
    Pending,
    /// Tokens and other secrets, by name.
    Tokens,
}

impl Space {
    /// Every space, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Calls, Self::Numbers, Self::Pending, Self::Tokens];

    /// The name used in paths and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Numbers => "numbers",
            Self::Pending => "pending",
            Self::Tokens => "tokens",
        }
    }

    /// How long a document is stored after its last save; `None` means until it is removed.
    ///
    /// Pending work expires 30 days after it was due, is then reported and dropped. A store keeps
    /// it twice as long, so that there is time to report it.
    pub const fn kept_for(self) -> Option<Duration> {
        match self {
            Self::Calls | Self::Numbers => Some(KEPT_FOR),
            Self::Pending => Some(Duration::from_secs(60 * 24 * 3600)),
            Self::Tokens => None,
        }
    }

    /// The lifetime in a store with its own lifetime for calls and numbers.
    pub(super) const fn lifetime(self, calls: Duration) -> Option<Duration> {
        match self {
            Self::Calls | Self::Numbers => Some(calls),
            other => other.kept_for(),
        }
    }
}

/// A store of JSON documents per space, account and id, with one lock per document.
///
/// [`open`](Self::open) opens a call. A host's own store implements [`open_in`](Self::open_in),
/// [`list`](Self::list) and [`sweep`](Self::sweep), and can be checked with
/// `vochi_crm_core::testing::check_call_store` (feature `testing`).
///
/// A task that holds a slot must not open another one, with two exceptions: calls of one account in
/// ascending order of their ids, as [`open_many`](Self::open_many) does; and, while holding a call
/// or a number, pending work for a short time. Opening a document that the same task already holds
/// deadlocks.
#[async_trait]
pub trait CallStore: Send + Sync + fmt::Debug {
    /// Locks one call and reads its document.
    ///
    /// # Errors
    /// As [`open_in`](Self::open_in).
    async fn open(&self, account: &str, call_id: &str) -> Result<Box<dyn CallSlot>, StoreError> {
        self.open_in(Space::Calls, account, call_id).await
    }

    /// Locks a document of a space and reads it.
    ///
    /// Waits while another task holds it, in FIFO order. There is no timeout: wrap the future in
    /// one. Dropping the future at any time leaves the queue and releases the lock. Keep polling
    /// the future: it may be first in the queue.
    ///
    /// # Errors
    /// If the store cannot be read or locked, or holds a document of a newer version of this
    /// library.
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError>;

    /// Lists the ids of the stored documents of a space and account, in ascending order.
    ///
    /// # Errors
    /// If the store cannot be listed.
    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError>;

    /// Locks several calls of one account, in an order that prevents deadlocks; a repeated id is
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

    /// Removes expired calls and returns their number. Stores do this on their own from time to
    /// time; a host may do it at an idle hour. Locked calls are left alone.
    ///
    /// # Errors
    /// If the store cannot be listed.
    async fn sweep(&self) -> Result<usize, StoreError>;
}

/// One locked call. Dropping the slot releases the lock.
#[async_trait]
pub trait CallSlot: Send + Sync + fmt::Debug {
    /// The stored document; `None` for an unknown or expired call.
    fn document(&self) -> Option<&Value>;

    /// Replaces the document. When this returns, the next event sees it, even if this process dies.
    /// A dropped future leaves either the old document or the new one.
    ///
    /// # Errors
    /// If the document cannot be written; the old one is still there.
    async fn save(&mut self, document: &Value) -> Result<(), StoreError>;

    /// Removes the document; the call stays locked. A missing document is a success.
    ///
    /// # Errors
    /// If the document cannot be removed.
    async fn remove(&mut self) -> Result<(), StoreError>;
}
