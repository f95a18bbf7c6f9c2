//! The state and decisions of a bucket. Everything here runs under the bucket's lock.
//!
//! Permits are not handed to waiters; waiters poll for them. A permit is charged when its taker
//! runs, so a late waiter cannot use it beside a newer one. Each waiter sets a timer for its
//! expected permit; a change of the order wakes only the waiter that is served earlier because of
//! it. A waiter that does not poll after being woken is passed over until it is polled again, so
//! that an abandoned future does not block others.

use std::task::Waker;
use std::time::Duration;

use super::clock::Moment;
use super::error::LimitCause;
use super::lane::Lane;
use super::outcome::{Entry, Extent, Refusal, Step, Wakes};
use super::pause::Pauses;
use super::queue::{Queue, Ticket, Waiter, WaiterState};
use super::quota::Quota;
use super::rate::Rate;

/// How long a woken waiter may take to fetch an available permit.
const GRACE: Duration = Duration::from_millis(50);

/// The shortest sleep of a waiter: the resolution of tokio's timers.
const TICK: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct State {
    rate: Rate,
    /// When the last permit was given.
    last: Option<Moment>,
    /// The end of the pause of the whole bucket.
    held: Moment,
    queue: Queue,
    pauses: Pauses,
    overdue: Option<Overdue>,
}

/// A waiter that was woken because a permit is available.
#[derive(Clone, Copy, Debug)]
struct Overdue {
    head: Ticket,
    since: Moment,
}

impl State {
    pub(super) fn new(quota: Quota) -> Self {
        Self {
            rate: Rate::new(quota),
            last: None,
            held: Moment::default(),
            queue: Queue::default(),
            pauses: Pauses::default(),
            overdue: None,
        }
    }

    pub(super) fn quota(&self) -> Quota {
        self.rate.quota()
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Returns true if the bucket may be dropped: a new one would behave the same.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        // The last permit counts for a second if a stricter quota is set.
        let rested = self.last.is_none_or(|last| now.since(last) > Duration::from_secs(1));
        rested
            && self.rate.is_fresh(now)
            && self.held <= now
            && self.pauses.last_end().is_none_or(|end| end <= now)
    }

    pub(super) fn tighten(&mut self, quota: Quota) {
        self.rate.tighten(quota, self.last);
        self.overdue = None;
    }

    /// Takes a permit for a caller that does not wait.
    pub(super) fn try_take(
        &mut self,
        account: &str,
        lane: Lane,
        now: Moment,
        wakes: &mut Wakes,
    ) -> bool {
        if !self.pauses.is_empty() {
            self.end_pauses(now, wakes);
            if self.pauses.until(account).is_some() {
                return false;
            }
        }
        if self.held > now {
            return false;
        }
        while !self.queue.is_free_for(lane) {
            if !self.pass_over_head(now, wakes) {
                return false;
            }
        }
        let reserved = self.reserved(lane);
        if (reserved > 0 && self.rate.due(reserved, now) > now) || !self.rate.take(now) {
            return false;
        }
        self.count_permit(lane, now);
        true
    }

    /// Takes a permit for a caller that may wait, or a position in the queue.
    pub(super) fn enter(
        &mut self,
        account: &str,
        lane: Lane,
        until: Moment,
        now: Moment,
        wakes: &mut Wakes,
    ) -> Entry {
        if self.try_take(account, lane, now, wakes) {
            return Entry::Granted;
        }
        let (foreseen, refusal) = self.predict(account, lane, now);
        if foreseen > until {
            return Entry::Refused(refusal);
        }
        Entry::Queued(self.queue.join(account, lane, until))
    }

    /// Predicts when a new request would get its permit, with the refusal if that is too late.
    pub(super) fn predict(&self, account: &str, lane: Lane, now: Moment) -> (Moment, Refusal) {
        let paused = self.pauses.until(account).unwrap_or_default();
        let ahead = if paused > now { 0 } else { self.queue.ahead_of_new_request(lane) };
        let foreseen = self.rate.due(ahead + self.reserved(lane), now.max(self.held).max(paused));
        let cause = if paused > now.max(self.held) {
            LimitCause::AccountPause
        } else if self.held > now {
            LimitCause::BucketPause
        } else {
            LimitCause::Quota
        };
        (foreseen, Refusal { cause, retry_after: foreseen.since(now) })
    }

    /// Polls for a waiter. `waker` wakes it later; the previous one is returned in its place, to be
    /// dropped outside the lock.
    pub(super) fn poll(
        &mut self,
        ticket: Ticket,
        now: Moment,
        waker: &mut Waker,
        wakes: &mut Wakes,
    ) -> Step {
        self.end_pauses(now, wakes);
        self.present(ticket);
        while self.queue.head() != Some(ticket) {
            if !self.pass_over_head(now, wakes) {
                break;
            }
        }
        let Some(waiter) = self.queue.get(ticket) else {
            return Step::Refused(Refusal::GONE);
        };
        let until = waiter.until;
        if self.queue.head() == Some(ticket) {
            let due = self.rate.due(self.reserved(waiter.lane), self.held);
            let at = self.rate.counted_at(due, now);
            if at <= now.min(until) && self.rate.take(at) {
                self.count_permit(waiter.lane, now);
                if let Some(left) = self.leave(ticket, wakes) {
                    *waker = left.waker;
                }
                return Step::Granted;
            }
        }
        if now >= until || self.earliest(waiter) > until {
            return Step::Refused(self.give_up(ticket, now, waker, wakes));
        }
        let armed = self.next_poll(ticket, waiter, now).max(now.after(TICK)).min(until);
        if let Some(waiter) = self.queue.get_mut(ticket) {
            waiter.armed = armed;
            std::mem::swap(&mut waiter.waker, waker);
        }
        Step::Wait(armed)
    }

    /// Removes a waiter and wakes those that are served earlier because of it. The waiter is
    /// returned to be dropped outside the lock.
    pub(super) fn leave(&mut self, ticket: Ticket, wakes: &mut Wakes) -> Option<Waiter> {
        let waiter = self.queue.remove(ticket)?;
        if waiter.state == WaiterState::Parked {
            self.pauses.unpark(&waiter.account, ticket);
            self.call_first_parked(&waiter.account, wakes);
        }
        self.call_head(wakes);
        Some(waiter)
    }

    /// Removes a waiter that got no permit.
    fn give_up(
        &mut self,
        ticket: Ticket,
        now: Moment,
        waker: &mut Waker,
        wakes: &mut Wakes,
    ) -> Refusal {
        let Some(waiter) = self.leave(ticket, wakes) else {
            return Refusal::GONE;
        };
        *waker = waiter.waker;
        let (_, refusal) = self.predict(&waiter.account, waiter.lane, now);
        refusal
    }

    /// Handles a rate limit of `account`, which pauses until `until`.
    pub(super) fn refused(
        &mut self,
        account: &str,
        until: Moment,
        now: Moment,
        wakes: &mut Wakes,
    ) -> Extent {
        self.end_pauses(now, wakes);
        self.overdue = None;
        if until > now {
            self.pauses.extend(account, until);
        }
        let mine = self.queue.iter().filter(|(_, waiter)| {
            waiter.state == WaiterState::Ready && *waiter.account == *account
        });
        for ticket in mine.map(|(ticket, _)| ticket).collect::<Vec<_>>() {
            self.park_if_paused(ticket);
        }
        let mut extent = Extent::Account;
        if self.pauses.another_runs(account) {
            extent = Extent::Bucket;
            self.held = self.held.max(self.pauses.last_end().unwrap_or_default());
        }
        self.wake_too_late(wakes);
        self.call_first_parked(account, wakes);
        self.call_head(wakes);
        extent
    }

    /// Pauses every account until `until`.
    pub(super) fn hold(&mut self, until: Moment, wakes: &mut Wakes) {
        self.overdue = None;
        self.held = self.held.max(until);
        self.wake_too_late(wakes);
        self.call_head(wakes);
    }

    /// Returns an unused permit.
    pub(super) fn give_back(&mut self, wakes: &mut Wakes) {
        self.rate.give_back();
        self.call_head(wakes);
    }

    /// Wakes the waiters that cannot get a permit before their deadline: they fail at once.
    fn wake_too_late(&self, wakes: &mut Wakes) {
        let late = self.queue.iter().filter(|(_, waiter)| self.earliest(waiter) > waiter.until);
        wakes.add(late.map(|(_, waiter)| waiter.waker.clone()));
    }

    fn count_permit(&mut self, lane: Lane, now: Moment) {
        self.queue.count_permit(lane);
        self.last = Some(now);
        self.overdue = None;
    }

    fn end_pauses(&mut self, now: Moment, wakes: &mut Wakes) {
        let mut rejoined = false;
        while let Some(parked) = self.pauses.pop_ended(now) {
            rejoined |= !parked.is_empty();
            for ticket in parked {
                self.queue.set_waiter_state(ticket, WaiterState::Ready);
            }
        }
        if rejoined {
            self.call_head(wakes);
        }
    }

    /// Handles the poll of a waiter: an absent one takes its position again.
    fn present(&mut self, ticket: Ticket) {
        if self.overdue.is_some_and(|overdue| overdue.head == ticket) {
            self.overdue = None;
        }
        let absent =
            self.queue.get(ticket).is_some_and(|waiter| waiter.state == WaiterState::Absent);
        if absent {
            self.queue.set_waiter_state(ticket, WaiterState::Ready);
            self.park_if_paused(ticket);
        }
    }

    fn park_if_paused(&mut self, ticket: Ticket) {
        let Some(waiter) = self.queue.get(ticket) else {
            return;
        };
        if self.pauses.park(&waiter.account, ticket) {
            self.queue.set_waiter_state(ticket, WaiterState::Parked);
        }
    }

    /// The earliest permit that a waiter could get.
    fn earliest(&self, waiter: &Waiter) -> Moment {
        let paused = match waiter.state {
            WaiterState::Parked => self.pauses.until(&waiter.account).unwrap_or_default(),
            WaiterState::Ready | WaiterState::Absent => Moment::default(),
        };
        self.rate.due(0, self.held.max(paused))
    }

    /// When a waiter without a permit should poll again if nothing wakes it before.
    fn next_poll(&self, ticket: Ticket, waiter: &Waiter, now: Moment) -> Moment {
        let overdue = self.overdue.filter(|overdue| self.queue.head() == Some(overdue.head));
        if let Some(overdue) = overdue {
            return overdue.since.after(GRACE);
        }
        match self.pauses.parked(&waiter.account) {
            Some(parked) if waiter.state == WaiterState::Parked => {
                let ahead = ticket.at_most_after(parked.first, parked.count);
                let ahead = ahead + self.reserved(waiter.lane);
                self.rate.due(ahead, self.held.max(parked.until))
            }
            _ => {
                let ahead = self.queue.ahead_of(ticket, waiter.lane) + self.reserved(waiter.lane);
                self.rate.due(ahead, self.held.max(now))
            }
        }
    }

    /// The permits that a request of this lane leaves to others: history leaves the reserve, unless
    /// live requests wait, for then history takes only its share of the permits that come.
    fn reserved(&self, lane: Lane) -> u64 {
        match lane {
            Lane::History if !self.queue.has_live() => u64::from(self.quota().live_reserve()),
            Lane::History | Lane::Live => 0,
        }
    }

    /// When the waiter can get a permit if it is the next to be served, not before `from`.
    fn due_for(&self, ticket: Ticket, from: Moment) -> Moment {
        let reserved = self.queue.get(ticket).map_or(0, |waiter| self.reserved(waiter.lane));
        self.rate.due(reserved, from)
    }

    /// Passes over a head of the queue that does not fetch an available permit: the first waiter
    /// that notices it wakes the head; one that notices it after the grace period passes the head
    /// over and gets true.
    fn pass_over_head(&mut self, now: Moment, wakes: &mut Wakes) -> bool {
        let Some(head) = self.queue.head() else {
            return false;
        };
        if self.due_for(head, self.held) > now {
            return false;
        }
        match self.overdue {
            Some(overdue) if overdue.head == head => {
                if now < overdue.since.after(GRACE) {
                    return false;
                }
                self.queue.set_waiter_state(head, WaiterState::Absent);
                self.call_head(wakes);
                true
            }
            _ => {
                self.overdue = Some(Overdue { head, since: now });
                wakes.add(self.queue.get(head).map(|waiter| waiter.waker.clone()));
                false
            }
        }
    }

    /// Wakes the head of the queue if its own timer would be too late.
    fn call_head(&mut self, wakes: &mut Wakes) {
        if let Some(head) = self.queue.head() {
            self.call(head, self.due_for(head, self.held), wakes);
        }
    }

    /// Wakes the first parked waiter at the end of the account's pause.
    fn call_first_parked(&mut self, account: &str, wakes: &mut Wakes) {
        if let Some(parked) = self.pauses.parked(account) {
            let due = self.due_for(parked.first, self.held.max(parked.until));
            self.call(parked.first, due, wakes);
        }
    }

    fn call(&mut self, ticket: Ticket, due: Moment, wakes: &mut Wakes) {
        if let Some(waiter) = self.queue.get_mut(ticket)
            && waiter.armed > due
        {
            waiter.armed = due;
            wakes.add([waiter.waker.clone()]);
        }
    }
}
