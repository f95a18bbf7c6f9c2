//! A few entries behind one lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cache::{CacheKey, Entry};

/// The most entries it keeps. An eviction looks at all of them.
const LIMIT: usize = 1_024;

#[derive(Clone)]
pub(in crate::cache) struct Entries {
    map: Arc<Mutex<Map>>,
    capacity: usize,
}

#[derive(Default)]
struct Map {
    /// The entries, each with the step of its last use.
    entries: HashMap<CacheKey, (Arc<Entry>, u64)>,
    step: u64,
}

impl Entries {
    pub(in crate::cache) fn new(capacity: u64) -> Self {
        let capacity = usize::try_from(capacity).map_or(LIMIT, |capacity| capacity.min(LIMIT));
        Self { map: Arc::default(), capacity }
    }

    pub(in crate::cache) fn get_or_default(&self, key: CacheKey) -> Arc<Entry> {
        let mut map = self.lock();
        let known = map.touch(&key);
        known.unwrap_or_else(|| map.insert(key, Arc::default(), self.capacity))
    }

    pub(in crate::cache) fn get(&self, key: &CacheKey) -> Option<Arc<Entry>> {
        self.lock().touch(key)
    }

    pub(in crate::cache) fn insert(&self, key: CacheKey, entry: Arc<Entry>) {
        self.lock().insert(key, entry, self.capacity);
    }

    pub(in crate::cache) fn remove(&self, key: &CacheKey) {
        self.lock().entries.remove(key);
    }

    pub(in crate::cache) fn remove_account(&self, account: &str) {
        self.lock().entries.retain(|key, _| key.account != account);
    }

    pub(in crate::cache) fn count(&self) -> u64 {
        self.lock().entries.len() as u64
    }

    /// A panic elsewhere does not make the map wrong: each change is one step.
    fn lock(&self) -> MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Map {
    fn next_step(&mut self) -> u64 {
        self.step += 1;
        self.step
    }

    fn touch(&mut self, key: &CacheKey) -> Option<Arc<Entry>> {
        let step = self.next_step();
        let (entry, used) = self.entries.get_mut(key)?;
        *used = step;
        Some(Arc::clone(entry))
    }

    fn insert(&mut self, key: CacheKey, entry: Arc<Entry>, capacity: usize) -> Arc<Entry> {
        let step = self.next_step();
        self.entries.insert(key, (Arc::clone(&entry), step));
        if self.entries.len() > capacity {
            let oldest = self.entries.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.entries.remove(&oldest);
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, key: usize) -> CacheKey {
        CacheKey::new(account, "manager", key.to_string())
    }

    #[test]
    fn full_map_drops_the_entry_unused_for_the_longest() {
        let entries = Entries::new(2);
        let first = entries.get_or_default(key("shop", 1));
        entries.insert(key("shop", 2), Arc::default());
        assert!(Arc::ptr_eq(&first, &entries.get_or_default(key("shop", 1))), "kept and used");
        entries.insert(key("shop", 3), Arc::default());
        assert_eq!(entries.count(), 2);
        assert!(entries.get(&key("shop", 1)).is_some(), "used last");
        assert!(entries.get(&key("shop", 2)).is_none(), "unused for the longest");
    }

    #[test]
    fn capacity_is_bounded() {
        let entries = Entries::new(u64::MAX);
        for number in 0..=LIMIT {
            entries.insert(key("shop", number), Arc::default());
        }
        assert_eq!(entries.count(), LIMIT as u64);
    }

    #[test]
    fn removal_of_an_account_leaves_the_others() {
        let entries = Entries::new(10);
        for (account, number) in [("one", 1), ("one", 2), ("two", 1)] {
            entries.insert(key(account, number), Arc::default());
        }
        entries.remove_account("one");
        entries.remove(&key("two", 2));
        assert_eq!(entries.count(), 1);
        assert!(entries.get(&key("two", 1)).is_some());
    }
}
