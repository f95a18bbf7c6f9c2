//! A read-only view of a directory store.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::super::error::StoreError;
use super::super::keyed_lock::{CallKey, KeyGuard, KeyedLock};
use super::super::store::{CallSlot, CallStore, KEPT_FOR, Space};
use super::super::ttl_map::{Bounds, SpaceMaps};
use super::files::{CallFiles, check_directory};
use super::{document, sweep, work};

/// The largest number of changes in memory; above it, the oldest are discarded.
const CAPACITY: usize = 100_000;

/// The contents of a [`DirectoryCallStore`](super::DirectoryCallStore), with changes in memory
/// only: for dry runs.
///
/// It creates, changes and removes no file and takes no file lock, so another process may change
/// the same call concurrently. Within this process events of a call wait for each other as usual. A
/// missing directory is an empty one.
#[derive(Debug)]
pub struct ReadOnlyCallStore {
    root: PathBuf,
    shared: Arc<Shared>,
    bounds: Bounds,
}

#[derive(Debug)]
struct Shared {
    locks: KeyedLock,
    /// The changes: a new document, or `None` for a removed one.
    changes: SpaceMaps<Option<Value>>,
}

impl ReadOnlyCallStore {
    pub(super) async fn open(root: PathBuf) -> Result<Self, StoreError> {
        let path = root.clone();
        work::run(&root, move || {
            let there = path.try_exists().map_err(StoreError::io("inspect", &path))?;
            if there { check_directory(&path) } else { Ok(()) }
        })
        .await?;
        Ok(Self {
            root,
            shared: Arc::new(Shared { locks: KeyedLock::default(), changes: SpaceMaps::new() }),
            bounds: Bounds { kept_for: Some(KEPT_FOR), capacity: CAPACITY },
        })
    }

    /// Sets how long calls and numbers are stored after their last save, in whole seconds.
    #[must_use]
    pub fn kept_for(mut self, kept_for: Duration) -> Self {
        self.bounds.kept_for = Some(kept_for);
        self
    }

    fn lifetime(&self, space: Space) -> Option<Duration> {
        space.lifetime(self.bounds.kept_for.unwrap_or(KEPT_FOR))
    }
}

#[async_trait]
impl CallStore for ReadOnlyCallStore {
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError> {
        let key = CallKey::new(space, account, id);
        let guard = self.shared.locks.take(&key).await;
        let document = if let Some(changed) = self.shared.changes.get(&key, self.bounds) {
            changed
        } else {
            let files = CallFiles::of(&self.root, &key);
            let kept_for = self.lifetime(space);
            let (path, key) = (files.document(), Arc::clone(&key));
            work::run(&path, move || document::read(&files, &key.call_id, kept_for, report)).await?
        };
        let (shared, bounds) = (Arc::clone(&self.shared), self.bounds);
        Ok(Box::new(ReadOnlySlot { shared, bounds, key, document, _guard: guard }))
    }

    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError> {
        let (root, kept_for) = (self.root.clone(), self.lifetime(space));
        let directory = CallFiles::space(&root, space, account);
        let found = work::run(&root, move || sweep::list(&directory, kept_for)).await?;
        let mut ids: BTreeSet<String> = found.into_iter().collect();
        for (id, change) in self.shared.changes.list(space, account, self.bounds) {
            if change.is_some() {
                ids.insert(id);
            } else {
                ids.remove(&id);
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// Discards changes in memory; the files are left alone.
    async fn sweep(&self) -> Result<usize, StoreError> {
        Ok(self.shared.changes.sweep(self.bounds, &self.shared.locks))
    }
}

#[allow(clippy::unnecessary_wraps, reason = "same signature as the function that renames the file")]
fn report(files: &CallFiles, why: &str) -> Result<(), StoreError> {
    tracing::warn!(
        path = %files.document().display(),
        "cannot read the state of a call: {why}; the call continues without it"
    );
    Ok(())
}

struct ReadOnlySlot {
    shared: Arc<Shared>,
    bounds: Bounds,
    key: Arc<CallKey>,
    document: Option<Value>,
    _guard: KeyGuard,
}

impl ReadOnlySlot {
    fn change_to(&mut self, document: Option<Value>) {
        let Shared { locks, changes } = &*self.shared;
        changes.put(&self.key, document.clone(), self.bounds, locks);
        self.document = document;
    }
}

#[async_trait]
impl CallSlot for ReadOnlySlot {
    fn document(&self) -> Option<&Value> {
        self.document.as_ref()
    }

    async fn save(&mut self, document: &Value) -> Result<(), StoreError> {
        self.change_to(Some(document.clone()));
        Ok(())
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.change_to(None);
        Ok(())
    }
}

impl fmt::Debug for ReadOnlySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOnlySlot")
            .field("key", &self.key)
            .field("known", &self.document.is_some())
            .finish_non_exhaustive()
    }
}
