//! The traits of limiters.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Lane, LimitError, LimitKey, Quota};

/// Provides the buckets.
///
/// One limiter serves all clients of a hub. An implementation may keep its buckets in this process
/// ([`GovernorLimiter`](super::GovernorLimiter)) or share them with other processes.
pub trait Limiter: Send + Sync + Debug {
    /// Returns the bucket of `key`, created on first use and shared by all users of the key.
    ///
    /// If quotas differ, the stricter rate and the stricter burst apply to all users from then on,
    /// and no sliding second with a later permit exceeds the stricter rate.
    ///
    /// Keep the bucket: a lookup per request is slower.
    fn bucket(&self, key: &LimitKey, quota: Quota) -> Arc<dyn Bucket>;
}

/// A shared allowance of requests.
///
/// `account` is the tenant of the request; it decides which account pauses after a rate limit, not
/// how permits are shared.
#[async_trait]
pub trait Bucket: Send + Sync + Debug {
    /// Takes a permit if one is available for this caller now; never waits, never allocates.
    ///
    /// Returns false while a caller of the same or higher priority waits, while the account or the
    /// bucket pauses, and if the quota is used up.
    fn try_take(&self, account: &str, lane: Lane) -> bool;

    /// Waits for a permit, at most until `until`, and returns the time waited.
    ///
    /// A permit must be used at once. Dropping the future gives its position in the queue to the
    /// next one. A future that is not polled is passed over, and keeps its position for when it is
    /// polled again.
    ///
    /// Needs a tokio runtime with its timer enabled, unless a permit is available at once.
    ///
    /// # Errors
    /// At once, if `until` has passed or no permit is expected by then, given the pauses and the
    /// queue. Later, if the wait was longer than expected.
    async fn take(&self, account: &str, lane: Lane, until: Instant)
    -> Result<Duration, LimitError>;

    /// Reports that the CRM rate-limited a request of `account` and asks for `pause` from now.
    ///
    /// Pauses that account. If another account's pause is still running, the limit is shared: then
    /// the whole bucket pauses, until the last of these pauses ends. Pauses are only ever
    /// extended. Waiters with a deadline inside the pause fail at once.
    fn refused(&self, account: &str, pause: Duration);

    /// Pauses every account for `pause` from now. Pauses are only ever extended.
    fn hold(&self, pause: Duration);

    /// Returns an unused permit that was just taken.
    fn give_back(&self);
}
