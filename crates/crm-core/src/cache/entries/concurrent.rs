//! Entries that many threads reach at once.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::cache::{CacheKey, Entry};

#[derive(Clone)]
pub(in crate::cache) struct Entries(Cache<CacheKey, Arc<Entry>>);

impl Entries {
    pub(in crate::cache) fn new(capacity: u64) -> Self {
        let entries = Cache::builder()
            .max_capacity(capacity)
            // The default policy may turn a newcomer away, and with it the one load for many.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self(entries)
    }

    pub(in crate::cache) fn get_or_default(&self, key: CacheKey) -> Arc<Entry> {
        self.0.get_with(key, Arc::default)
    }

    pub(in crate::cache) fn get(&self, key: &CacheKey) -> Option<Arc<Entry>> {
        self.0.get(key)
    }

    pub(in crate::cache) fn insert(&self, key: CacheKey, entry: Arc<Entry>) {
        self.0.insert(key, entry);
    }

    pub(in crate::cache) fn remove(&self, key: &CacheKey) {
        self.0.invalidate(key);
    }

    pub(in crate::cache) fn remove_account(&self, account: &str) {
        let leaving = self.0.iter().map(|(key, _)| key).filter(|key| key.account == account);
        for key in leaving.collect::<Vec<_>>() {
            self.0.invalidate(&*key);
        }
    }

    pub(in crate::cache) fn count(&self) -> u64 {
        self.0.entry_count()
    }
}
