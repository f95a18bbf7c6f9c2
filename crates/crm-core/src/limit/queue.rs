//! The queue of waiters for permits.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

use super::clock::Moment;
use super::lane::{Lane, LaneSchedule, Wanted};

/// A position in the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

impl Ticket {
    /// An upper bound of the number of tickets before this one in a line of `count` that begins
    /// with `first`.
    pub(super) fn at_most_after(self, first: Self, count: u64) -> u64 {
        self.0.saturating_sub(first.0).min(count.saturating_sub(1))
    }
}

/// A waiter.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) account: Box<str>,
    pub(super) lane: Lane,
    pub(super) until: Moment,
    pub(super) state: WaiterState,
    /// When the waiter will wake up by its own timer.
    pub(super) armed: Moment,
    pub(super) waker: Waker,
}

/// The state of a waiter in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaiterState {
    /// In the line of its lane.
    Ready,
    /// Its account is paused.
    Parked,
    /// It did not take an available permit: the future is not being polled.
    Absent,
}

/// All waiters of a bucket, and the two lines of those that could use a permit now.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiters: BTreeMap<Ticket, Waiter>,
    live: BTreeSet<Ticket>,
    history: BTreeSet<Ticket>,
    schedule: LaneSchedule,
    issued: u64,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Returns true if a new request does not have to queue.
    pub(super) fn is_free_for(&self, lane: Lane) -> bool {
        match lane {
            Lane::History => self.live.is_empty() && self.history.is_empty(),
            Lane::Live => {
                self.live.is_empty()
                    && self.schedule.next(Wanted::Yes, wanted(&self.history)) == Some(Lane::Live)
            }
        }
    }

    /// Returns true if live requests wait for a permit.
    pub(super) fn has_live(&self) -> bool {
        !self.live.is_empty()
    }

    /// The next waiter to be served.
    pub(super) fn head(&self) -> Option<Ticket> {
        let lane = self.schedule.next(wanted(&self.live), wanted(&self.history))?;
        self.line(lane).first().copied()
    }

    /// Counts a permit given to a waiter in `lane`.
    pub(super) fn count_permit(&mut self, lane: Lane) {
        self.schedule.count_permit(lane, wanted(&self.history));
    }

    /// The number of permits given to others before a new request in `lane`.
    pub(super) fn ahead_of_new_request(&self, lane: Lane) -> u64 {
        self.schedule.ahead(lane, count(&self.live), count(&self.history))
    }

    /// The number of permits given to others before this waiter. It may be slightly high, since
    /// tickets that left are counted to avoid walking the line.
    pub(super) fn ahead_of(&self, ticket: Ticket, lane: Lane) -> u64 {
        let line = self.line(lane);
        let before = line.first().map_or(0, |first| ticket.at_most_after(*first, count(line)));
        match lane {
            Lane::Live => self.schedule.ahead(lane, before, count(&self.history)),
            Lane::History => self.schedule.ahead(lane, count(&self.live), before),
        }
    }

    /// Adds a waiter that is in no line yet.
    pub(super) fn join(&mut self, account: &str, lane: Lane, until: Moment) -> Ticket {
        let ticket = Ticket(self.issued);
        self.issued += 1;
        let waiter = Waiter {
            account: account.into(),
            lane,
            until,
            state: WaiterState::Absent,
            armed: until,
            waker: Waker::noop().clone(),
        };
        self.waiters.insert(ticket, waiter);
        ticket
    }

    pub(super) fn get(&self, ticket: Ticket) -> Option<&Waiter> {
        self.waiters.get(&ticket)
    }

    pub(super) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Waiter> {
        self.waiters.get_mut(&ticket)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Ticket, &Waiter)> {
        self.waiters.iter().map(|(ticket, waiter)| (*ticket, waiter))
    }

    /// Moves a waiter into its line or out of it.
    pub(super) fn set_waiter_state(&mut self, ticket: Ticket, state: WaiterState) {
        let Some(waiter) = self.waiters.get_mut(&ticket) else {
            return;
        };
        waiter.state = state;
        let lane = waiter.lane;
        if state == WaiterState::Ready {
            self.line_mut(lane).insert(ticket);
        } else {
            self.line_mut(lane).remove(&ticket);
        }
    }

    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<Waiter> {
        let waiter = self.waiters.remove(&ticket)?;
        self.line_mut(waiter.lane).remove(&ticket);
        Some(waiter)
    }

    fn line(&self, lane: Lane) -> &BTreeSet<Ticket> {
        match lane {
            Lane::Live => &self.live,
            Lane::History => &self.history,
        }
    }

    fn line_mut(&mut self, lane: Lane) -> &mut BTreeSet<Ticket> {
        match lane {
            Lane::Live => &mut self.live,
            Lane::History => &mut self.history,
        }
    }
}

fn wanted(line: &BTreeSet<Ticket>) -> Wanted {
    (!line.is_empty()).into()
}

fn count(line: &BTreeSet<Ticket>) -> u64 {
    line.len() as u64
}
