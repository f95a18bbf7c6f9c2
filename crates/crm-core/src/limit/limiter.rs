//! What a limiter promises, whatever keeps its buckets.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Lane, LimitError, LimitKey, Quota};

/// Where the buckets come from.
///
/// One limiter serves all clients of a hub. An implementation may keep its buckets in this process
/// ([`GovernorLimiter`](super::GovernorLimiter)) or share them with other processes.
pub trait Limiter: Send + Sync + Debug {
    /// The bucket of `key`: made at its first use, the same for everybody who names the key.
    ///
    /// When quotas differ, the stricter rate and the stricter burst hold for everybody from then
    /// on, and no sliding second that holds a later permit exceeds the stricter figure.
    ///
    /// Keep the bucket: asking again for each request costs a look-up.
    fn bucket(&self, key: &LimitKey, quota: Quota) -> Arc<dyn Bucket>;
}

/// One shared allowance of requests.
///
/// `account` names the tenant on whose behalf the request goes out; it decides who is held back
/// after a refusal, not how the permits are shared.
#[async_trait]
pub trait Bucket: Send + Sync + Debug {
    /// Takes a permit if there is one for this caller right now; never waits, never allocates.
    ///
    /// False while anybody with an equal or higher claim is waiting, while the account or the
    /// bucket pauses, and when the quota is used up.
    fn try_take(&self, account: &str, lane: Lane) -> bool;

    /// Waits for a permit, at most until `until`, and says how long it waited.
    ///
    /// A permit is for use at once: it belongs to the moment this returns. Dropping the future
    /// gives the place in the queue to the next. A future that is held without being polled loses
    /// its turn to those who are awake, and keeps its place for when it is polled again.
    ///
    /// Needs a tokio runtime with its timer enabled, unless a permit is there at once.
    ///
    /// # Errors
    /// At once, when `until` has passed or no permit can come by then as things stand: pauses and
    /// everybody ahead in the queue counted. Later, when the wait turned out longer than foreseen.
    async fn take(&self, account: &str, lane: Lane, until: Instant)
    -> Result<Duration, LimitError>;

    /// Tells that the CRM refused a request of `account` for its limit and wants `pause` from now.
    ///
    /// Holds back that account. When another account's pause is still running, the limit is not
    /// that account's alone: the whole bucket then pauses, until the last of these pauses ends.
    /// Pauses are only ever extended. Those whose deadline falls into the pause fail at once.
    fn refused(&self, account: &str, pause: Duration);

    /// Holds back every account for `pause` from now. Pauses are only ever extended.
    fn hold(&self, pause: Duration);

    /// Returns a permit that was taken a moment ago and is not used.
    fn give_back(&self);
}
