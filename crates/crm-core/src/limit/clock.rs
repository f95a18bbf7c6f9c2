//! Time of the buckets: nanoseconds on tokio's clock, so that tests can pause it.

use std::cell::Cell;
use std::time::Duration;

use governor::nanos::Nanos;
use tokio::time::Instant;

/// A moment, in nanoseconds since the limiter was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    /// Thirty years ahead: later than any deadline, and near enough that no sum of such moments
    /// overflows and tokio's timers accept it.
    pub(super) const FAR: Self = Self(30 * 365 * 24 * 3600 * 1_000_000_000);

    pub(super) const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    pub(super) const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The moment this much later, at most thirty years.
    pub(super) fn after(self, wait: Duration) -> Self {
        let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        self.after_nanos(nanos.min(Self::FAR.0))
    }

    pub(super) fn after_nanos(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    pub(super) fn before_nanos(self, nanos: u64) -> Self {
        Self(self.0.saturating_sub(nanos))
    }

    /// The time since `earlier`, or zero if `earlier` is later.
    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Reads tokio's clock as [`Moment`]s.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { origin: Instant::now() }
    }

    pub(super) fn now(&self) -> Moment {
        self.moment(Instant::now())
    }

    pub(super) fn moment(&self, instant: Instant) -> Moment {
        Moment::default().after(instant.saturating_duration_since(self.origin))
    }

    pub(super) fn instant(&self, moment: Moment) -> Instant {
        self.origin + Duration::from_nanos(moment.min(Moment::FAR).0)
    }
}

/// The clock for governor, with a manually set time.
///
/// A bucket reads tokio's clock once for each decision, and everything in that decision (pauses,
/// queue, quota) uses the same reading.
#[derive(Debug, Default)]
pub(super) struct ManualClock(Cell<Nanos>);

impl ManualClock {
    pub(super) fn set(&self, moment: Moment) {
        self.0.set(Nanos::new(moment.0));
    }
}

impl governor::clock::Clock for ManualClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.get()
    }
}
