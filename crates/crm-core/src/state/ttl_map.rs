//! In-memory maps of documents, bounded by age and count.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::keyed_lock::{CallKey, KeyedLock, lock};
use super::store::Space;

/// The limits of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// The lifetime; `None` means unlimited.
    pub(super) kept_for: Option<Duration>,
    pub(super) capacity: usize,
}

impl Bounds {
    /// The limits of a space, derived from those of calls. Spaces with data that must not be lost
    /// have no limit by count.
    fn of(self, space: Space) -> Self {
        let bounded = matches!(space, Space::Calls | Space::Numbers);
        Self {
            kept_for: self.kept_for.map_or(space.kept_for(), |calls| space.lifetime(calls)),
            capacity: if bounded { self.capacity } else { usize::MAX },
        }
    }
}

/// One map per space.
#[derive(Debug)]
pub(super) struct SpaceMaps<V> {
    calls: TtlMap<V>,
    numbers: TtlMap<V>,
    pending: TtlMap<V>,
    tokens: TtlMap<V>,
}

impl<V: Clone> SpaceMaps<V> {
    pub(super) fn new() -> Self {
        Self {
            calls: TtlMap::new(),
            numbers: TtlMap::new(),
            pending: TtlMap::new(),
            tokens: TtlMap::new(),
        }
    }

    fn of(&self, space: Space) -> &TtlMap<V> {
        match space {
            Space::Calls => &self.calls,
            Space::Numbers => &self.numbers,
            Space::Pending => &self.pending,
            Space::Tokens => &self.tokens,
        }
    }

    pub(super) fn get(&self, key: &CallKey, bounds: Bounds) -> Option<V> {
        self.of(key.space).get(key, bounds.of(key.space))
    }

    /// Stores a value. The caller holds the lock of its key.
    pub(super) fn put(&self, key: &Arc<CallKey>, value: V, bounds: Bounds, locks: &KeyedLock) {
        self.of(key.space).put(key, value, bounds.of(key.space), locks);
    }

    pub(super) fn remove(&self, key: &CallKey) {
        self.of(key.space).remove(key);
    }

    /// Ids and values of an account in a space.
    pub(super) fn list(&self, space: Space, account: &str, bounds: Bounds) -> Vec<(String, V)> {
        self.of(space).list(account, bounds.of(space))
    }

    pub(super) fn sweep(&self, bounds: Bounds, locks: &KeyedLock) -> usize {
        let swept = |&space: &Space| self.of(space).evict(bounds.of(space), locks);
        Space::ALL.iter().map(swept).sum()
    }
}

struct TtlMap<V> {
    entries: Mutex<Entries<V>>,
}

struct Entries<V> {
    by_key: HashMap<Arc<CallKey>, Entry<V>>,
    /// In the order of the saves, which is the order of age.
    by_age: BTreeMap<u64, Arc<CallKey>>,
    saves: u64,
}

struct Entry<V> {
    value: V,
    saved_at: Instant,
    save: u64,
}

impl<V> Entry<V> {
    fn is_expired(&self, bounds: Bounds, now: Instant) -> bool {
        bounds.kept_for.is_some_and(|kept_for| now.duration_since(self.saved_at) >= kept_for)
    }
}

impl<V: Clone> TtlMap<V> {
    fn new() -> Self {
        Self {
            entries: Mutex::new(Entries {
                by_key: HashMap::new(),
                by_age: BTreeMap::new(),
                saves: 0,
            }),
        }
    }

    fn get(&self, key: &CallKey, bounds: Bounds) -> Option<V> {
        let entries = lock(&self.entries);
        let entry = entries.by_key.get(key)?;
        (!entry.is_expired(bounds, Instant::now())).then(|| entry.value.clone())
    }

    /// Stores a value. The caller holds the lock of the key, so this entry is not evicted.
    fn put(&self, key: &Arc<CallKey>, value: V, bounds: Bounds, locks: &KeyedLock) {
        let mut entries = lock(&self.entries);
        entries.saves += 1;
        let save = entries.saves;
        let entry = Entry { value, saved_at: Instant::now(), save };
        if let Some(previous) = entries.by_key.insert(Arc::clone(key), entry) {
            entries.by_age.remove(&previous.save);
        }
        entries.by_age.insert(save, Arc::clone(key));
        entries.evict(bounds, locks);
    }

    fn remove(&self, key: &CallKey) {
        let mut entries = lock(&self.entries);
        if let Some(entry) = entries.by_key.remove(key) {
            entries.by_age.remove(&entry.save);
        }
    }

    fn list(&self, account: &str, bounds: Bounds) -> Vec<(String, V)> {
        let (entries, now) = (lock(&self.entries), Instant::now());
        let of_account = entries
            .by_key
            .iter()
            .filter(|(key, entry)| &*key.account == account && !entry.is_expired(bounds, now));
        let found = of_account.map(|(key, entry)| (key.call_id.to_string(), entry.value.clone()));
        found.collect()
    }

    fn evict(&self, bounds: Bounds, locks: &KeyedLock) -> usize {
        lock(&self.entries).evict(bounds, locks)
    }
}

impl<V> Entries<V> {
    /// Removes expired entries, then the oldest above the capacity, but no locked call.
    fn evict(&mut self, bounds: Bounds, locks: &KeyedLock) -> usize {
        let now = Instant::now();
        let mut excess = self.by_key.len().saturating_sub(bounds.capacity);
        let mut leaving = Vec::new();
        for (&save, key) in &self.by_age {
            let over = self.by_key.get(key).is_none_or(|entry| entry.is_expired(bounds, now));
            if excess == 0 && !over {
                break;
            }
            if !locks.is_taken(key) {
                excess = excess.saturating_sub(1);
                leaving.push(save);
            }
        }
        for save in &leaving {
            if let Some(key) = self.by_age.remove(save) {
                self.by_key.remove(&key);
            }
        }
        leaving.len()
    }
}

impl<V> fmt::Debug for TtlMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TtlMap").field("calls", &lock(&self.entries).by_key.len()).finish()
    }
}
