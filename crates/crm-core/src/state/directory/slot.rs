//! One locked call of a directory.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::super::error::StoreError;
use super::super::keyed_lock::{CallKey, KeyGuard};
use super::super::store::CallSlot;
use super::files::CallFiles;
use super::lock::FileLock;
use super::{document, work};

/// The locks of the call. File work shares them, so that an abandoned change ends before the next
/// event starts. Dropped in this order.
struct Hold {
    _lock: FileLock,
    _guard: KeyGuard,
}

pub(super) struct DirectorySlot {
    key: Arc<CallKey>,
    files: Arc<CallFiles>,
    document: Option<Value>,
    hold: Arc<Hold>,
    /// A change in progress, kept here since the caller may stop waiting for it.
    change: Option<Change>,
}

struct Change {
    work: JoinHandle<Result<(), StoreError>>,
    document: Option<Value>,
}

impl DirectorySlot {
    pub(super) fn new(
        key: Arc<CallKey>,
        files: Arc<CallFiles>,
        document: Option<Value>,
        lock: FileLock,
        guard: KeyGuard,
    ) -> Self {
        let hold = Arc::new(Hold { _lock: lock, _guard: guard });
        Self { key, files, document, hold, change: None }
    }

    async fn change_to(&mut self, document: Option<Value>) -> Result<(), StoreError> {
        // The result of an abandoned change is irrelevant to the one that replaces it.
        drop(self.settle().await);
        let (key, files) = (Arc::clone(&self.key), Arc::clone(&self.files));
        let (hold, next) = (Arc::clone(&self.hold), document.clone());
        let work = work::start(move || {
            let _hold = hold;
            match next {
                Some(document) => document::write(&files, &key.call_id, &document),
                None => document::remove(&files),
            }
        });
        self.change = Some(Change { work, document });
        self.settle().await
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        let Some(change) = &mut self.change else {
            return Ok(());
        };
        let result = (&mut change.work).await;
        let document = self.change.take().and_then(|change| change.document);
        result.unwrap_or_else(|_| Err(StoreError::Stopped { path: self.files.document() }))?;
        self.document = document;
        Ok(())
    }
}

#[async_trait]
impl CallSlot for DirectorySlot {
    fn document(&self) -> Option<&Value> {
        self.document.as_ref()
    }

    async fn save(&mut self, document: &Value) -> Result<(), StoreError> {
        self.change_to(Some(document.clone())).await
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.change_to(None).await
    }
}

impl fmt::Debug for DirectorySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectorySlot")
            .field("key", &self.key)
            .field("known", &self.document.is_some())
            .finish_non_exhaustive()
    }
}
