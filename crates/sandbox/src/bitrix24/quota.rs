//! Limits: the leaky bucket of requests, and the operating time of each method (§2).

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use jiff::Timestamp;
use tokio::time::Instant;

/// Above this many addresses, the buckets that are empty are removed.
const MAX_ADDRESSES: usize = 1_000;

/// Operating time of a method without a figure of its own.
const USUAL_SECONDS: f64 = 0.005;

/// Seconds of the window of operating time, and of one of its buckets.
const WINDOW: i64 = 600;
const MINUTE: i64 = 60;

/// Limits of a portal.
#[derive(Debug)]
pub(super) struct Quota {
    /// Requests that fit, and that leak in a second.
    pub(super) bucket: (u32, u32),
    levels: HashMap<IpAddr, (f64, Instant)>,
    /// Seconds of a method in the window before it is refused.
    pub(super) operating_limit: f64,
    /// Seconds that one call of a method takes.
    pub(super) seconds: BTreeMap<String, f64>,
    /// Seconds by credential and method, in each minute of unix time.
    used: BTreeMap<(String, String), BTreeMap<i64, f64>>,
}

impl Quota {
    /// The bucket of all tariffs but Enterprise.
    pub(super) const STANDARD: (u32, u32) = (50, 2);
    /// The bucket of Enterprise.
    pub(super) const ENTERPRISE: (u32, u32) = (250, 5);

    pub(super) fn new() -> Self {
        Self {
            bucket: Self::STANDARD,
            levels: HashMap::new(),
            operating_limit: 480.0,
            seconds: BTreeMap::new(),
            used: BTreeMap::new(),
        }
    }

    /// Returns true and counts the request if the bucket of the address has room.
    pub(super) fn admit(&mut self, ip: IpAddr, at: Instant) -> bool {
        let (size, leak) = self.bucket;
        let left = |(level, since): (f64, Instant)| {
            (level - at.duration_since(since).as_secs_f64() * f64::from(leak)).max(0.0)
        };
        if self.levels.len() >= MAX_ADDRESSES {
            self.levels.retain(|_, level| left(*level) > 0.0);
        }
        let level = self.levels.get(&ip).map_or(0.0, |level| left(*level));
        let fits = level + 1.0 <= f64::from(size);
        self.levels.insert(ip, (if fits { level + 1.0 } else { level }, at));
        fits
    }

    /// Returns true if the method has used its operating time.
    pub(super) fn is_used_up(&mut self, credential: &str, method: &str, now: Timestamp) -> bool {
        self.window(credential, method, now).values().sum::<f64>() >= self.operating_limit
    }

    /// Counts a call. Returns the seconds in the window, and when its oldest minute is released.
    pub(super) fn spend(&mut self, credential: &str, method: &str, now: Timestamp) -> (f64, i64) {
        let seconds = self.seconds.get(method).or_else(|| self.seconds.get("*")).copied();
        let window = self.window(credential, method, now);
        let minute = now.as_second().div_euclid(MINUTE) * MINUTE;
        *window.entry(minute).or_default() += seconds.unwrap_or(USUAL_SECONDS);
        let oldest = window.keys().next().copied().unwrap_or(minute);
        (window.values().sum(), oldest + WINDOW)
    }

    fn window(
        &mut self,
        credential: &str,
        method: &str,
        now: Timestamp,
    ) -> &mut BTreeMap<i64, f64> {
        let key = (credential.to_owned(), method.to_owned());
        let window = self.used.entry(key).or_default();
        window.retain(|minute, _| now.as_second() < minute + WINDOW);
        window
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bucket_leaks_two_requests_a_second() {
        let (mut quota, start) = (Quota::new(), Instant::now());
        let ip = IpAddr::from([127, 0, 0, 1]);
        let mut admit = |millis| quota.admit(ip, start + Duration::from_millis(millis));
        assert_eq!((0..51).filter(|_| admit(0)).count(), 50, "the bucket holds 50");
        assert!(!admit(499), "half a second leaks one");
        assert!(admit(500), "half a second leaks one");
        assert!(!admit(501), "only one leaked");
        assert_eq!((0..60).filter(|_| admit(60_000)).count(), 50, "an idle bucket is empty");
    }

    #[test]
    fn operating_time_is_released_after_ten_minutes() {
        let mut quota = Quota::new();
        quota.seconds.insert("crm.contact.list".into(), 240.0);
        let at = |second| Timestamp::from_second(second).expect("a time");
        let used =
            |quota: &mut Quota, second| quota.is_used_up("1", "crm.contact.list", at(second));
        assert_eq!(quota.spend("1", "crm.contact.list", at(30)), (240.0, 600));
        assert!(!used(&mut quota, 90));
        assert_eq!(quota.spend("1", "crm.contact.list", at(90)), (480.0, 600));
        assert!(used(&mut quota, 599));
        assert!(!quota.is_used_up("1", "crm.lead.list", at(599)), "another method goes on");
        assert!(!quota.is_used_up("2", "crm.contact.list", at(599)), "another webhook goes on");
        assert!(!used(&mut quota, 600), "the first minute is released");
    }
}
