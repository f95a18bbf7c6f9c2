//! Pauses after rate limits.

use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use vochi_crm_core::limit::{Lane, LimitCause};

use super::{
    FIGURES, Journal, RETAILCRM, UON, assert_within, far, ms, on_paused_clock, settle, taker,
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn refusal_pauses_only_its_account() {
    let bucket = RETAILCRM.bucket();
    bucket.refused("shop", 3 * SECOND);
    assert!(!bucket.try_take("shop", Lane::Live), "the account is paused");
    assert!(bucket.try_take("other", Lane::Live), "the other is not");
    let waited = bucket.take("shop", Lane::Live, far()).await.unwrap();
    assert_eq!(waited, 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn waiters_of_a_paused_account_block_no_other() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    let start = Instant::now();
    for _ in 0..100 {
        taker(&bucket, &journal, "paused", "paused", Lane::Live, far());
    }
    settle().await;
    bucket.refused("paused", 10 * SECOND);
    for _ in 0..40 {
        bucket.take("free", Lane::History, far()).await.unwrap();
        journal.note("free");
    }
    assert!(start.elapsed() <= 5 * SECOND + ms(10), "history took {:?}", start.elapsed());
    sleep(10 * SECOND).await;
    assert!(journal.names().iter().filter(|name| *name == "paused").count() > 30);
}

#[tokio::test(start_paused = true)]
async fn second_refused_account_pauses_all_for_the_longer_pause() {
    for (first, second) in [(5, 2), (2, 5)] {
        let bucket = UON.bucket();
        bucket.refused("one", first * SECOND);
        bucket.refused("two", second * SECOND);
        assert!(!bucket.try_take("three", Lane::Live), "all accounts pause");
        let waited = bucket.take("three", Lane::Live, far()).await.unwrap();
        assert_eq!(waited, 5 * SECOND, "{first} s, then {second} s");
    }
}

#[tokio::test(start_paused = true)]
async fn account_refused_twice_pauses_only_itself() {
    let bucket = UON.bucket();
    bucket.refused("shop", SECOND);
    bucket.refused("shop", 2 * SECOND);
    assert!(bucket.try_take("other", Lane::History));
}

#[tokio::test(start_paused = true)]
async fn separate_refusals_do_not_pause_the_bucket() {
    let bucket = UON.bucket();
    bucket.refused("one", SECOND);
    advance(SECOND).await;
    bucket.refused("two", SECOND);
    assert!(bucket.try_take("one", Lane::Live), "its pause has ended");
    assert!(bucket.try_take("three", Lane::Live));
    assert!(!bucket.try_take("two", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn pause_is_never_shortened() {
    let bucket = UON.bucket();
    bucket.refused("shop", 5 * SECOND);
    bucket.refused("shop", SECOND);
    bucket.refused("shop", Duration::ZERO);
    let waited = bucket.take("shop", Lane::Live, far()).await.unwrap();
    assert_eq!(waited, 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn pause_extended_during_a_wait_lasts_to_its_new_end() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    let start = Instant::now();
    bucket.refused("shop", SECOND);
    let waiter = taker(&bucket, &journal, "shop", "shop", Lane::Live, far());
    advance(ms(500)).await;
    bucket.refused("shop", 2 * SECOND);
    waiter.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), ms(2500));
}

#[test]
fn rate_and_burst_hold_after_a_bucket_pause() {
    for figure in FIGURES {
        let (times, end) = on_paused_clock(async {
            let (bucket, journal) = (figure.bucket(), Journal::default());
            for n in 0..300 {
                taker(&bucket, &journal, "one", &format!("shop{}", n % 3), Lane::Live, far());
            }
            sleep(ms(700)).await;
            bucket.refused("shop0", 2 * SECOND);
            bucket.refused("shop1", 3 * SECOND);
            let end = Instant::now() + 3 * SECOND;
            sleep(Duration::from_secs(60)).await;
            (journal.times(), end)
        });
        assert_eq!(times.len(), 300, "{figure:?}");
        assert_within(figure, &times);
        let started = end - 3 * SECOND;
        assert!(
            !times.iter().any(|t| *t > started && *t < end),
            "a permit was given during the pause"
        );
        let at_the_end = times.iter().filter(|t| **t >= end && **t < end + ms(1)).count();
        assert_eq!(at_the_end, figure.burst as usize, "{figure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn waiters_keep_their_order_after_a_pause() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    while bucket.try_take("shop", Lane::Live) {}
    for n in 0..10 {
        taker(&bucket, &journal, &format!("{n}"), "paused", Lane::History, far());
    }
    settle().await;
    bucket.refused("paused", SECOND);
    for n in 10..40 {
        taker(&bucket, &journal, &format!("{n}"), "free", Lane::History, far());
    }
    sleep(SECOND + ms(1)).await;
    let seen = journal.len();
    sleep(Duration::from_secs(60)).await;
    let names = journal.names();
    assert!(names[..seen - 1].iter().all(|name| name.len() == 2), "unpaused ones first: {names:?}");
    let back: Vec<_> = (0..10).map(|n| n.to_string()).collect();
    let place = names.iter().position(|name| *name == "0").unwrap();
    assert!(place <= seen, "the oldest go first after the pause: {names:?}");
    assert_eq!(names[place..place + 10], back);
}

#[tokio::test(start_paused = true)]
async fn paused_live_goes_before_paused_history() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    bucket.refused("shop", SECOND);
    for _ in 0..50 {
        taker(&bucket, &journal, "record", "shop", Lane::History, far());
    }
    settle().await;
    let popup = taker(&bucket, &journal, "popup", "shop", Lane::Live, far());
    sleep(ms(999)).await;
    // Other accounts have used up the quota: the next permit is due 125 ms later.
    while bucket.try_take("other", Lane::Live) {}
    assert_eq!(popup.await.unwrap().unwrap(), ms(999 + 125));
    assert_eq!(journal.names(), ["popup"]);
}

#[tokio::test(start_paused = true)]
async fn deadline_inside_the_pause_fails_at_once() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    let start = Instant::now();
    assert!(bucket.try_take("shop", Lane::Live));
    let until = start + 2 * SECOND;
    let popup = taker(&bucket, &journal, "popup", "shop", Lane::Live, until);
    let other = taker(&bucket, &journal, "other", "other", Lane::Live, until);
    settle().await;
    bucket.refused("shop", 5 * SECOND);
    let error = popup.await.unwrap().unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO, "nothing to wait for");
    assert_eq!(error.cause(), LimitCause::AccountPause);
    assert_eq!(error.retry_after(), 5 * SECOND);

    bucket.refused("third", 4 * SECOND);
    let error = other.await.unwrap().unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO, "nothing to wait for");
    assert_eq!(error.cause(), LimitCause::BucketPause);
    assert_eq!(error.retry_after(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn endless_pause_does_not_overflow_the_clock() {
    let bucket = RETAILCRM.bucket();
    bucket.refused("shop", Duration::MAX);
    let error = bucket.take("shop", Lane::Live, far()).await.unwrap_err();
    assert!(error.retry_after() > Duration::from_secs(24 * 365 * 3600));
    assert!(bucket.try_take("other", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn pause_end_is_noticed_after_its_first_waiter_left() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    let start = Instant::now();
    bucket.refused("shop", SECOND);
    let waiters: Vec<_> =
        (0..5).map(|_| taker(&bucket, &journal, "one", "shop", Lane::Live, far())).collect();
    settle().await;
    for waiter in &waiters[..4] {
        waiter.abort();
    }
    for waiter in waiters.into_iter().skip(4) {
        waiter.await.unwrap().unwrap();
    }
    assert_eq!(start.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn paused_waiters_are_not_woken_all_at_once() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    bucket.refused("shop", SECOND);
    for _ in 0..10_000 {
        taker(&bucket, &journal, "one", "shop", Lane::History, far());
    }
    sleep(11 * SECOND).await;
    let served = journal.len();
    assert!((94..=97).contains(&served), "{served} served in ten seconds");
    assert_within(RETAILCRM, &journal.times());
}
