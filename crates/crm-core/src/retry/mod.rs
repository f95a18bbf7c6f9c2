//! When a request may be sent again, and how long to wait before.

mod record_once;

use std::time::Duration;

pub use record_once::RecordRepeat;
pub(crate) use record_once::{RecordAttempt, RecordJob, record_once};

use http::{HeaderMap, header};

use crate::error::Effect;
use crate::http::{Advice, Repeat};

/// How often and how patiently a request is repeated. Time is bounded besides by the deadline of
/// the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    retries: u32,
    base: Duration,
    throttled: Duration,
    longest: Duration,
}

impl Default for RetryPolicy {
    /// Three retries; 0.2 s, 0.4 s, 0.8 s after a failure, 1 s, 2 s, 4 s after a limit refusal.
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
    /// A policy that never repeats anything.
    pub fn never() -> Self {
        Self { retries: 0, ..Self::default() }
    }

    /// How many times a request is repeated at most.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// How many times a request is repeated at most.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// The wait after this many failed attempts (from 1). It lies between half and the whole of an
    /// exponentially growing figure, so that many clients do not come back in step; what the
    /// server asked for is never undercut.
    pub(crate) fn wait(&self, attempt: u32, advice: Advice, told: Option<Duration>) -> Duration {
        let base = if advice == Advice::Throttled { self.throttled } else { self.base };
        let grown = base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let jittered = grown.div_f64(2.0).mul_f64(1.0 + fastrand::f64());
        told.map_or(jittered, |told| told + jittered.div_f64(10.0))
    }
}

/// Whether a failed request may be sent again.
///
/// What surely was not carried out may always; what may have been only where a repeat has no second
/// effect.
pub(crate) fn may_repeat(repeat: Repeat, effect: Effect, advice: Advice) -> bool {
    match advice {
        Advice::Never => false,
        Advice::Throttled | Advice::Renew => true,
        Advice::Transient => effect == Effect::NotApplied || repeat != Repeat::Unsafe,
    }
}

/// The wait a `Retry-After` header asks for, in seconds or as a date.
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
    fn only_what_has_no_second_effect_is_repeated() {
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
            assert_eq!(may_repeat(repeat, effect, advice), may, "{repeat:?} {effect:?} {advice:?}");
        }
    }

    #[test]
    fn waits_grow_with_jitter_and_end_somewhere() {
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
    fn the_servers_own_wait_is_never_undercut() {
        let told = Duration::from_secs(7);
        let wait = RetryPolicy::default().wait(1, Advice::Throttled, Some(told));
        assert!(wait >= told, "{wait:?}");
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
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
