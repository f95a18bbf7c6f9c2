//! The retry policy: which requests are retried, and the delays.

mod patience;
mod record_once;

use std::time::Duration;

pub use patience::wait_out_limit;
pub use record_once::RecordRepeat;
pub(crate) use record_once::{RecordAttempt, RecordJob, record_once};

use http::{HeaderMap, header};

use crate::error::Effect;
use crate::http::{Advice, Repeat};

/// The number and delays of retries. The deadline of the operation limits them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    retries: u32,
    base: Duration,
    throttled: Duration,
    longest: Duration,
}

impl Default for RetryPolicy {
    /// Three retries; 0.2 s, 0.4 s, 0.8 s after a failure, 1 s, 2 s, 4 s after a rate limit.
    fn default() -> Self {
        Self {
            retries: 3,
            base: Duration::from_millis(200),
            throttled: Duration::from_secs(1),
            longest: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Creates a policy without retries.
    pub fn never() -> Self {
        Self { retries: 0, ..Self::default() }
    }

    /// Sets the largest number of retries.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The largest number of retries.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// The delay after this many failed attempts (from 1): between half and the whole of an
    /// exponentially growing value, so that clients do not retry in step, and at least what the
    /// server asked for.
    pub(crate) fn wait(&self, attempt: u32, advice: Advice, asked: Option<Duration>) -> Duration {
        let base = if advice == Advice::Throttled { self.throttled } else { self.base };
        let grown = base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let jittered = grown.div_f64(2.0).mul_f64(1.0 + fastrand::f64());
        asked.map_or(jittered, |asked| asked + jittered.div_f64(10.0))
    }
}

/// Returns true if a failed request may be retried.
///
/// A request that was not applied may always be retried; one that may have been, only if it is
/// idempotent.
pub(crate) fn may_retry(repeat: Repeat, effect: Effect, advice: Advice) -> bool {
    match advice {
        Advice::Never => false,
        Advice::Throttled | Advice::Renew => true,
        Advice::Transient => effect == Effect::NotApplied || repeat != Repeat::Unsafe,
    }
}

/// Parses the delay of a `Retry-After` header, in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(jiff::Timestamp::now())).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_idempotent_requests_are_retried_in_doubt() {
        use Advice::{Never, Throttled, Transient};
        use Effect::{Maybe, NotApplied};
        use Repeat::{Keyed, Safe, Unsafe};
        for (repeat, effect, advice, may) in [
            (Safe, NotApplied, Transient, true),
            (Keyed, Maybe, Transient, true),
            (Unsafe, Maybe, Transient, false),
            (Unsafe, NotApplied, Transient, true),
            (Unsafe, NotApplied, Throttled, true),
            (Safe, NotApplied, Never, false),
        ] {
            assert_eq!(may_retry(repeat, effect, advice), may, "{repeat:?} {effect:?} {advice:?}");
        }
    }

    #[test]
    fn delays_grow_with_jitter_up_to_a_limit() {
        let policy = RetryPolicy::default();
        for (attempt, least, most) in
            [(1, 100, 200), (2, 200, 400), (3, 400, 800), (60, 15_000, 30_000)]
        {
            for _ in 0..50 {
                let wait = policy.wait(attempt, Advice::Transient, None).as_millis();
                assert!((least..=most).contains(&wait), "attempt {attempt}: {wait} ms");
            }
        }
    }

    #[test]
    fn delay_is_at_least_what_the_server_asks_for() {
        let asked = Duration::from_secs(7);
        let wait = RetryPolicy::default().wait(1, Advice::Throttled, Some(asked));
        assert!(wait >= asked, "{wait:?}");
    }

    #[test]
    fn retry_after_parses_seconds_and_dates() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(read("Wed, 21 Oct 2099 07:28:00 GMT").unwrap() > Duration::from_secs(1_000_000));
        assert_eq!(read("soon"), None);
    }
}
