//! The limiter of one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::bucket::GovernorBucket;
use super::clock::{Clock, Moment};
use super::{Bucket, LimitKey, Limiter, Quota};

/// Below this number of buckets no sweep runs when one is added.
const SMALL: usize = 64;

/// The interval between sweeps when no buckets are added.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Keeps the buckets in this process, each counting by GCRA on tokio's clock.
///
/// An unused bucket is dropped once a new one would give the same permits, so that recreating it
/// does not renew an allowance. Unused buckets are swept when new ones are added.
pub struct GovernorLimiter {
    clock: Clock,
    registry: Mutex<Registry>,
}

struct Registry {
    buckets: HashMap<LimitKey, Arc<GovernorBucket>>,
    sweep_at: usize,
    swept: Moment,
}

impl GovernorLimiter {
    /// Creates a limiter without buckets.
    pub fn new() -> Self {
        let registry =
            Registry { buckets: HashMap::new(), sweep_at: SMALL, swept: Moment::default() };
        Self { clock: Clock::new(), registry: Mutex::new(registry) }
    }

    /// The number of buckets, including unused ones that are not swept yet.
    pub fn buckets(&self) -> usize {
        self.lock().buckets.len()
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        // The map is consistent between its operations, so poisoning is ignored.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for GovernorLimiter {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for GovernorLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GovernorLimiter").field("buckets", &self.buckets()).finish_non_exhaustive()
    }
}

impl Limiter for GovernorLimiter {
    fn bucket(&self, key: &LimitKey, quota: Quota) -> Arc<dyn Bucket> {
        let now = self.clock.now();
        let mut registry = self.lock();
        if now.since(registry.swept) >= SWEEP_EVERY {
            registry.sweep(now);
        }
        if let Some(bucket) = registry.buckets.get(key) {
            bucket.tighten(quota);
            return bucket.clone();
        }
        if registry.buckets.len() >= registry.sweep_at {
            registry.sweep(now);
        }
        let bucket = Arc::new(GovernorBucket::new(key.clone(), quota, self.clock));
        registry.buckets.insert(key.clone(), Arc::clone(&bucket));
        bucket
    }
}

impl Registry {
    /// Drops unused buckets. The next sweep is due when the remaining number has doubled, so that
    /// the cost per added bucket is constant.
    fn sweep(&mut self, now: Moment) {
        self.buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_fresh());
        self.sweep_at = (self.buckets.len() * 2).max(SMALL);
        self.buckets.shrink_to(self.sweep_at);
        self.swept = now;
    }
}
