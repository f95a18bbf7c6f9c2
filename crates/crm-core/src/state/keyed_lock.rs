//! A lock per document within one process, with first-come-first-served queues.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::store::Space;

/// The key of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CallKey {
    pub(super) space: Space,
    pub(super) account: Box<str>,
    pub(super) call_id: Box<str>,
}

impl CallKey {
    pub(super) fn new(space: Space, account: &str, call_id: &str) -> Arc<Self> {
        Arc::new(Self { space, account: account.into(), call_id: call_id.into() })
    }
}

type Queues = HashMap<Arc<CallKey>, Arc<AsyncMutex<()>>>;

/// A FIFO lock per call. A call that is neither locked nor waited for takes no memory.
#[derive(Default)]
pub(super) struct KeyedLock {
    queues: Arc<Mutex<Queues>>,
}

impl KeyedLock {
    /// Waits for the lock. A dropped future leaves the queue.
    pub(super) async fn take(&self, key: &Arc<CallKey>) -> KeyGuard {
        let queue = Arc::clone(lock(&self.queues).entry(Arc::clone(key)).or_default());
        // Created before the wait, so that a dropped future cleans up as well.
        let clean_up = CleanUp { queues: Arc::clone(&self.queues), key: Arc::clone(key) };
        let guard = queue.lock_owned().await;
        KeyGuard { _guard: guard, _clean_up: clean_up }
    }

    /// Returns true if the call is locked or waited for.
    pub(super) fn is_taken(&self, key: &CallKey) -> bool {
        lock(&self.queues).contains_key(key)
    }
}

impl fmt::Debug for KeyedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLock").field("taken", &lock(&self.queues).len()).finish()
    }
}

/// A held lock. Fields are dropped in this order: the next waiter proceeds before the clean-up.
pub(super) struct KeyGuard {
    _guard: OwnedMutexGuard<()>,
    _clean_up: CleanUp,
}

struct CleanUp {
    queues: Arc<Mutex<Queues>>,
    key: Arc<CallKey>,
}

impl Drop for CleanUp {
    fn drop(&mut self) {
        let mut queues = lock(&self.queues);
        // Every holder and waiter has a clone, and clones are made under this lock only.
        if queues.get(&self.key).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.key);
        }
    }
}

/// Ignores poisoning: each change under these locks is one step, so a panic leaves no invalid data.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn unused_call_takes_no_memory() {
        let locks = KeyedLock::default();
        let key = CallKey::new(Space::Calls, "shop", "1");
        let working = locks.take(&key).await;
        {
            let waiting = locks.take(&key);
            tokio::select! {
                biased;
                _ = waiting => panic!("two tasks hold the lock of one call"),
                () = std::future::ready(()) => {}
            }
        }
        assert!(locks.is_taken(&key), "one waiter gave up, the lock is still held");
        drop(working);
        assert!(!locks.is_taken(&key));
        assert_eq!(lock(&locks.queues).len(), 0);
    }
}
