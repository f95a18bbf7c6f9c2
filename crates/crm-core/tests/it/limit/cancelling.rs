//! Cancelled waiters and their successors.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use vochi_crm_core::limit::{GovernorLimiter, Lane, LimitKey, Limiter, Quota};

use super::{
    FIGURES, Journal, RETAILCRM, UON, assert_within, far, ms, on_paused_clock, settle, taker,
};

#[tokio::test(start_paused = true)]
async fn cancelled_waiter_passes_its_permit_on() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    let start = Instant::now();
    assert!(bucket.try_take("shop", Lane::Live));
    let first = taker(&bucket, &journal, "first", "shop", Lane::Live, far());
    let second = taker(&bucket, &journal, "second", "shop", Lane::Live, far());
    sleep(ms(50)).await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), ms(106), "the second waiter got the permit of the first");
}

#[tokio::test(start_paused = true)]
async fn waiter_dropped_at_its_permit_wakes_the_next() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    assert!(bucket.try_take("shop", Lane::Live));
    let start = Instant::now();
    {
        // Dropped by a timeout in the same tick in which the permit becomes available.
        let taking = bucket.take("shop", Lane::Live, far());
        let second = taker(&bucket, &journal, "second", "shop", Lane::Live, far());
        tokio::select! {
            biased;
            () = sleep(ms(106)) => {}
            result = taking => panic!("the timeout must fire first: {result:?}"),
        }
        second.await.unwrap().unwrap();
    }
    assert!(start.elapsed() <= ms(107), "the permit was lost: {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn unpolled_future_takes_no_permit() {
    let bucket = RETAILCRM.bucket();
    drop(bucket.take("shop", Lane::Live, far()));
    assert!(bucket.try_take("shop", Lane::Live));
}

#[test]
fn many_cancellations_lose_no_permit() {
    for figure in FIGURES {
        let (times, took) = on_paused_clock(async {
            let (bucket, journal, start) = (figure.bucket(), Journal::default(), Instant::now());
            let mut stay = Vec::new();
            let mut leave = Vec::new();
            for n in 0..10_000_u64 {
                let lane = if n % 4 == 0 { Lane::Live } else { Lane::History };
                let one = taker(&bucket, &journal, "one", "shop", lane, far());
                let group = if n % 50 == 7 { &mut stay } else { &mut leave };
                group.push(one);
            }
            settle().await;
            // Half of those that leave do so while the queue moves, the others all together.
            let rest = leave.split_off(leave.len() / 2);
            for (n, one) in leave.into_iter().enumerate() {
                one.abort();
                if n % 100 == 0 {
                    sleep(ms(13)).await;
                }
            }
            rest.iter().for_each(tokio::task::JoinHandle::abort);
            for one in stay {
                one.await.unwrap().unwrap();
            }
            (journal.times(), start.elapsed())
        });
        assert!(times.len() >= 200, "{} served", times.len());
        assert_within(figure, &times);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let share = times.len() as f64 / (figure.rate * took.as_secs_f64());
        assert!(share >= 0.98, "{share} of the rate used under {figure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_leave_no_waiter_asleep() {
    let bucket = UON.bucket();
    let crowd: Vec<_> = (0..400_u64)
        .map(|n| {
            let bucket = Arc::clone(&bucket);
            tokio::spawn(async move {
                sleep(ms(n * 37 % 1000)).await;
                let patience = ms(n * 7919 % 20_000);
                timeout(patience, bucket.take("shop", Lane::Live, far())).await.is_ok()
            })
        })
        .collect();
    for one in crowd {
        one.await.unwrap();
    }
    let waited = timeout(Duration::from_secs(1), bucket.take("shop", Lane::Live, far())).await;
    assert!(waited.is_ok_and(|taken| taken.is_ok()), "the bucket is stuck");
}

/// Uses threads and the real clock; nothing sleeps, and the permits take 0.1 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelling_threads_lose_no_wake_up() {
    let limiter = GovernorLimiter::new();
    let bucket = limiter.bucket(&LimitKey::new("test/ip"), Quota::new(20_000.0, 5).unwrap());
    let start = std::time::Instant::now();
    let crowd: Vec<_> = (0..4000_u32)
        .map(|n| {
            let bucket = Arc::clone(&bucket);
            tokio::spawn(async move {
                let lane = if n % 3 == 0 { Lane::Live } else { Lane::History };
                let account = if n % 2 == 0 { "one" } else { "two" };
                if n % 2 == 0 {
                    bucket.take(account, lane, far()).await.unwrap();
                } else {
                    let patience = Duration::from_micros(u64::from(n));
                    let _ = timeout(patience, bucket.take(account, lane, far())).await;
                }
            })
        })
        .collect();
    for one in crowd {
        timeout(Duration::from_secs(30), one).await.expect("a waiter was not woken").unwrap();
    }
    assert!(start.elapsed() >= ms(90), "2000 permits at 20000 a second in {:?}", start.elapsed());
}
