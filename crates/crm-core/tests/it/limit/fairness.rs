//! The order of waiters within and between lanes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use vochi_crm_core::limit::{Bucket, GovernorLimiter, Lane, LimitKey, Limiter as _, Quota};

use super::{
    FIGURES, Journal, RETAILCRM, UON, advance_unnoticed, far, ms, on_paused_clock, poll_once,
    settle, taker,
};

#[tokio::test(start_paused = true)]
async fn live_never_waits_behind_history() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    for _ in 0..500 {
        taker(&bucket, &journal, "record", "shop", Lane::History, far());
    }
    for _ in 0..20 {
        sleep(ms(333)).await;
        let waited = bucket.take("other", Lane::Live, far()).await.unwrap();
        assert!(waited <= RETAILCRM.period() + ms(1), "the popup waited {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn live_takes_a_permit_not_yet_fetched_by_history() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    assert!(bucket.try_take("shop", Lane::Live));
    taker(&bucket, &journal, "record", "shop", Lane::History, far());
    settle().await;
    advance_unnoticed(ms(106)).await;
    assert!(bucket.try_take("shop", Lane::Live), "history has no claim before a popup");
    settle().await;
    assert_eq!(journal.len(), 0);
}

#[test]
fn history_gets_a_tenth_under_live_load() {
    for figure in FIGURES {
        let names = on_paused_clock(async {
            let (bucket, journal) = (figure.bucket(), Journal::default());
            // Both lanes always have waiters.
            for n in 0..400 {
                let (name, lane) =
                    if n % 2 == 0 { ("live", Lane::Live) } else { ("history", Lane::History) };
                taker(&bucket, &journal, name, "shop", lane, far());
            }
            while journal.len() < 150 {
                sleep(ms(10)).await;
            }
            journal.names()
        });
        // Skips the first permits, taken before both lanes had waiters.
        let pressed = &names[figure.burst as usize..150];
        for ten in pressed.windows(10) {
            let history = ten.iter().filter(|name| *name == "history").count();
            assert_eq!(history, 1, "history permits of ten under {figure:?}: {ten:?}");
        }
    }
}

#[test]
fn lane_is_first_come_first_served() {
    for lane in [Lane::Live, Lane::History] {
        let names = on_paused_clock(async {
            let (bucket, journal) = (UON.bucket(), Journal::default());
            for n in 0..100 {
                taker(
                    &bucket,
                    &journal,
                    &format!("{n:03}"),
                    &format!("shop{}", n % 5),
                    lane,
                    far(),
                );
                sleep(ms(n % 7)).await;
            }
            sleep(Duration::from_secs(60)).await;
            journal.names()
        });
        assert_eq!(names.len(), 100);
        assert!(names.is_sorted(), "{lane:?} was served as {names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn live_leaves_history_its_share() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    assert!(bucket.try_take("shop", Lane::Live));
    taker(&bucket, &journal, "record", "shop", Lane::History, far());
    settle().await;
    for n in 1..=9 {
        advance_unnoticed(ms(106)).await;
        assert!(bucket.try_take("shop", Lane::Live), "popup {n}");
    }
    advance_unnoticed(ms(106)).await;
    assert!(!bucket.try_take("shop", Lane::Live), "the tenth permit is history's");
    settle().await;
    assert_eq!(journal.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn try_take_does_not_overtake_waiters() {
    for waiting in [Lane::Live, Lane::History] {
        let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
        assert!(bucket.try_take("shop", Lane::Live));
        taker(&bucket, &journal, "waiting", "shop", waiting, far());
        settle().await;
        // The permit is available, and the waiter has not run yet.
        advance_unnoticed(ms(106)).await;
        assert!(!bucket.try_take("other", waiting), "an earlier waiter of the lane waits");
        assert!(!bucket.try_take("other", Lane::History), "{waiting:?} waits");
        settle().await;
        assert_eq!(journal.len(), 1, "the waiter got the permit");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_live_goes_before_earlier_history() {
    let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
    assert!(bucket.try_take("shop", Lane::Live));
    for name in ["record 1", "record 2"] {
        taker(&bucket, &journal, name, "shop", Lane::History, far());
    }
    settle().await;
    for name in ["popup 1", "popup 2"] {
        taker(&bucket, &journal, name, "shop", Lane::Live, far());
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(journal.names(), ["popup 1", "popup 2", "record 1", "record 2"]);
}

#[tokio::test(start_paused = true)]
async fn unpolled_futures_block_no_waiter() {
    let bucket = UON.bucket();
    while bucket.try_take("shop", Lane::Live) {}
    // Like a buffered stream with a consumer that is busy with another request.
    let mut lying: Vec<_> = (0..8).map(|_| bucket.take("shop", Lane::History, far())).collect();
    for future in &mut lying {
        assert!(poll_once(future.as_mut()).await.is_none());
    }
    let waited = timeout(Duration::from_secs(5), bucket.take("shop", Lane::History, far()))
        .await
        .expect("blocked by unpolled futures")
        .unwrap();
    assert!(waited < Duration::from_secs(3), "waited {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn future_polled_late_keeps_its_position() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    while bucket.try_take("shop", Lane::Live) {}
    let mut lying = bucket.take("shop", Lane::History, far());
    assert!(poll_once(lying.as_mut()).await.is_none());
    for n in 0..50 {
        taker(&bucket, &journal, &format!("{n:02}"), "shop", Lane::History, far());
    }
    sleep(Duration::from_secs(2)).await;
    let before = journal.len();
    assert!(before > 10, "only {before} passed the unpolled future");
    lying.await.unwrap();
    assert!(journal.len() <= before + 1, "it had to queue again");
    assert!(journal.names().is_sorted());
}

/// Counts the polls of the inner future.
struct Counted<F: ?Sized> {
    polls: Arc<AtomicUsize>,
    future: Pin<Box<F>>,
}

impl<F: Future + ?Sized> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.future.as_mut().poll(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn permit_wakes_one_of_ten_thousand_waiters() {
    let bucket = UON.bucket();
    let polls = Arc::new(AtomicUsize::new(0));
    let mut crowd = Vec::new();
    for _ in 0..10_000 {
        let (bucket, polls) = (Arc::clone(&bucket), Arc::clone(&polls));
        let future = Box::pin(async move { bucket.take("shop", Lane::History, far()).await });
        crowd.push(tokio::spawn(Counted { polls, future }));
    }
    settle().await;
    let joined = polls.load(Ordering::Relaxed);
    assert_eq!(joined, 10_000, "one poll each to join");
    sleep(Duration::from_secs(100)).await;
    let woken = polls.load(Ordering::Relaxed) - joined;
    assert!(woken <= 1700, "{woken} wake-ups for 800 permits");
    let gone = crowd.iter().filter(|one| one.is_finished()).count();
    assert!(gone >= 800, "{gone} of 800 served");
}

/// 2 a second with 48 at once, of which 8 are for live requests.
fn reserved() -> Arc<dyn Bucket> {
    let quota = Quota::new(2.0, 48).unwrap().with_live_reserve(8);
    GovernorLimiter::new().bucket(&LimitKey::new("test/portal"), quota)
}

#[tokio::test(start_paused = true)]
async fn history_leaves_the_reserve_to_live() {
    let bucket = reserved();
    let history = || (0..100).take_while(|_| bucket.try_take("portal", Lane::History)).count();
    assert_eq!(history(), 40);
    let live = (0..100).take_while(|_| bucket.try_take("portal", Lane::Live)).count();
    assert_eq!(live, 8);
    assert_eq!(history(), 0, "history takes no permit while the reserve is used");
    // Two a second refill the reserve before history has its next.
    let waited = bucket.take("portal", Lane::History, far()).await.unwrap();
    assert!((ms(4_400)..=ms(4_600)).contains(&waited), "history waited {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn waiting_history_uses_the_rate_and_live_goes_at_once() {
    let (bucket, journal) = (reserved(), Journal::default());
    for _ in 0..60 {
        taker(&bucket, &journal, "record", "portal", Lane::History, far());
    }
    sleep(ms(5_010)).await;
    assert_eq!(journal.len(), 50, "40 at once, and two a second");
    for popup in 0..8 {
        let waited = bucket.take("portal", Lane::Live, far()).await.unwrap();
        assert!(waited < ms(2), "popup {popup} waited {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn history_has_its_tenth_although_live_uses_the_reserve() {
    let (bucket, journal) = (reserved(), Journal::default());
    for n in 0..200 {
        let (name, lane) =
            if n % 2 == 0 { ("live", Lane::Live) } else { ("history", Lane::History) };
        taker(&bucket, &journal, name, "portal", lane, far());
    }
    sleep(Duration::from_secs(25)).await;
    let names = journal.names();
    let history = names[48..].iter().filter(|name| *name == "history").count();
    assert!(history >= 4, "{history} of {} permits", names.len() - 48);
}
