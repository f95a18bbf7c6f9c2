//! Paused accounts and their waiters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::clock::Moment;
use super::queue::Ticket;

/// The running pauses of a bucket, one per account.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    accounts: BTreeMap<Arc<str>, Pause>,
    ends: BTreeSet<(Moment, Arc<str>)>,
}

#[derive(Debug)]
struct Pause {
    until: Moment,
    parked: BTreeSet<Ticket>,
}

impl Pauses {
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// When the account's pause ends, if it has one.
    pub(super) fn until(&self, account: &str) -> Option<Moment> {
        self.accounts.get(account).map(|pause| pause.until)
    }

    /// Starts or extends the account's pause; never shortens it.
    pub(super) fn extend(&mut self, account: &str, until: Moment) {
        if let Some((name, pause)) = self.accounts.get_key_value(account) {
            if pause.until >= until {
                return;
            }
            let name = Arc::clone(name);
            self.ends.remove(&(pause.until, Arc::clone(&name)));
            self.ends.insert((until, name));
            if let Some(pause) = self.accounts.get_mut(account) {
                pause.until = until;
            }
        } else {
            let name: Arc<str> = account.into();
            self.ends.insert((until, Arc::clone(&name)));
            self.accounts.insert(name, Pause { until, parked: BTreeSet::new() });
        }
    }

    /// Returns true if an account other than this one is paused.
    pub(super) fn another_runs(&self, account: &str) -> bool {
        self.ends.iter().any(|(_, name)| name.as_ref() != account)
    }

    pub(super) fn last_end(&self) -> Option<Moment> {
        self.ends.last().map(|(until, _)| *until)
    }

    /// Removes one ended pause and returns its waiters.
    pub(super) fn pop_ended(&mut self, now: Moment) -> Option<BTreeSet<Ticket>> {
        if self.ends.first().is_none_or(|(until, _)| *until > now) {
            return None;
        }
        let (_, account) = self.ends.pop_first()?;
        self.accounts.remove(&account).map(|pause| pause.parked)
    }

    /// Parks a waiter until the account's pause ends; returns false if the account has no pause.
    pub(super) fn park(&mut self, account: &str, ticket: Ticket) -> bool {
        let pause = self.accounts.get_mut(account);
        pause.is_some_and(|pause| {
            pause.parked.insert(ticket);
            true
        })
    }

    pub(super) fn unpark(&mut self, account: &str, ticket: Ticket) {
        if let Some(pause) = self.accounts.get_mut(account) {
            pause.parked.remove(&ticket);
        }
    }

    /// The waiters for the end of the account's pause, if any.
    pub(super) fn parked(&self, account: &str) -> Option<Parked> {
        let pause = self.accounts.get(account)?;
        let first = *pause.parked.first()?;
        Some(Parked { first, count: pause.parked.len() as u64, until: pause.until })
    }
}

/// The waiters of a paused account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parked {
    /// The waiter that has to notice the end of the pause.
    pub(super) first: Ticket,
    pub(super) count: u64,
    pub(super) until: Moment,
}
