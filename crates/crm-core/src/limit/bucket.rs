//! The bucket of [`GovernorLimiter`](super::GovernorLimiter).

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, Sleep, sleep_until};

use super::clock::Clock;
use super::outcome::{Entry, Extent, Refusal, Step, Wakes};
use super::queue::Ticket;
use super::state::State;
use super::{Bucket, Lane, LimitCause, LimitError, LimitKey, Quota};

pub(super) struct GovernorBucket {
    key: LimitKey,
    clock: Clock,
    state: Mutex<State>,
}

impl GovernorBucket {
    pub(super) fn new(key: LimitKey, quota: Quota, clock: Clock) -> Self {
        Self { key, clock, state: Mutex::new(State::new(quota)) }
    }

    pub(super) fn tighten(&self, quota: Quota) {
        self.lock().tighten(quota);
    }

    /// Returns true if the bucket may be dropped: a new one would behave the same.
    pub(super) fn is_fresh(&self) -> bool {
        let state = self.lock();
        state.is_fresh(self.clock.now())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code under the lock panics in between, so a poisoned state is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, account: &str, refusal: Refusal) -> LimitError {
        LimitError::new(self.key.clone(), account, refusal.cause, refusal.retry_after)
    }

    fn enter(&self, account: &str, lane: Lane, until: Instant) -> Entry {
        let mut wakes = Wakes::default();
        let mut state = self.lock();
        let read = Instant::now();
        let now = self.clock.moment(read);
        let entry = if until < read {
            let (_, refusal) = state.predict(account, lane, now);
            Entry::Refused(Refusal { cause: LimitCause::Late, ..refusal })
        } else {
            state.enter(account, lane, self.clock.moment(until), now, &mut wakes)
        };
        drop(state);
        wakes.wake();
        entry
    }
}

#[async_trait]
impl Bucket for GovernorBucket {
    fn try_take(&self, account: &str, lane: Lane) -> bool {
        let mut wakes = Wakes::default();
        let mut state = self.lock();
        // Read under the lock, so that moments never go back.
        let now = self.clock.now();
        let taken = state.try_take(account, lane, now, &mut wakes);
        drop(state);
        wakes.wake();
        taken
    }

    async fn take(
        &self,
        account: &str,
        lane: Lane,
        until: Instant,
    ) -> Result<Duration, LimitError> {
        let ticket = match self.enter(account, lane, until) {
            Entry::Granted => return Ok(Duration::ZERO),
            Entry::Refused(refusal) => return Err(self.error(account, refusal)),
            Entry::Queued(ticket) => ticket,
        };
        let mut place = Place { bucket: self, ticket: Some(ticket) };
        let entered = Instant::now();
        let mut timer = pin!(sleep_until(until));
        poll_fn(|cx| place.poll(cx, timer.as_mut()))
            .await
            .map_err(|refusal| self.error(account, refusal))?;
        Ok(entered.elapsed())
    }

    fn refused(&self, account: &str, pause: Duration) {
        let mut wakes = Wakes::default();
        let mut state = self.lock();
        let now = self.clock.now();
        let extent = state.refused(account, now.after(pause), now, &mut wakes);
        drop(state);
        wakes.wake();
        let seconds = pause.as_secs_f64();
        match extent {
            Extent::Account => {
                tracing::debug!(limit = %self.key, account, seconds, "account paused");
            }
            Extent::Bucket => {
                tracing::warn!(limit = %self.key, account, seconds, "all accounts paused");
            }
        }
    }

    fn hold(&self, pause: Duration) {
        let mut wakes = Wakes::default();
        let mut state = self.lock();
        let now = self.clock.now();
        state.hold(now.after(pause), &mut wakes);
        drop(state);
        wakes.wake();
        tracing::warn!(limit = %self.key, seconds = pause.as_secs_f64(), "all accounts paused");
    }

    fn give_back(&self) {
        let mut wakes = Wakes::default();
        let mut state = self.lock();
        state.give_back(&mut wakes);
        drop(state);
        wakes.wake();
    }
}

impl fmt::Debug for GovernorBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("GovernorBucket");
        debug.field("key", &self.key);
        if let Ok(state) = self.state.try_lock() {
            debug.field("quota", &state.quota()).field("waiting", &state.waiting());
        }
        debug.finish_non_exhaustive()
    }
}

/// A position in the queue, given up when dropped.
struct Place<'a> {
    bucket: &'a GovernorBucket,
    ticket: Option<Ticket>,
}

impl Place<'_> {
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
    ) -> Poll<Result<(), Refusal>> {
        let Some(ticket) = self.ticket else {
            return Poll::Pending;
        };
        loop {
            // Declared before the lock is taken: wakers that the state returns are dropped after
            // it.
            let mut waker = cx.waker().clone();
            let mut wakes = Wakes::default();
            let mut state = self.bucket.lock();
            let now = self.bucket.clock.now();
            let step = state.poll(ticket, now, &mut waker, &mut wakes);
            drop(state);
            wakes.wake();
            match step {
                Step::Granted => {
                    self.ticket = None;
                    return Poll::Ready(Ok(()));
                }
                Step::Refused(refusal) => {
                    self.ticket = None;
                    return Poll::Ready(Err(refusal));
                }
                Step::Wait(until) => {
                    timer.as_mut().reset(self.bucket.clock.instant(until));
                    if timer.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut wakes = Wakes::default();
        let waiter = self.bucket.lock().leave(ticket, &mut wakes);
        drop(waiter);
        wakes.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_bucket_is_small() {
        let size = size_of::<GovernorBucket>();
        assert!(size <= 384, "an idle bucket has {size} bytes");
    }
}
