//! The quota at work: governor's GCRA, with its memory in our hands so that it can be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::RateLimiter;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};

use super::Quota;
use super::clock::{ManualClock, Moment};

/// The longest lag of a waiting permit behind its due time that does not delay the next one.
/// Timers are late by up to a millisecond of their own and one of rounding.
const TIMER_LAG_NANOS: u64 = 2_000_000;

/// Just over a second, the window the CRMs count in.
const CLEAR_WINDOW_NANOS: u64 = 1_000_000_001;

/// How fast permits come.
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

    /// Takes the permit of this moment, if there is one.
    pub(super) fn take(&self, at: Moment) -> bool {
        self.gcra.clock().tell(at);
        self.gcra.check().is_ok()
    }

    /// Returns the last permit.
    pub(super) fn give_back(&self) {
        self.arrival.set(self.arrival.moment().before_nanos(self.period));
    }

    /// The state of a bucket whose last permits left this moment behind.
    pub(super) fn resumed(quota: Quota, arrival: Moment) -> Self {
        let resumed = Self::new(quota);
        resumed.arrival.set(arrival);
        resumed
    }

    /// The moment that [`resumed`](Self::resumed) goes on from.
    pub(super) fn arrival(&self) -> Moment {
        self.arrival.moment()
    }

    /// The latest moment that permits taken until `now` can leave behind.
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

    /// The moment a permit counts for when it was due at `due` and its taker woke up now: timers
    /// are late, and charging their lag to the next permit would add up to a slower rate.
    pub(super) fn counted_at(&self, due: Moment, now: Moment) -> Moment {
        now.before_nanos(self.lag).max(due)
    }

    /// True when a new bucket would give the same permits.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        self.arrival.moment() <= now
    }

    /// Goes over to the stricter of the two quotas; `last` is when the last permit was given.
    pub(super) fn tighten(&mut self, quota: Quota, last: Option<Moment>) {
        let strictest = self.quota.strictest(quota);
        if strictest == self.quota {
            return;
        }
        let arrival = self.arrival.clone();
        *self = Self::with_arrival(strictest, arrival);
        if let Some(last) = last {
            // What went out at the faster rate is not counted against the stricter one but left
            // behind: the next permit comes when no second can hold both.
            let next = last.after_nanos(CLEAR_WINDOW_NANOS);
            self.arrival.set(next.after_nanos(self.tolerance));
        }
    }
}

/// governor's one number: when the next permit would come if they came evenly.
///
/// The lock around the bucket orders all access; the atomic only makes it shareable.
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
        // Zero means that nothing was ever taken, and governor then reads the clock instead; both
        // give the same answer.
        let (outcome, next) = decide(Some(Nanos::new(self.moment().as_nanos())))?;
        self.set(Moment::from_nanos(next.as_u64()));
        Ok(outcome)
    }
}
