//! The stored state of a bucket, shared between processes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::Lane;
use super::super::Quota;
use super::super::clock::Moment;
use super::super::error::LimitCause;
use super::super::lane::LIVE_RUN;
use super::super::rate::Rate;

/// A stored moment further ahead than this was written before the clock was set back.
const LONGEST_PAUSE_NANOS: u64 = 3_600 * 1_000_000_000;

/// How long after its next poll a waiter still counts as waiting: it may be late, or dead.
const MARK_NANOS: u64 = 50_000_000;

/// The state of a bucket. Moments are nanoseconds since
/// [`BASE_MICROS`](super::bucket::BASE_MICROS).
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    /// When the next permit would come at an even rate.
    arrival: u64,
    /// The end of the pause of all accounts.
    held: u64,
    /// The ends of the pauses of single accounts.
    pauses: BTreeMap<String, u64>,
    /// Until when a live request of any process counts as waiting.
    live_waits: u64,
    /// The same for the history lane.
    history_waits: u64,
    /// Live permits while history waited, since history's last one.
    live_run: u8,
}

/// The result of one poll.
#[derive(Debug, PartialEq)]
pub(super) enum PollResult {
    Granted,
    /// No permit before this moment.
    Wait(Moment, LimitCause),
}

impl Document {
    /// Creates the state of an unreadable bucket, the strictest possible.
    pub(super) fn unknown(quota: Quota, now: Moment) -> Self {
        let arrival = Rate::new(quota).latest_arrival(now);
        Self { arrival: arrival.as_nanos(), ..Self::default() }
    }

    /// Removes ended pauses, and moments that only a clock set back can explain.
    pub(super) fn remove_ended(&mut self, quota: Quota, now: Moment) {
        let latest = Rate::new(quota).latest_arrival(now).as_nanos();
        self.arrival = self.arrival.min(latest.max(now.as_nanos()));
        let furthest = now.as_nanos().saturating_add(LONGEST_PAUSE_NANOS);
        self.held = self.held.min(furthest);
        self.pauses.retain(|_, until| {
            *until = (*until).min(furthest);
            *until > now.as_nanos()
        });
        for mark in [&mut self.live_waits, &mut self.history_waits] {
            *mark = (*mark).min(furthest);
        }
    }

    /// Takes a permit if one is available for this lane now; `ahead` wait for one in this process.
    pub(super) fn poll_permit(
        &mut self,
        quota: Quota,
        account: &str,
        lane: Lane,
        ahead: u64,
        now: Moment,
    ) -> PollResult {
        let paused = self.pauses.get(account).copied().unwrap_or_default();
        if paused > now.as_nanos() {
            return PollResult::Wait(Moment::from_nanos(paused), LimitCause::AccountPause);
        }
        if self.held > now.as_nanos() {
            return PollResult::Wait(Moment::from_nanos(self.held), LimitCause::BucketPause);
        }
        let rate = Rate::resumed(quota, Moment::from_nanos(self.arrival));
        let reserved = match lane {
            Lane::History if self.live_waits <= now.as_nanos() => quota.live_reserve(),
            Lane::History | Lane::Live => 0,
        };
        let ahead = ahead + u64::from(reserved);
        let due = rate.due(ahead, Moment::default());
        if ahead == u64::from(reserved) && self.is_turn_of(lane, now) {
            let at = rate.counted_at(due, now);
            if at <= now && rate.take(at) {
                self.arrival = rate.arrival().as_nanos();
                self.count_permit(lane, now);
                return PollResult::Granted;
            }
        }
        // If the other lane is served first, wait for the permit after it.
        let next = if due > now { due } else { rate.due(1 + u64::from(reserved), now) };
        PollResult::Wait(next, LimitCause::Quota)
    }

    /// Marks a lane as waiting until after its next poll.
    pub(super) fn mark(&mut self, lane: Lane, next_poll: Moment) {
        let until = next_poll.as_nanos().saturating_add(MARK_NANOS);
        let mark = match lane {
            Lane::Live => &mut self.live_waits,
            Lane::History => &mut self.history_waits,
        };
        *mark = (*mark).max(until);
    }

    fn is_turn_of(&self, lane: Lane, now: Moment) -> bool {
        match lane {
            Lane::Live => self.live_run < LIVE_RUN || self.history_waits <= now.as_nanos(),
            Lane::History => self.live_run >= LIVE_RUN || self.live_waits <= now.as_nanos(),
        }
    }

    fn count_permit(&mut self, lane: Lane, now: Moment) {
        match lane {
            Lane::History => {
                self.live_run = 0;
                self.history_waits = 0;
            }
            Lane::Live => {
                if self.history_waits > now.as_nanos() {
                    self.live_run = self.live_run.saturating_add(1);
                }
                self.live_waits = 0;
            }
        }
    }

    /// Returns an unused permit.
    pub(super) fn give_back(&mut self, quota: Quota) {
        let rate = Rate::resumed(quota, Moment::from_nanos(self.arrival));
        rate.give_back();
        self.arrival = rate.arrival().as_nanos();
    }

    /// Handles a rate limit of `account`; a second account at the same time pauses all.
    pub(super) fn refused(&mut self, account: &str, until: Moment) {
        let pause = self.pauses.entry(account.to_owned()).or_default();
        *pause = (*pause).max(until.as_nanos());
        if self.pauses.len() > 1 {
            let last = self.pauses.values().copied().max().unwrap_or_default();
            self.held = self.held.max(last);
        }
    }

    /// Pauses every account.
    pub(super) fn hold(&mut self, until: Moment) {
        self.held = self.held.max(until.as_nanos());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn quota() -> Quota {
        Quota::new(10.0, 1).unwrap()
    }

    fn at(tenths: u64) -> Moment {
        Moment::from_nanos(100 * SECOND + tenths * SECOND / 10)
    }

    #[test]
    fn permits_are_spaced_by_the_quota() {
        let mut document = Document::default();
        assert_eq!(
            document.poll_permit(quota(), "shop", Lane::Live, 0, at(0)),
            PollResult::Granted
        );
        let PollResult::Wait(next, LimitCause::Quota) =
            document.poll_permit(quota(), "shop", Lane::Live, 0, at(0))
        else {
            panic!("a second permit at once: {document:?}");
        };
        // A timer may be late by 2 ms without delaying the next permit.
        assert!(next > at(0).after_nanos(SECOND / 11) && next <= at(1), "{next:?}");
        assert_eq!(
            document.poll_permit(quota(), "shop", Lane::Live, 0, at(1)),
            PollResult::Granted
        );
    }

    #[test]
    fn history_gets_every_tenth_permit_while_live_waits() {
        let mut document = Document::default();
        let mut order = String::new();
        for tenth in 0..40 {
            let now = at(tenth);
            document.mark(Lane::Live, now);
            document.mark(Lane::History, now);
            for (lane, letter) in [(Lane::History, 'h'), (Lane::Live, 'l')] {
                if document.poll_permit(quota(), "shop", lane, 0, now) == PollResult::Granted {
                    order.push(letter);
                }
            }
        }
        assert_eq!(order, "lllllllllh".repeat(4));
    }

    #[test]
    fn history_leaves_the_reserve_to_live() {
        let quota = Quota::new(2.0, 48).unwrap().with_live_reserve(8);
        let mut document = Document::default();
        let mut taken = |lane| {
            let mut poll = || document.poll_permit(quota, "shop", lane, 0, at(0));
            (0..100).take_while(|_| poll() == PollResult::Granted).count()
        };
        assert_eq!([taken(Lane::History), taken(Lane::Live), taken(Lane::History)], [40, 8, 0]);
    }

    #[test]
    fn second_paused_account_pauses_all() {
        let mut document = Document::default();
        document.refused("one", at(20));
        let mut look = |account: &str| document.poll_permit(quota(), account, Lane::Live, 0, at(0));
        assert_eq!(look("one"), PollResult::Wait(at(20), LimitCause::AccountPause));
        assert_eq!(look("other"), PollResult::Granted);
        document.refused("two", at(30));
        let look = document.poll_permit(quota(), "other", Lane::Live, 0, at(1));
        assert_eq!(look, PollResult::Wait(at(30), LimitCause::BucketPause));
    }

    #[test]
    fn clock_set_back_blocks_briefly() {
        let mut document = Document::default();
        document.poll_permit(quota(), "shop", Lane::Live, 0, Moment::from_nanos(10_000 * SECOND));
        document.refused("shop", Moment::from_nanos(20_000 * SECOND));
        let now = at(0);
        document.remove_ended(quota(), now);
        assert!(document.arrival <= now.as_nanos() + SECOND / 10, "{document:?}");
        assert!(document.pauses["shop"] <= now.as_nanos() + 3_600 * SECOND, "{document:?}");
    }
}
