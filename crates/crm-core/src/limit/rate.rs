//! Enforcing a quota with governor's GCRA, with accessible state.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::RateLimiter;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};

use super::Quota;
use super::clock::{ManualClock, Moment};

/// The largest lateness of a waiting permit that does not delay the next one. Timers are late by up
/// to one millisecond of their own and one of rounding.
const TIMER_LAG_NANOS: u64 = 2_000_000;

/// Just over a second, the window in which the CRMs count.
const CLEAR_WINDOW_NANOS: u64 = 1_000_000_001;

/// The rate of a bucket.
#[derive(Debug)]
pub(super) struct Rate {
    gcra: RateLimiter<NotKeyed, Arrival, ManualClock, NoOpMiddleware<Nanos>>,
    arrival: Arrival,
    quota: Quota,
    period: u64,
    tolerance: u64,
    lag: u64,
}

impl Rate {
    pub(super) fn new(quota: Quota) -> Self {
        Self::with_arrival(quota, Arrival::default())
    }

    fn with_arrival(quota: Quota, arrival: Arrival) -> Self {
        let period = quota.period_nanos();
        let burst = quota.burst_size();
        let governed = governor::Quota::with_period(Duration::from_nanos(period))
            // None only for a period of zero, which a quota does not have.
            .unwrap_or_else(|| governor::Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            gcra: RateLimiter::new(governed, arrival.clone(), ManualClock::default()),
            arrival,
            quota,
            period,
            tolerance: period.saturating_mul(u64::from(burst.get() - 1)),
            lag: quota.lag_nanos().min(TIMER_LAG_NANOS),
        }
    }

    pub(super) fn quota(&self) -> Quota {
        self.quota
    }

    /// Takes a permit at this moment, if available.
    pub(super) fn take(&self, at: Moment) -> bool {
        self.gcra.clock().set(at);
        self.gcra.check().is_ok()
    }

    /// Returns the last permit.
    pub(super) fn give_back(&self) {
        self.arrival.set(self.arrival.moment().before_nanos(self.period));
    }

    /// Restores the state of a bucket from its arrival moment.
    pub(super) fn resumed(quota: Quota, arrival: Moment) -> Self {
        let resumed = Self::new(quota);
        resumed.arrival.set(arrival);
        resumed
    }

    /// The arrival moment, from which [`resumed`](Self::resumed) continues.
    pub(super) fn arrival(&self) -> Moment {
        self.arrival.moment()
    }

    /// The latest arrival moment that permits taken until `now` can lead to.
    pub(super) fn latest_arrival(&self, now: Moment) -> Moment {
        now.after_nanos(self.tolerance).after_nanos(self.period)
    }

    /// When the next permit is due, not before `from`, after `ahead` others.
    pub(super) fn due(&self, ahead: u64, from: Moment) -> Moment {
        self.arrival
            .moment()
            .max(from)
            .after_nanos(ahead.saturating_mul(self.period))
            .before_nanos(self.tolerance)
            .max(from)
    }

    /// The moment at which a permit due at `due` and taken now is counted: timers are late, and
    /// charging their lag to the next permit would add up to a slower rate.
    pub(super) fn counted_at(&self, due: Moment, now: Moment) -> Moment {
        now.before_nanos(self.lag).max(due)
    }

    /// Returns true if a new bucket would give the same permits.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        self.arrival.moment() <= now
    }

    /// Switches to the stricter of the two quotas; `last` is when the last permit was given.
    pub(super) fn tighten(&mut self, quota: Quota, last: Option<Moment>) {
        let strictest = self.quota.strictest(quota);
        if strictest == self.quota {
            return;
        }
        let arrival = self.arrival.clone();
        *self = Self::with_arrival(strictest, arrival);
        if let Some(last) = last {
            // Permits given at the faster rate are not counted against the stricter one: the next
            // permit comes when no second can contain both.
            let next = last.after_nanos(CLEAR_WINDOW_NANOS);
            self.arrival.set(next.after_nanos(self.tolerance));
        }
    }
}

/// governor's state: when the next permit would come at an even rate.
///
/// The lock of the bucket orders all access; the atomic only makes it shareable.
#[derive(Clone, Debug, Default)]
struct Arrival(Arc<AtomicU64>);

impl Arrival {
    fn moment(&self) -> Moment {
        Moment::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, moment: Moment) {
        self.0.store(moment.as_nanos(), Ordering::Relaxed);
    }
}

impl StateStore for Arrival {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _key: &NotKeyed, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // Zero means that no permit was taken, and governor then reads the clock instead; both give
        // the same result.
        let (outcome, next) = decide(Some(Nanos::new(self.moment().as_nanos())))?;
        self.set(Moment::from_nanos(next.as_u64()));
        Ok(outcome)
    }
}
