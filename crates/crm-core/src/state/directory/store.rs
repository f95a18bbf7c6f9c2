//! The directory store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::time::Instant;

use super::super::error::StoreError;
use super::super::keyed_lock::{CallKey, KeyedLock, lock};
use super::super::store::{CallSlot, CallStore, KEPT_FOR, Space};
use super::files::{CallFiles, check_directory, create_directory};
use super::lock::acquire;
use super::read_only::ReadOnlyCallStore;
use super::slot::DirectorySlot;
use super::{document, sweep, work};

/// A call store with one file per call, locked across processes.
///
/// The calls of an account are `<root>/<account>/<call>.json`, documents of another [`Space`] are
/// in `<root>/<account>/.<space>/`; ids may be any text. Directories are created with mode 0700,
/// files with 0600. A document is replaced atomically: after a crash the old or the new one is
/// there. An unreadable document is renamed (`.bad`), reported as a warning, and counts as missing.
///
/// A call expires 48 hours after its last save. The first call opened in an hour, by any process,
/// starts a sweep in the background.
///
/// The directory must be on a file system with file locks, that is, on a local disk.
#[derive(Debug)]
pub struct DirectoryCallStore {
    root: PathBuf,
    kept_for: Duration,
    locks: KeyedLock,
    next_sweep: Mutex<Option<Instant>>,
}

impl DirectoryCallStore {
    /// Creates the directory if missing, and checks that it is usable.
    ///
    /// # Errors
    /// If it cannot be created or written, or other users may write to it.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        let path = root.clone();
        work::run(&root, move || {
            create_directory(&path)?;
            check_directory(&path)?;
            sweep::prepare(&path)
        })
        .await?;
        Ok(Self {
            root,
            kept_for: KEPT_FOR,
            locks: KeyedLock::default(),
            next_sweep: Mutex::default(),
        })
    }

    /// Opens the same calls for a dry run: see [`ReadOnlyCallStore`].
    ///
    /// # Errors
    /// If the directory exists and other users may write to it.
    pub async fn read_only(root: impl Into<PathBuf>) -> Result<ReadOnlyCallStore, StoreError> {
        ReadOnlyCallStore::open(root.into()).await
    }

    /// Sets how long calls and numbers are stored after their last save, in whole seconds.
    #[must_use]
    pub fn kept_for(mut self, kept_for: Duration) -> Self {
        self.kept_for = kept_for;
        self
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks once an hour whether a sweep is due, and sweeps in the background.
    fn sweep_when_due(&self) {
        let now = Instant::now();
        let mut next = lock(&self.next_sweep);
        if next.is_some_and(|next| now < next) {
            return;
        }
        *next = Some(now + sweep::EVERY);
        let (root, kept_for) = (self.root.clone(), self.kept_for);
        drop(work::start(move || {
            sweep::when_due(&root, kept_for);
        }));
    }
}

#[async_trait]
impl CallStore for DirectoryCallStore {
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError> {
        let arrived = SystemTime::now();
        self.sweep_when_due();
        let key = CallKey::new(space, account, id);
        let files = Arc::new(CallFiles::of(&self.root, &key));
        let guard = self.locks.take(&key).await;
        let read = {
            let (key, files) = (Arc::clone(&key), Arc::clone(&files));
            let kept_for = space.lifetime(self.kept_for);
            move || document::read(&files, &key.call_id, kept_for, document::rename_bad)
        };
        let (lock, document) = acquire(&files, arrived, read).await?;
        Ok(Box::new(DirectorySlot::new(key, files, document, lock, guard)))
    }

    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError> {
        let directory = CallFiles::space(&self.root, space, account);
        let kept_for = space.lifetime(self.kept_for);
        work::run(&self.root, move || sweep::list(&directory, kept_for)).await
    }

    async fn sweep(&self) -> Result<usize, StoreError> {
        let (root, kept_for) = (self.root.clone(), self.kept_for);
        work::run(&self.root, move || sweep::sweep(&root, kept_for)).await
    }
}
