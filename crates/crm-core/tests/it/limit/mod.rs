//! Limiters: quotas, fairness, cancellation, pauses and deadlines, on tokio's paused clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod cancelling;
mod deadlines;
pub(crate) mod directory;
mod fairness;
mod pauses;
mod quotas;
mod random;
mod sharing;

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use vochi_crm_core::limit::{Bucket, GovernorLimiter, Lane, LimitError, LimitKey, Limiter, Quota};

/// A CRM's quota and the most permits in one second.
#[derive(Clone, Copy, Debug)]
struct Figure {
    rate: f64,
    burst: u32,
    most: usize,
}

const RETAILCRM: Figure = Figure { rate: 9.5, burst: 1, most: 10 };
const RETAILCRM_TELEPHONY: Figure = Figure { rate: 38.0, burst: 2, most: 40 };
const UON: Figure = Figure { rate: 8.0, burst: 2, most: 10 };
const FIGURES: [Figure; 3] = [RETAILCRM, RETAILCRM_TELEPHONY, UON];

impl Figure {
    fn quota(self) -> Quota {
        Quota::new(self.rate, self.burst).unwrap()
    }

    fn bucket(self) -> Arc<dyn Bucket> {
        GovernorLimiter::new().bucket(&LimitKey::new("test/ip"), self.quota())
    }

    /// The time between two permits.
    fn period(self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }
}

/// A deadline far in the future.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(24 * 3600)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a body on its own paused clock, for tests that need several.
fn on_paused_clock<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(body)
}

/// Runs all ready tasks without moving the clock.
async fn settle() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// Polls a future once.
async fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Option<F::Output> {
    let mut future = Some(future);
    std::future::poll_fn(|cx| {
        Poll::Ready(match future.take().map(|future| future.poll(cx)) {
            Some(Poll::Ready(output)) => Some(output),
            _ => None,
        })
    })
    .await
}

/// Moves the clock without running other tasks.
async fn advance_unnoticed(duration: Duration) {
    poll_once(pin!(tokio::time::advance(duration))).await;
}

/// The granted permits in order: name and time.
#[derive(Clone, Debug, Default)]
struct Journal(Arc<Mutex<Vec<(String, Instant)>>>);

impl Journal {
    fn note(&self, name: &str) {
        self.0.lock().unwrap().push((name.to_owned(), Instant::now()));
    }

    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().iter().map(|(_, time)| *time).collect()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// A task that takes one permit and records it under `name`.
fn taker(
    bucket: &Arc<dyn Bucket>,
    journal: &Journal,
    name: &str,
    account: &str,
    lane: Lane,
    until: Instant,
) -> JoinHandle<Result<Duration, LimitError>> {
    let (bucket, journal) = (Arc::clone(bucket), journal.clone());
    let (name, account) = (name.to_owned(), account.to_owned());
    tokio::spawn(async move {
        let waited = bucket.take(&account, lane, until).await?;
        journal.note(&name);
        Ok(waited)
    })
}

/// The most permits in any second, both its ends included.
fn most_in_a_second(times: &[Instant]) -> usize {
    let window = Duration::from_secs(1);
    (0..times.len())
        .map(|first| times[first..].iter().take_while(|t| **t - times[first] <= window).count())
        .max()
        .unwrap_or(0)
}

#[track_caller]
fn assert_within(figure: Figure, times: &[Instant]) {
    let most = most_in_a_second(times);
    assert!(most <= figure.most, "{most} permits in one second under {figure:?}");
}
