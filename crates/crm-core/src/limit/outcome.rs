//! What a bucket answers, and whom it wakes.

use std::task::Waker;
use std::time::Duration;

use super::clock::Moment;
use super::error::LimitCause;
use super::queue::Ticket;

/// What becomes of a newcomer.
#[derive(Debug)]
pub(super) enum Entry {
    Granted,
    Queued(Ticket),
    Refused(Refusal),
}

/// What becomes of a waiter who looked.
#[derive(Debug)]
pub(super) enum Step {
    Granted,
    Wait(Moment),
    Refused(Refusal),
}

/// No permit before the deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub(super) cause: LimitCause,
    pub(super) retry_after: Duration,
}

impl Refusal {
    /// For a ticket that has left before: nobody asks with one.
    pub(super) const GONE: Self = Self { cause: LimitCause::Late, retry_after: Duration::ZERO };
}

/// Whom a refusal holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Account,
    Bucket,
}

/// Wakers to call once the lock is released, since waking may run anything.
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
