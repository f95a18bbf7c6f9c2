//! Shared buckets.

use std::time::Duration;

use tokio::time::{Instant, advance};
use vochi_crm_core::limit::{GovernorLimiter, Lane, LimitKey, Limiter, Quota};

use super::{
    Figure, Journal, RETAILCRM, RETAILCRM_TELEPHONY, UON, assert_within, far, ms, on_paused_clock,
    settle, taker,
};

const KEY: &str = "test/ip";

#[tokio::test(start_paused = true)]
async fn same_key_shares_the_bucket() {
    let limiter = GovernorLimiter::new();
    let one = limiter.bucket(&KEY.into(), RETAILCRM.quota());
    let two = limiter.bucket(&LimitKey::new(KEY.to_owned()), RETAILCRM.quota());
    let other = limiter.bucket(&"test/other".into(), RETAILCRM.quota());
    assert!(one.try_take("shop", Lane::Live));
    assert!(!two.try_take("shop", Lane::Live), "the same bucket");
    assert!(other.try_take("shop", Lane::Live), "another bucket");
}

#[tokio::test(start_paused = true)]
async fn recreated_bucket_keeps_its_allowance() {
    let limiter = GovernorLimiter::new();
    let mut times = Vec::new();
    for n in 0..2000 {
        let bucket = limiter.bucket(&KEY.into(), RETAILCRM.quota());
        if bucket.try_take("shop", Lane::Live) {
            times.push(Instant::now());
        }
        drop(bucket);
        // Other keys come and go, so that a sweep can run.
        limiter.bucket(&LimitKey::new(format!("test/{n}")), RETAILCRM.quota());
        advance(ms(7)).await;
    }
    assert!(times.len() > 100);
    assert_within(RETAILCRM, &times);
}

#[tokio::test(start_paused = true)]
async fn slow_bucket_is_kept_until_it_has_recovered() {
    let limiter = GovernorLimiter::new();
    let slow = Quota::per_second(0.01).unwrap();
    assert!(limiter.bucket(&KEY.into(), slow).try_take("shop", Lane::Live));
    for wait in [65, 30, 4] {
        advance(Duration::from_secs(wait)).await;
        let bucket = limiter.bucket(&KEY.into(), slow);
        assert!(!bucket.try_take("shop", Lane::Live), "100 s have not passed");
    }
    advance(Duration::from_secs(1)).await;
    assert!(limiter.bucket(&KEY.into(), slow).try_take("shop", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn recreated_bucket_keeps_its_pause() {
    let limiter = GovernorLimiter::new();
    let bucket = limiter.bucket(&KEY.into(), UON.quota());
    bucket.refused("shop", Duration::from_secs(3 * 60));
    drop(bucket);
    for n in 0..1000 {
        limiter.bucket(&LimitKey::new(format!("test/{n}")), UON.quota());
    }
    advance(Duration::from_secs(2 * 60)).await;
    let bucket = limiter.bucket(&KEY.into(), UON.quota());
    assert!(!bucket.try_take("shop", Lane::Live), "its pause still runs");
    assert!(bucket.try_take("other", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn unused_buckets_are_swept() {
    let limiter = GovernorLimiter::new();
    let kept = limiter.bucket(&KEY.into(), UON.quota());
    for n in 0..100_000 {
        let bucket = limiter.bucket(&LimitKey::new(format!("test/{n}")), UON.quota());
        assert!(bucket.try_take("shop", Lane::Live));
        if n % 10 == 0 {
            advance(ms(2)).await;
        }
    }
    let left = limiter.buckets();
    assert!(left < 20_000, "{left} buckets after 100000, of which 5000 a second are unused");
    advance(Duration::from_secs(60)).await;
    drop(limiter.bucket(&KEY.into(), UON.quota()));
    assert_eq!(limiter.buckets(), 1, "only the used bucket is left");
    drop(kept);
}

#[tokio::test(start_paused = true)]
async fn strictest_rate_and_burst_win() {
    let limiter = GovernorLimiter::new();
    let bucket = limiter.bucket(&KEY.into(), Quota::new(10.0, 3).unwrap());
    limiter.bucket(&KEY.into(), Quota::new(5.0, 8).unwrap());
    limiter.bucket(&KEY.into(), Quota::new(50.0, 2).unwrap());
    let at_once = (0..20).filter(|_| bucket.try_take("shop", Lane::Live)).count();
    assert_eq!(at_once, 2);
    assert_eq!(bucket.take("shop", Lane::Live, far()).await.unwrap(), ms(200));
    assert_eq!(bucket.take("shop", Lane::Live, far()).await.unwrap(), ms(200));
}

#[test]
fn switch_to_a_stricter_quota_exceeds_no_second() {
    let wide = RETAILCRM_TELEPHONY;
    let slow = Figure { rate: 2.0, burst: 1, most: 3 };
    let slow_with_burst = Figure { burst: 2, most: 4, ..slow };
    for strict in [RETAILCRM, UON, slow, slow_with_burst] {
        for after in [0, 1, 13, 500, 999, 1500] {
            let (times, switched) = on_paused_clock(async {
                let limiter = GovernorLimiter::new();
                let bucket = limiter.bucket(&KEY.into(), wide.quota());
                let journal = Journal::default();
                for _ in 0..100 {
                    taker(&bucket, &journal, "one", "shop", Lane::Live, far());
                }
                settle().await;
                tokio::time::sleep(ms(after)).await;
                let switched = Instant::now();
                limiter.bucket(&KEY.into(), strict.quota());
                tokio::time::sleep(Duration::from_secs(60)).await;
                (journal.times(), switched)
            });
            assert!(times.len() > 90, "{} permits under {strict:?}", times.len());
            let later = times.iter().position(|time| *time > switched).unwrap();
            // Every second with a permit given after the switch.
            for end in later..times.len() {
                let second = times[..=end]
                    .iter()
                    .filter(|time| times[end] - **time <= Duration::from_secs(1))
                    .count();
                assert!(second <= strict.most, "{second} permits in a second under {strict:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn recent_permit_counts_for_a_later_stricter_quota() {
    let limiter = GovernorLimiter::new();
    let wide = Quota::per_second(1000.0).unwrap();
    let strict = Quota::per_second(0.5).unwrap();
    assert!(limiter.bucket(&KEY.into(), wide).try_take("shop", Lane::Live));
    advance(ms(900)).await;
    // The bucket is unused, and other keys make the limiter sweep.
    for n in 0..1000 {
        limiter.bucket(&LimitKey::new(format!("test/{n}")), wide);
    }
    let bucket = limiter.bucket(&KEY.into(), strict);
    assert!(!bucket.try_take("shop", Lane::Live), "the last permit was 0.9 s ago");
    advance(ms(101)).await;
    assert!(bucket.try_take("shop", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn switch_at_rest_needs_no_wait() {
    let limiter = GovernorLimiter::new();
    let bucket = limiter.bucket(&KEY.into(), RETAILCRM_TELEPHONY.quota());
    limiter.bucket(&KEY.into(), UON.quota());
    assert!(bucket.try_take("shop", Lane::Live), "never used before");
    advance(Duration::from_secs(2)).await;
    limiter.bucket(&KEY.into(), RETAILCRM.quota());
    assert!(bucket.try_take("shop", Lane::Live), "used two seconds ago");
}

#[test]
fn debug_prints_the_key_and_no_accounts() {
    let limiter = GovernorLimiter::new();
    let bucket = limiter.bucket(&KEY.into(), UON.quota());
    bucket.refused("secret-account", Duration::from_secs(60));
    let shown = format!("{bucket:?} {limiter:?}");
    assert!(shown.contains(KEY), "{shown}");
    assert!(!shown.contains("secret-account"), "{shown}");
}
