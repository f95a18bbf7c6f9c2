//! Decisions of a bucket, and the wakers to call.

use std::task::Waker;
use std::time::Duration;

use super::clock::Moment;
use super::error::LimitCause;
use super::queue::Ticket;

/// The decision about a new request.
#[derive(Debug)]
pub(super) enum Entry {
    Granted,
    Queued(Ticket),
    Refused(Refusal),
}

/// The decision about a waiter that polled.
#[derive(Debug)]
pub(super) enum Step {
    Granted,
    Wait(Moment),
    Refused(Refusal),
}

/// No permit is expected before the deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub(super) cause: LimitCause,
    pub(super) retry_after: Duration,
}

impl Refusal {
    /// The refusal of a ticket that has already left.
    pub(super) const GONE: Self = Self { cause: LimitCause::Late, retry_after: Duration::ZERO };
}

/// The extent of a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Account,
    Bucket,
}

/// Wakers to call once the lock is released, since waking may run arbitrary code.
#[derive(Debug, Default)]
pub(super) struct Wakes(Vec<Waker>);

impl Wakes {
    pub(super) fn add(&mut self, wakers: impl IntoIterator<Item = Waker>) {
        self.0.extend(wakers);
    }

    pub(super) fn wake(self) {
        for waker in self.0 {
            waker.wake();
        }
    }
}
