//! Quotas: the rate of permits.

use std::num::NonZeroU32;

const NANOS_PER_SECOND: f64 = 1e9;

/// A steady rate of permits, and the burst after a rest.
///
/// With the burst included, any second, wherever it begins, contains at most
/// [`most_in_a_second`](Self::most_in_a_second) permits: 9.5 per second with a burst of 1 never
/// more than 10.
///
/// ```
/// use vochi_crm_core::limit::Quota;
///
/// // A quota known when the code is written is checked when it is compiled.
/// const TELEPHONY: Quota = match Quota::new(38.0, 2) {
///     Ok(quota) => quota,
///     Err(_) => panic!("the telephony quota is out of range"),
/// };
/// assert_eq!(TELEPHONY.most_in_a_second(), 40);
///
/// let halved = TELEPHONY.scaled(0.5)?;
/// assert_eq!(halved.most_in_a_second(), 20);
/// # Ok::<(), vochi_crm_core::limit::QuotaError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    rate: f64,
    burst: NonZeroU32,
    /// Less than the burst.
    live_reserve: u32,
}

impl Quota {
    /// The slowest accepted rate, in permits per second: one in 1000 seconds.
    pub const SLOWEST: f64 = 0.001;
    /// The fastest accepted rate, in permits per second.
    pub const FASTEST: f64 = 1e9;
    /// The largest accepted burst, in permits.
    pub const LARGEST_BURST: u32 = 1_000_000;

    /// Unlimited permits: for buckets that only pause.
    pub const UNLIMITED: Self = Self {
        rate: Self::FASTEST,
        burst: NonZeroU32::MIN.saturating_add(Self::LARGEST_BURST - 1),
        live_reserve: 0,
    };

    /// Creates a quota of `rate` permits per second, with `burst` permits at once after a rest.
    ///
    /// # Errors
    /// If the rate is not between [`SLOWEST`](Self::SLOWEST) and [`FASTEST`](Self::FASTEST), or the
    /// burst is 0 or above [`LARGEST_BURST`](Self::LARGEST_BURST).
    pub const fn new(rate: f64, burst: u32) -> Result<Self, QuotaError> {
        // Negated so that NaN fails too.
        if !(rate >= Self::SLOWEST && rate <= Self::FASTEST) {
            return Err(QuotaError::Rate(rate));
        }
        match NonZeroU32::new(burst) {
            Some(burst) if burst.get() <= Self::LARGEST_BURST => {
                Ok(Self { rate, burst, live_reserve: 0 })
            }
            _ => Err(QuotaError::Burst(burst)),
        }
    }

    /// Creates a quota of `rate` permits per second, evenly spaced (a burst of 1).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub const fn per_second(rate: f64) -> Result<Self, QuotaError> {
        Self::new(rate, 1)
    }

    /// Returns the same rate with another burst.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub const fn with_burst(self, burst: u32) -> Result<Self, QuotaError> {
        match Self::new(self.rate, burst) {
            Ok(quota) => Ok(quota.with_live_reserve(self.live_reserve)),
            Err(error) => Err(error),
        }
    }

    /// Returns the same quota with this many permits of the burst kept for live requests: history
    /// takes a permit only if so many more are left. While live requests wait for permits, history
    /// gets its tenth as usual. At least one permit of the burst is left to history.
    ///
    /// ```
    /// use vochi_crm_core::limit::Quota;
    /// let quota = Quota::new(2.0, 50)?.with_live_reserve(10);
    /// assert_eq!((quota.burst(), quota.live_reserve()), (50, 10));
    /// # Ok::<(), vochi_crm_core::limit::QuotaError>(())
    /// ```
    #[must_use]
    pub const fn with_live_reserve(mut self, permits: u32) -> Self {
        let most = self.burst.get() - 1;
        self.live_reserve = if permits < most { permits } else { most };
        self
    }

    /// Multiplies rate and burst by `factor`, so that a share of a CRM's quota stays a share. The
    /// burst is rounded down and at least 1.
    ///
    /// # Errors
    /// If the scaled rate or burst is out of range.
    pub fn scaled(self, factor: f64) -> Result<Self, QuotaError> {
        let burst = (f64::from(self.burst.get()) * factor).floor().max(1.0);
        // A float too large for u32 becomes u32::MAX, which `new` refuses.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
        let burst = burst as u32;
        let reserve = f64::from(self.live_reserve) * factor;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let reserve = reserve.ceil() as u32;
        Ok(Self::new(self.rate * factor, burst)?.with_live_reserve(reserve))
    }

    /// Permits per second, in the long run.
    pub const fn rate(self) -> f64 {
        self.rate
    }

    /// The number of permits at once after a rest.
    pub const fn burst(self) -> u32 {
        self.burst.get()
    }

    /// The permits of the burst that are kept for live requests.
    pub const fn live_reserve(self) -> u32 {
        self.live_reserve
    }

    /// The most permits in any one second, both its ends included.
    pub fn most_in_a_second(self) -> u32 {
        self.whole_rate().saturating_add(self.burst.get())
    }

    /// The stricter rate with the stricter burst and the larger reserve.
    pub(super) fn strictest(self, other: Self) -> Self {
        let (rate, burst) = (self.rate.min(other.rate), self.burst.min(other.burst));
        Self { rate, burst, live_reserve: 0 }
            .with_live_reserve(self.live_reserve.max(other.live_reserve))
    }

    pub(super) const fn burst_size(self) -> NonZeroU32 {
        self.burst
    }

    /// Nanoseconds between two permits, rounded up: never faster than the rate.
    pub(super) fn period_nanos(self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to 1e12"
        )]
        let nanos = (NANOS_PER_SECOND / self.rate).ceil() as u64;
        nanos.max(1)
    }

    /// How late, in nanoseconds, a permit may be taken without delaying the next one and without
    /// exceeding [`most_in_a_second`](Self::most_in_a_second).
    pub(super) fn lag_nanos(self) -> u64 {
        let periods = u64::from(self.whole_rate()) + 1;
        periods.saturating_mul(self.period_nanos()).saturating_sub(1_000_000_001)
    }

    fn whole_rate(self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 1e9"
        )]
        let whole = self.rate.floor() as u32;
        whole
    }
}

/// An invalid quota.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuotaError {
    /// The rate is not finite, not positive or out of range.
    #[error(
        "invalid rate of {0} requests per second: must be from {min} to {max}",
        min = Quota::SLOWEST,
        max = Quota::FASTEST
    )]
    Rate(f64),
    /// The burst is 0 or too large.
    #[error("invalid burst of {0} requests: must be from 1 to {max}", max = Quota::LARGEST_BURST)]
    Burst(u32),
}
