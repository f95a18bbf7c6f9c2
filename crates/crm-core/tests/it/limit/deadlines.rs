//! Permits that would come too late.

use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use vochi_crm_core::limit::{Lane, LimitCause, LimitKey, Limiter, Quota, Unlimited};

use super::{Journal, RETAILCRM, UON, far, ms, settle, taker};

#[tokio::test(start_paused = true)]
async fn past_deadline_takes_no_permit() {
    let bucket = RETAILCRM.bucket();
    advance(ms(10)).await;
    let error = bucket.take("shop", Lane::Live, Instant::now() - ms(1)).await.unwrap_err();
    assert_eq!(error.cause(), LimitCause::Late);
    assert_eq!(error.retry_after(), Duration::ZERO);
    assert!(bucket.try_take("shop", Lane::Live), "the permit is still there");
}

#[tokio::test(start_paused = true)]
async fn deadline_of_now_takes_an_available_permit() {
    let bucket = RETAILCRM.bucket();
    let waited = bucket.take("shop", Lane::Live, Instant::now()).await.unwrap();
    assert_eq!(waited, Duration::ZERO);
    bucket.take("shop", Lane::Live, Instant::now()).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn unreachable_deadline_fails_at_once_with_retry_after() {
    let bucket = RETAILCRM.bucket();
    assert!(bucket.try_take("shop", Lane::Live));
    let start = Instant::now();
    let error = bucket.take("shop", Lane::Live, start + ms(100)).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(error.cause(), LimitCause::Quota);
    assert_eq!(error.retry_after(), Duration::from_nanos(105_263_158));
    assert_eq!((error.account(), error.key().as_str()), ("shop", "test/ip"));
    assert_eq!(
        error.to_string(),
        "no permit for account shop before the deadline: earlier requests use \
         up the quota (limit test/ip, try again in 0.1 s)"
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_sufficient() {
    for _ in 0..20 {
        let bucket = RETAILCRM.bucket();
        advance(Duration::from_micros(317)).await;
        assert!(bucket.try_take("shop", Lane::Live));
        let now = Instant::now();
        let error = bucket.take("shop", Lane::Live, now).await.unwrap_err();
        bucket.take("shop", Lane::Live, now + error.retry_after()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn queue_length_counts_in_the_prediction() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    for _ in 0..82 {
        taker(&bucket, &journal, "one", "shop", Lane::Live, far());
    }
    settle().await;
    // Two by the burst, 80 wait: at 8 a second the next one is due in 10.125 s.
    let start = Instant::now();
    let error = bucket.take("shop", Lane::Live, start + ms(10_124)).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO, "must fail at once");
    assert_eq!(error.retry_after(), ms(10_125));
    let waited = bucket.take("shop", Lane::Live, start + ms(10_125)).await.unwrap();
    assert_eq!(waited, ms(10_125));
}

#[tokio::test(start_paused = true)]
async fn history_prediction_includes_its_share() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    for _ in 0..1002 {
        taker(&bucket, &journal, "popup", "shop", Lane::Live, far());
    }
    settle().await;
    // Nine live requests go before it, then the tenth permit is its own.
    let error = bucket.take("shop", Lane::History, Instant::now()).await.unwrap_err();
    assert_eq!(error.retry_after(), ms(1250));
    let waited = bucket.take("shop", Lane::History, far()).await.unwrap();
    assert_eq!(waited, ms(1250));
}

#[tokio::test(start_paused = true)]
async fn history_delayed_by_live_fails_at_its_deadline() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    assert!(bucket.try_take("shop", Lane::Live));
    let start = Instant::now();
    let record = taker(&bucket, &journal, "record", "shop", Lane::History, start + ms(500));
    for _ in 0..20 {
        settle().await;
        taker(&bucket, &journal, "popup", "shop", Lane::Live, far());
    }
    let error = record.await.unwrap().unwrap_err();
    assert_eq!(start.elapsed(), ms(500));
    assert_eq!(error.cause(), LimitCause::Quota);
    assert!(error.retry_after() > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn failed_waiters_use_no_permits() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    let start = Instant::now();
    for n in 0..200 {
        taker(&bucket, &journal, "one", "shop", Lane::Live, start + ms(n * 10));
    }
    sleep(ms(1000)).await;
    assert_eq!(journal.len(), 10, "one at the start and 9.5 a second");
}

#[tokio::test(start_paused = true)]
async fn deadline_in_years_is_accepted() {
    let bucket = RETAILCRM.bucket();
    let years = Instant::now() + Duration::from_secs(24 * 365 * 100 * 3600);
    assert!(bucket.try_take("shop", Lane::Live));
    bucket.take("shop", Lane::Live, years).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn unlimited_checks_only_the_deadline() {
    let bucket = Unlimited.bucket(&LimitKey::new("test/ip"), Quota::per_second(1.0).unwrap());
    bucket.refused("shop", Duration::from_secs(60));
    for _ in 0..100 {
        assert!(bucket.try_take("shop", Lane::History));
        assert_eq!(bucket.take("shop", Lane::Live, far()).await.unwrap(), Duration::ZERO);
    }
    let past = Instant::now() - ms(1);
    let error = bucket.take("shop", Lane::Live, past).await.unwrap_err();
    assert_eq!(error.cause(), LimitCause::Late);
}
