//! A bucket in a file, as used by one process.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::super::clock::Moment;
use super::super::rate::Rate;
use super::super::registry::GovernorLimiter;
use super::super::{Bucket, Lane, LimitCause, LimitError, LimitKey, Limiter as _, Quota};
use super::document::{Document, PollResult};
use super::file::BucketFile;
use crate::state::StoreError;
use crate::time::{Clock, Timestamp};

/// The zero of moments, 2025-01-01: closer to the present than the limiter's furthest moment.
pub(super) const BASE_MICROS: i64 = 1_735_689_600_000_000;

/// The delay between two attempts to lock a file; each process locks it for microseconds.
const LOCKED_WAIT: Duration = Duration::from_millis(1);

/// How often writing a pause or a returned permit is attempted while the file is locked.
const WRITE_TRIES: u32 = 1000;

pub(super) struct DirectoryBucket {
    key: LimitKey,
    quota: Quota,
    clock: Arc<dyn Clock>,
    file: BucketFile,
    /// One request of each lane polls the file at a time, in the order of arrival.
    live: LaneState,
    history: LaneState,
    /// The fallback bucket of this process, for a full disk.
    alone: Arc<dyn Bucket>,
    warned: AtomicBool,
}

#[derive(Default)]
struct LaneState {
    mutex: Mutex<()>,
    waiting: AtomicU64,
}

/// Counts a waiter while it waits.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The result of one access to the file.
enum FileAccess {
    Polled(PollResult),
    /// Another process has locked it.
    Locked,
    /// It cannot be written: the disk is full.
    Full,
}

impl DirectoryBucket {
    pub(super) fn new(
        directory: &Path,
        key: LimitKey,
        quota: Quota,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            file: BucketFile::new(directory, &key),
            alone: GovernorLimiter::new().bucket(&key, quota),
            key,
            quota,
            clock,
            live: LaneState::default(),
            history: LaneState::default(),
            warned: AtomicBool::new(false),
        }
    }

    fn lane_state(&self, lane: Lane) -> &LaneState {
        match lane {
            Lane::Live => &self.live,
            Lane::History => &self.history,
        }
    }

    fn now(&self) -> Moment {
        moment(self.clock.now())
    }

    /// Polls for a permit. A waiter is marked in the file, so that the other lane knows of it.
    fn poll_permit(
        &self,
        account: &str,
        lane: Lane,
        ahead: u64,
        mark: bool,
    ) -> Result<FileAccess, StoreError> {
        if self.quota == Quota::UNLIMITED && self.file.is_missing() {
            // Without pauses, do not create a file for each of a CRM's operations.
            return Ok(FileAccess::Polled(PollResult::Granted));
        }
        let result = self.change(|document, now| {
            let look = document.poll_permit(self.quota, account, lane, ahead, now);
            match &look {
                PollResult::Wait(next, LimitCause::Quota) if mark => {
                    document.mark(lane, *next);
                    (look, true)
                }
                PollResult::Wait(..) => (look, false),
                // A bucket that only pauses has nothing to count.
                PollResult::Granted => (look, self.quota != Quota::UNLIMITED),
            }
        });
        match result {
            Ok(Some(look)) => {
                self.warned.store(false, Ordering::Relaxed);
                Ok(FileAccess::Polled(look))
            }
            Ok(None) => Ok(FileAccess::Locked),
            Err(error) if is_full(&error) => {
                if !self.warned.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        limit = %self.key, error = error.message(),
                        "the limit is enforced in this process only"
                    );
                }
                Ok(FileAccess::Full)
            }
            Err(error) => Err(error),
        }
    }

    /// Changes the file's document and writes it if `change` requests it; `None` while it is
    /// locked.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Document, Moment) -> (T, bool),
    ) -> Result<Option<T>, StoreError> {
        let Some(mut locked) = self.file.try_lock()? else { return Ok(None) };
        // Read under the lock, so that moments do not go back.
        let now = self.now();
        let mut document = locked.read(self.quota, now)?;
        let (value, write) = change(&mut document, now);
        if write {
            locked.write(&document)?;
        }
        Ok(Some(value))
    }

    /// Writes a change that must not be lost: a pause, a returned permit.
    fn write_with_retries(&self, mut change: impl FnMut(&mut Document, Moment)) {
        for _ in 0..WRITE_TRIES {
            match self.change(|document, now| (change(document, now), true)) {
                Ok(Some(())) => return,
                Ok(None) => std::thread::yield_now(),
                Err(error) => {
                    tracing::warn!(limit = %self.key, error = error.message(), "cannot store the limit");
                    return;
                }
            }
        }
        tracing::warn!(limit = %self.key, "cannot store the limit: its file is locked");
    }

    fn refusal(&self, account: &str, cause: LimitCause, due: Moment) -> LimitError {
        LimitError::new(self.key.clone(), account, cause, due.since(self.now()))
    }

    /// Waits for the lane in this process and then for the permit.
    async fn wait(&self, account: &str, lane: Lane, until: Instant) -> Result<(), LimitError> {
        let lane_state = self.lane_state(lane);
        let unusable = |error: StoreError| LimitError::unusable(self.key.clone(), account, &error);
        'lane_state: loop {
            let ahead = lane_state.waiting.load(Ordering::Relaxed);
            if ahead > 0
                && let FileAccess::Polled(PollResult::Wait(due, cause)) =
                    self.poll_permit(account, lane, ahead, false).map_err(unusable)?
                && self.instant(due) > until
            {
                return Err(self.refusal(account, cause, due));
            }
            let waiting = Waiting::new(&lane_state.waiting);
            let Ok(held) = timeout_at(until, lane_state.mutex.lock()).await else {
                let due = Rate::new(self.quota).due(ahead, self.now());
                return Err(self.refusal(account, LimitCause::Quota, due));
            };
            loop {
                match self.poll_permit(account, lane, 0, true).map_err(unusable)? {
                    FileAccess::Polled(PollResult::Granted) => return Ok(()),
                    FileAccess::Polled(PollResult::Wait(due, cause)) => {
                        let wake = self.instant(due);
                        if wake > until {
                            return Err(self.refusal(account, cause, due));
                        }
                        if cause == LimitCause::AccountPause {
                            // Other accounts need not wait for this one.
                            drop((held, waiting));
                            sleep_until(wake).await;
                            continue 'lane_state;
                        }
                        sleep_until(wake).await;
                    }
                    FileAccess::Locked if Instant::now() + LOCKED_WAIT > until => {
                        return Err(self.refusal(account, LimitCause::Quota, self.now()));
                    }
                    FileAccess::Locked => sleep(LOCKED_WAIT).await,
                    FileAccess::Full => {
                        return self.alone.take(account, lane, until).await.map(drop);
                    }
                }
            }
        }
    }

    /// The moment on tokio's clock, at least a tick ahead.
    fn instant(&self, moment: Moment) -> Instant {
        Instant::now() + moment.since(self.now()).max(LOCKED_WAIT)
    }
}

fn moment(at: Timestamp) -> Moment {
    let micros = u64::try_from(at.unix_micros() - BASE_MICROS).unwrap_or_default();
    Moment::from_nanos(micros.saturating_mul(1000))
}

fn is_full(error: &StoreError) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let StoreError::Io { source, .. } = error else { return false };
    matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[async_trait]
impl Bucket for DirectoryBucket {
    fn try_take(&self, account: &str, lane: Lane) -> bool {
        let waits = |lane_state: &LaneState| lane_state.waiting.load(Ordering::Relaxed) > 0;
        if waits(&self.live) || (lane == Lane::History && waits(&self.history)) {
            return false;
        }
        match self.poll_permit(account, lane, 0, false) {
            Ok(FileAccess::Polled(PollResult::Granted)) => true,
            Ok(FileAccess::Full) => self.alone.try_take(account, lane),
            // `take` reports the error.
            Ok(FileAccess::Polled(PollResult::Wait(..)) | FileAccess::Locked) | Err(_) => false,
        }
    }

    async fn take(
        &self,
        account: &str,
        lane: Lane,
        until: Instant,
    ) -> Result<Duration, LimitError> {
        let entered = Instant::now();
        if until < entered {
            return Err(self.refusal(account, LimitCause::Late, self.now()));
        }
        if self.try_take(account, lane) {
            return Ok(Duration::ZERO);
        }
        self.wait(account, lane, until).await?;
        Ok(entered.elapsed())
    }

    fn refused(&self, account: &str, pause: Duration) {
        self.write_with_retries(|document, now| document.refused(account, now.after(pause)));
        self.alone.refused(account, pause);
        tracing::debug!(limit = %self.key, account, seconds = pause.as_secs_f64(), "account paused");
    }

    fn hold(&self, pause: Duration) {
        self.write_with_retries(|document, now| document.hold(now.after(pause)));
        self.alone.hold(pause);
        tracing::warn!(limit = %self.key, seconds = pause.as_secs_f64(), "all accounts paused");
    }

    fn give_back(&self) {
        if self.quota != Quota::UNLIMITED {
            self.write_with_retries(|document, _| document.give_back(self.quota));
        }
    }
}

impl fmt::Debug for DirectoryBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectoryBucket")
            .field("key", &self.key)
            .field("quota", &self.quota)
            .finish_non_exhaustive()
    }
}
