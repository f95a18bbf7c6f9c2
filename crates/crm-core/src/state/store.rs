//! The two traits of the call store, and the spaces it keeps apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::error::StoreError;

/// How long a call is remembered after its last save, unless a store is told otherwise: 48 hours.
pub const KEPT_FOR: Duration = Duration::from_hours(48);

/// Kinds of documents, each with names and a lifetime of its own.
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
    /// Phone numbers: who was created in the CRM under a number, by E.164.
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

    /// How long a document is kept after its last save; `None`: until it is removed.
    ///
    /// Pending work has a limit of 30 days, counted from the moment it was due, after which it is
    /// reported and dropped. A store keeps it for twice as long, so that there is time to report it.
    pub const fn kept_for(self) -> Option<Duration> {
        match self {
            Self::Calls | Self::Numbers => Some(KEPT_FOR),
            Self::Pending => Some(Duration::from_hours(60 * 24)),
            Self::Tokens => None,
        }
    }

    /// The lifetime where a store has its own for calls and numbers.
    pub(super) const fn kept(self, calls: Duration) -> Option<Duration> {
        match self {
            Self::Calls | Self::Numbers => Some(calls),
            other => other.kept_for(),
        }
    }
}

/// Keeps one JSON document per space, account and id, and lets one task at a time work on it.
///
/// [`open`](Self::open) opens a call. A store of a host's own implements
/// [`open_in`](Self::open_in), [`list`](Self::list) and [`sweep`](Self::sweep), and is checked by
/// `vochi_crm_core::testing::check_call_store` (feature `testing`).
///
/// A task that holds a slot must not open another one, with one exception: calls of one account in
/// ascending order of their ids, which is what [`open_many`](Self::open_many) does; and while it
/// holds a call or a number it may open pending work for a moment. Opening a document that the same
/// task already holds waits for ever.
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
    /// Waits while another task holds it; tasks are let in as they came. There
    /// is no time limit of its own: put a timeout around it. Dropping the future at any moment
    /// gives up the place in the queue and leaves no lock behind. While it is kept it must be
    /// polled, since it may stand first in the queue.
    ///
    /// # Errors
    /// The store cannot be read or locked, or holds a document of a newer version of this library.
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError>;

    /// Ids of the documents of a space and account that are stored now, in ascending order.
    ///
    /// # Errors
    /// The store cannot be listed.
    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError>;

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
