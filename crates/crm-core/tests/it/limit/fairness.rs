//! Who goes first, and who holds up nobody.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use vochi_crm_core::limit::Lane;

use super::{
    FIGURES, Journal, RETAILCRM, UON, advance_unnoticed, far, ms, on_paused_clock, poll_once,
    settle, taker,
};

#[tokio::test(start_paused = true)]
async fn a_popup_never_waits_behind_history() {
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
async fn a_popup_takes_a_permit_that_history_has_not_fetched_yet() {
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
fn history_keeps_a_tenth_while_popups_press() {
    for figure in FIGURES {
        let names = on_paused_clock(async {
            let (bucket, journal) = (figure.bucket(), Journal::default());
            // Both lanes have somebody waiting all the time.
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
        // Past the first permits, taken before both lanes had filled.
        let pressed = &names[figure.burst as usize..150];
        for ten in pressed.windows(10) {
            let history = ten.iter().filter(|name| *name == "history").count();
            assert_eq!(history, 1, "of ten permits under {figure:?}: {ten:?}");
        }
    }
}

#[test]
fn a_lane_is_served_in_the_order_of_arrival() {
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
            sleep(Duration::from_mins(1)).await;
            journal.names()
        });
        assert_eq!(names.len(), 100);
        assert!(names.is_sorted(), "{lane:?} was served as {names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn popups_leave_history_the_permit_that_is_its_share() {
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
async fn a_permit_that_somebody_waits_for_is_not_taken_away() {
    for waiting in [Lane::Live, Lane::History] {
        let (bucket, journal) = (RETAILCRM.bucket(), Journal::default());
        assert!(bucket.try_take("shop", Lane::Live));
        taker(&bucket, &journal, "waiting", "shop", waiting, far());
        settle().await;
        // The permit is there, and the waiter has not run yet.
        advance_unnoticed(ms(106)).await;
        assert!(!bucket.try_take("other", waiting), "an earlier one of the lane waits");
        assert!(!bucket.try_take("other", Lane::History), "{waiting:?} waits");
        settle().await;
        assert_eq!(journal.len(), 1, "the one who waited got it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_popup_that_waits_goes_before_history_that_came_earlier() {
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
async fn futures_that_nobody_polls_hold_up_nobody() {
    let bucket = UON.bucket();
    while bucket.try_take("shop", Lane::Live) {}
    // As with a buffered stream whose consumer is busy with a request of its own.
    let mut lying: Vec<_> = (0..8).map(|_| bucket.take("shop", Lane::History, far())).collect();
    for future in &mut lying {
        assert!(poll_once(future.as_mut()).await.is_none());
    }
    let waited = timeout(Duration::from_secs(5), bucket.take("shop", Lane::History, far()))
        .await
        .expect("stuck behind futures that nobody polls")
        .unwrap();
    assert!(waited < Duration::from_secs(3), "waited {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_future_polled_again_has_kept_its_place() {
    let (bucket, journal) = (UON.bucket(), Journal::default());
    while bucket.try_take("shop", Lane::Live) {}
    let mut lying = bucket.take("shop", Lane::History, far());
    assert!(poll_once(lying.as_mut()).await.is_none());
    for n in 0..50 {
        taker(&bucket, &journal, &format!("{n:02}"), "shop", Lane::History, far());
    }
    sleep(Duration::from_secs(2)).await;
    let before = journal.len();
    assert!(before > 10, "only {before} got past the future that nobody polled");
    lying.await.unwrap();
    assert!(journal.len() <= before + 1, "it had to queue again");
    assert!(journal.names().is_sorted());
}

/// Counts how often the future inside is polled.
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
async fn a_permit_wakes_one_of_ten_thousand_waiters() {
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
