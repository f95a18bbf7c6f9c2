//! Buckets in files, shared by limiters of one directory and by processes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use vochi_crm_core::limit::{
    Bucket, DirectoryLimiter, Lane, LimitCause, LimitKey, Limiter as _, Quota,
};
use vochi_crm_core::time::Clock;
use vochi_crm_core::{Error, ErrorKind, Timestamp};

use super::{FIGURES, Figure, RETAILCRM, ms};
use crate::process::{Role, Running, report};

/// A clock that follows tokio's.
#[derive(Debug)]
struct Paused {
    origin: Instant,
}

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        let start = Timestamp::from_unix_millis(1_772_438_400_000);
        start.plus(self.origin.elapsed())
    }
}

fn limiter(directory: &Path) -> DirectoryLimiter {
    let clock = Paused { origin: Instant::now() };
    DirectoryLimiter::new(directory).unwrap().with_clock(Arc::new(clock))
}

fn bucket(limiter: &DirectoryLimiter, figure: Figure) -> Arc<dyn Bucket> {
    limiter.bucket(&LimitKey::new("test/ip"), figure.quota())
}

fn within(duration: Duration) -> Instant {
    Instant::now() + duration
}

#[tokio::test(start_paused = true)]
async fn two_limiters_of_one_directory_share_every_second() {
    for figure in FIGURES {
        let directory = tempfile::tempdir().unwrap();
        let limiter = limiter(directory.path());
        let buckets = [bucket(&limiter, figure), bucket(&limiter, figure)];
        let began = Instant::now();
        let takers = (0..100).map(|index| {
            let bucket = buckets[index % 2].clone();
            let lane = if index % 3 == 0 { Lane::Live } else { Lane::History };
            tokio::spawn(async move {
                bucket.take("shop", lane, within(Duration::from_secs(10 * 60))).await.unwrap();
                Instant::now()
            })
        });
        let mut times = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            times.push(taker.await.unwrap());
        }
        times.sort();
        for (index, from) in times.iter().enumerate() {
            let second = times[index..].iter().filter(|at| **at - *from <= Duration::from_secs(1));
            assert!(
                second.count() <= figure.most,
                "{figure:?}: more than {} a second",
                figure.most
            );
        }
        let least = Duration::from_secs_f64(99.0 / figure.rate);
        assert!(
            began.elapsed() < least.mul_f64(1.1) + ms(100),
            "{figure:?}: {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unreachable_deadline_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let bucket = bucket(&limiter(directory.path()), RETAILCRM);
    assert!(bucket.try_take("shop", Lane::Live));
    let began = Instant::now();
    let refused = bucket.take("shop", Lane::Live, within(ms(50))).await.unwrap_err();
    assert_eq!((refused.cause(), began.elapsed()), (LimitCause::Quota, Duration::ZERO));
    assert!(refused.retry_after() > ms(90), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn account_pause_is_shared_between_limiters() {
    let directory = tempfile::tempdir().unwrap();
    let limiter = limiter(directory.path());
    let [one, other] = [bucket(&limiter, RETAILCRM), bucket(&limiter, RETAILCRM)];
    one.refused("shop", Duration::from_secs(5));
    let refused = other.take("shop", Lane::Live, within(ms(500))).await.unwrap_err();
    assert_eq!(refused.cause(), LimitCause::AccountPause);
    assert!(other.try_take("another", Lane::Live), "another account is paused");
    one.hold(Duration::from_secs(5));
    let refused = other.take("another", Lane::Live, within(ms(500))).await.unwrap_err();
    assert_eq!(refused.cause(), LimitCause::BucketPause);
    let waited = other.take("shop", Lane::Live, within(Duration::from_secs(9))).await.unwrap();
    assert!(waited >= Duration::from_secs(5), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn paused_account_blocks_no_other_account() {
    let directory = tempfile::tempdir().unwrap();
    let bucket = bucket(&limiter(directory.path()), RETAILCRM);
    bucket.refused("shop", Duration::from_secs(5));
    let paused = bucket.clone();
    let paused = tokio::spawn(async move {
        paused.take("shop", Lane::Live, within(Duration::from_secs(9))).await.unwrap()
    });
    tokio::time::sleep(ms(10)).await;
    for _ in 0..3 {
        bucket.take("another", Lane::Live, within(Duration::from_secs(1))).await.unwrap();
    }
    assert!(paused.await.unwrap() >= Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn unlimited_bucket_has_a_file_only_when_it_pauses() {
    let directory = tempfile::tempdir().unwrap();
    let limiter = limiter(directory.path());
    let bucket = limiter.bucket(&LimitKey::new("portal/method/live"), Quota::UNLIMITED);
    assert!((0..1000).all(|_| bucket.try_take("shop", Lane::Live)));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    bucket.hold(Duration::from_secs(1));
    assert!(!bucket.try_take("shop", Lane::Live));
}

#[tokio::test(start_paused = true)]
async fn damaged_file_counts_as_the_strictest_state() {
    let directory = tempfile::tempdir().unwrap();
    let figure = Figure { rate: 10.0, burst: 5, most: 15 };
    let bucket = bucket(&limiter(directory.path()), figure);
    assert!(bucket.try_take("shop", Lane::Live));
    let file = std::fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
    std::fs::write(file, b"{\"arrival\":12").unwrap();
    assert!(!bucket.try_take("shop", Lane::Live), "a damaged bucket must not give a permit");
    bucket.take("shop", Lane::Live, within(Duration::from_secs(2))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn unusable_file_is_a_configuration_error() {
    let directory = tempfile::tempdir().unwrap();
    let bucket = bucket(&limiter(directory.path()), RETAILCRM);
    assert!(bucket.try_take("shop", Lane::Live));
    let file = std::fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let refused = bucket.take("shop", Lane::Live, within(Duration::from_secs(2))).await;
    let error = Error::from(refused.unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.hint().is_some());
}

const SHARED: Figure = Figure { rate: 38.0, burst: 2, most: 40 };

/// Takes permits and prints the times.
pub(crate) async fn take_permits(root: &Path) {
    let bucket = bucket(&DirectoryLimiter::new(root).unwrap(), SHARED);
    for _ in 0..20 {
        bucket.take("shop", Lane::Live, within(Duration::from_secs(60))).await.unwrap();
        report(&format!("at {}", vochi_crm_core::SystemClock.now().unix_micros()));
    }
}

/// Locks the bucket's file until it is killed, or the test has ended.
pub(crate) async fn hold_bucket_file(root: &Path) {
    let file = std::fs::read_dir(root).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    file.lock().unwrap();
    report("held");
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[test]
fn eight_processes_share_one_limit() {
    let directory = tempfile::tempdir().unwrap();
    let children: Vec<Running> =
        (0..8).map(|_| Running::start(Role::TakePermits, directory.path())).collect();
    let mut times = Vec::new();
    for mut child in children {
        let output = child.output();
        let lines = output.lines().filter_map(|line| line.trim().split_once("at "));
        times.extend(lines.map(|(_, at)| at.parse::<i64>().unwrap()));
    }
    times.sort_unstable();
    assert_eq!(times.len(), 160);
    // A process may be suspended between its permit and its report; the limit has a margin of two.
    for (index, from) in times.iter().enumerate() {
        let second = times[index..].iter().filter(|at| **at - *from < 950_000).count();
        assert!(second <= SHARED.most, "{second} permits in less than a second");
    }
    let took = Duration::from_micros((times[159] - times[0]).unsigned_abs()).as_secs_f64();
    assert!(took < 159.0 / SHARED.rate / 0.9, "{took} s: less than nine tenths of the limit used");
}

#[tokio::test]
async fn killed_lock_holder_blocks_no_other_process() {
    let directory = tempfile::tempdir().unwrap();
    let bucket = bucket(&DirectoryLimiter::new(directory.path()).unwrap(), SHARED);
    assert!(bucket.try_take("shop", Lane::Live));
    let mut holder = Running::start(Role::HoldBucketFile, directory.path());
    holder.wait_for("held");
    let refused = bucket.take("shop", Lane::Live, within(ms(200))).await;
    refused.expect_err("the file is locked");
    holder.kill();
    bucket.take("shop", Lane::Live, within(Duration::from_secs(1))).await.unwrap();
}
