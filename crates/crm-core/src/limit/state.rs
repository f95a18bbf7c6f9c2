//! What a bucket knows and decides. Everything here happens under the bucket's lock.
//!
//! Permits are not handed to waiters, waiters come for them: a permit is charged at the moment its
//! taker runs, so one who is late cannot use it beside a newer one. Each waiter looks again by
//! itself when its turn is foreseen; whoever changes the order wakes only the one whose turn comes
//! earlier by that. A waiter who does not come although it was woken is passed over until it is
//! polled again, so that a future nobody polls holds up nobody else.

use std::task::Waker;
use std::time::Duration;

use super::clock::Moment;
use super::error::LimitCause;
use super::lane::Lane;
use super::outcome::{Entry, Extent, Refusal, Step, Wakes};
use super::pause::Pauses;
use super::queue::{Queue, Standing, Ticket, Waiter};
use super::quota::Quota;
use super::rate::Rate;

/// How long a waiter may take to come once it was woken for a permit that lies there.
const GRACE: Duration = Duration::from_millis(50);

/// The shortest sleep of a waiter: the step of tokio's timers.
const TICK: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct State {
    rate: Rate,
    /// When the last permit was given.
    last: Option<Moment>,
    /// Until when the whole bucket pauses.
    held: Moment,
    queue: Queue,
    pauses: Pauses,
    overdue: Option<Overdue>,
}

/// A waiter who was woken for its turn by somebody else.
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

    /// True when the bucket may be forgotten: a new one would behave the same.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        // The last permit counts for a second when a stricter quota comes.
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

    /// Takes a permit for somebody who does not wait.
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
        while !self.queue.lets_pass(lane) {
            if !self.pass_over_head(now, wakes) {
                return false;
            }
        }
        if !self.rate.take(now) {
            return false;
        }
        self.granted(lane, now);
        true
    }

    /// Takes a permit for somebody who would wait, or a place in the queue.
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
        let (foreseen, refusal) = self.foresee(account, lane, now);
        if foreseen > until {
            return Entry::Refused(refusal);
        }
        Entry::Queued(self.queue.join(account, lane, until))
    }

    /// When a newcomer would get its permit, and what is to be said if that is too late.
    pub(super) fn foresee(&self, account: &str, lane: Lane, now: Moment) -> (Moment, Refusal) {
        let paused = self.pauses.until(account).unwrap_or_default();
        let ahead = if paused > now { 0 } else { self.queue.ahead_of_newcomer(lane) };
        let foreseen = self.rate.due(ahead, now.max(self.held).max(paused));
        let cause = if paused > now.max(self.held) {
            LimitCause::AccountPause
        } else if self.held > now {
            LimitCause::BucketPause
        } else {
            LimitCause::Quota
        };
        (foreseen, Refusal { cause, retry_after: foreseen.since(now) })
    }

    /// A waiter looks whether it is its turn. `waker` is how to wake it later; the one that was
    /// kept before comes back in its stead, to be dropped outside the lock.
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
            let at = self.rate.counted_at(self.rate.due(0, self.held), now);
            if at <= now.min(until) && self.rate.take(at) {
                self.granted(waiter.lane, now);
                if let Some(left) = self.leave(ticket, wakes) {
                    *waker = left.waker;
                }
                return Step::Granted;
            }
        }
        if now >= until || self.earliest(waiter) > until {
            return Step::Refused(self.give_up(ticket, now, waker, wakes));
        }
        let armed = self.next_look(ticket, waiter, now).max(now.after(TICK)).min(until);
        if let Some(waiter) = self.queue.get_mut(ticket) {
            waiter.armed = armed;
            std::mem::swap(&mut waiter.waker, waker);
        }
        Step::Wait(armed)
    }

    /// Forgets a waiter and calls those whose turn comes earlier by that. The waiter is handed back
    /// to be dropped outside the lock.
    pub(super) fn leave(&mut self, ticket: Ticket, wakes: &mut Wakes) -> Option<Waiter> {
        let waiter = self.queue.remove(ticket)?;
        if waiter.standing == Standing::Parked {
            self.pauses.unpark(&waiter.account, ticket);
            self.call_first_parked(&waiter.account, wakes);
        }
        self.call_head(wakes);
        Some(waiter)
    }

    /// A waiter leaves without a permit.
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
        let (_, refusal) = self.foresee(&waiter.account, waiter.lane, now);
        refusal
    }

    /// The CRM refused a request of `account`, which is to wait until `until`.
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
            waiter.standing == Standing::Ready && *waiter.account == *account
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

    /// Holds back every account until `until`.
    pub(super) fn hold(&mut self, until: Moment, wakes: &mut Wakes) {
        self.overdue = None;
        self.held = self.held.max(until);
        self.wake_too_late(wakes);
        self.call_head(wakes);
    }

    /// A permit that was taken a moment ago is not used.
    pub(super) fn give_back(&mut self, wakes: &mut Wakes) {
        self.rate.give_back();
        self.call_head(wakes);
    }

    /// Wakes those whose permit can only come after their deadline: they fail at once.
    fn wake_too_late(&self, wakes: &mut Wakes) {
        let late = self.queue.iter().filter(|(_, waiter)| self.earliest(waiter) > waiter.until);
        wakes.add(late.map(|(_, waiter)| waiter.waker.clone()));
    }

    fn granted(&mut self, lane: Lane, now: Moment) {
        self.queue.given(lane);
        self.last = Some(now);
        self.overdue = None;
    }

    fn end_pauses(&mut self, now: Moment, wakes: &mut Wakes) {
        let mut rejoined = false;
        while let Some(parked) = self.pauses.pop_ended(now) {
            rejoined |= !parked.is_empty();
            for ticket in parked {
                self.queue.set_standing(ticket, Standing::Ready);
            }
        }
        if rejoined {
            self.call_head(wakes);
        }
    }

    /// A waiter is being polled: if it was absent, it takes its place again.
    fn present(&mut self, ticket: Ticket) {
        if self.overdue.is_some_and(|overdue| overdue.head == ticket) {
            self.overdue = None;
        }
        let absent =
            self.queue.get(ticket).is_some_and(|waiter| waiter.standing == Standing::Absent);
        if absent {
            self.queue.set_standing(ticket, Standing::Ready);
            self.park_if_paused(ticket);
        }
    }

    fn park_if_paused(&mut self, ticket: Ticket) {
        let Some(waiter) = self.queue.get(ticket) else {
            return;
        };
        if self.pauses.park(&waiter.account, ticket) {
            self.queue.set_standing(ticket, Standing::Parked);
        }
    }

    /// The earliest permit that a waiter could possibly get.
    fn earliest(&self, waiter: &Waiter) -> Moment {
        let paused = match waiter.standing {
            Standing::Parked => self.pauses.until(&waiter.account).unwrap_or_default(),
            Standing::Ready | Standing::Absent => Moment::default(),
        };
        self.rate.due(0, self.held.max(paused))
    }

    /// When a waiter who got no permit should look again, if nobody wakes it before.
    fn next_look(&self, ticket: Ticket, waiter: &Waiter, now: Moment) -> Moment {
        let overdue = self.overdue.filter(|overdue| self.queue.head() == Some(overdue.head));
        if let Some(overdue) = overdue {
            return overdue.since.after(GRACE);
        }
        match self.pauses.parked(&waiter.account) {
            Some(parked) if waiter.standing == Standing::Parked => {
                let ahead = ticket.at_most_after(parked.first, parked.count);
                self.rate.due(ahead, self.held.max(parked.until))
            }
            _ => self.rate.due(self.queue.ahead_of(ticket, waiter.lane), self.held.max(now)),
        }
    }

    /// A permit may lie there that the head of the queue does not fetch. The first who finds it so
    /// wakes the head; who finds it so again after the grace passes the head over. True then.
    fn pass_over_head(&mut self, now: Moment, wakes: &mut Wakes) -> bool {
        let Some(head) = self.queue.head() else {
            return false;
        };
        if self.rate.due(0, self.held) > now {
            return false;
        }
        match self.overdue {
            Some(overdue) if overdue.head == head => {
                if now < overdue.since.after(GRACE) {
                    return false;
                }
                self.queue.set_standing(head, Standing::Absent);
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

    /// Wakes the head of the queue if it would look too late by itself.
    fn call_head(&mut self, wakes: &mut Wakes) {
        if let Some(head) = self.queue.head() {
            self.call(head, self.rate.due(0, self.held), wakes);
        }
    }

    /// Somebody has to look when the account's pause ends.
    fn call_first_parked(&mut self, account: &str, wakes: &mut Wakes) {
        if let Some(parked) = self.pauses.parked(account) {
            self.call(parked.first, self.rate.due(0, self.held.max(parked.until)), wakes);
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
