//! A call store in memory.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::error::StoreError;
use super::keyed_lock::{CallKey, KeyGuard, KeyedLock};
use super::store::{CallSlot, CallStore, KEPT_FOR, Space};
use super::ttl_map::{Bounds, SpaceMaps};

/// The default number of calls stored at once.
const CAPACITY: usize = 100_000;

/// Stores documents in memory: for a service that lives longer than its calls.
///
/// A call expires 48 hours after its last save, by tokio's clock. Above 100 000 calls the oldest
/// are removed earlier; a call that is locked or waited for is never removed.
#[derive(Debug)]
pub struct MemoryCallStore {
    shared: Arc<Shared>,
    bounds: Bounds,
}

#[derive(Debug)]
struct Shared {
    locks: KeyedLock,
    maps: SpaceMaps<Value>,
}

impl MemoryCallStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared { locks: KeyedLock::default(), maps: SpaceMaps::new() }),
            bounds: Bounds { kept_for: Some(KEPT_FOR), capacity: CAPACITY },
        }
    }

    /// Sets how long calls and numbers are stored after their last save.
    #[must_use]
    pub fn kept_for(mut self, kept_for: Duration) -> Self {
        self.bounds.kept_for = Some(kept_for);
        self
    }

    /// Sets how many calls are stored at once. Locked calls may exceed it temporarily.
    #[must_use]
    pub fn capacity(mut self, calls: usize) -> Self {
        self.bounds.capacity = calls;
        self
    }
}

impl Default for MemoryCallStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl CallStore for MemoryCallStore {
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError> {
        let key = CallKey::new(space, account, id);
        let guard = self.shared.locks.take(&key).await;
        let document = self.shared.maps.get(&key, self.bounds);
        Ok(Box::new(MemorySlot {
            shared: Arc::clone(&self.shared),
            bounds: self.bounds,
            key,
            document,
            _guard: guard,
        }))
    }

    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError> {
        let listed = self.shared.maps.list(space, account, self.bounds);
        let mut ids: Vec<String> = listed.into_iter().map(|(id, _)| id).collect();
        ids.sort();
        Ok(ids)
    }

    async fn sweep(&self) -> Result<usize, StoreError> {
        Ok(self.shared.maps.sweep(self.bounds, &self.shared.locks))
    }
}

struct MemorySlot {
    shared: Arc<Shared>,
    bounds: Bounds,
    key: Arc<CallKey>,
    document: Option<Value>,
    _guard: KeyGuard,
}

#[async_trait]
impl CallSlot for MemorySlot {
    fn document(&self) -> Option<&Value> {
        self.document.as_ref()
    }

    async fn save(&mut self, document: &Value) -> Result<(), StoreError> {
        let Shared { locks, maps } = &*self.shared;
        maps.put(&self.key, document.clone(), self.bounds, locks);
        self.document = Some(document.clone());
        Ok(())
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.shared.maps.remove(&self.key);
        self.document = None;
        Ok(())
    }
}

impl fmt::Debug for MemorySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySlot")
            .field("key", &self.key)
            .field("known", &self.document.is_some())
            .finish_non_exhaustive()
    }
}
