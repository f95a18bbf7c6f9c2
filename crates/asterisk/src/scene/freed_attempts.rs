//! Totals of evicted ring attempts: a queue may ring the same phones for hours.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{ChannelAt, Micros};

/// Summary of evicted ring attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreedAttempts {
    /// Phones that rang, once for each client.
    pub(crate) rings: Vec<FreedRing>,
    /// Results of the attempts.
    pub(crate) attempts: Attempts,
}

/// Counts of attempts to reach phones and lines, by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    pub(crate) all: u32,
    /// The phone was busy.
    pub(crate) busy: u32,
    /// The phone was unreachable.
    pub(crate) unavailable: u32,
    /// The call was declined.
    pub(crate) refused: u32,
}

/// A phone that rang.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreedRing {
    /// When it first rang.
    pub(crate) at: Micros,
    pub(crate) who: CompactString,
    /// The client it rang for; `None` if the scene had at most one.
    pub(crate) client: Option<ChannelAt>,
}

impl FreedAttempts {
    /// Records that a phone rang.
    pub(crate) fn rang(&mut self, new: FreedRing) {
        let same = |known: &&mut FreedRing| known.who == new.who && known.client == new.client;
        match self.rings.iter_mut().find(same) {
            Some(known) => known.at = known.at.min(new.at),
            None => self.rings.push(new),
        }
    }

    /// Adds the totals of another scene, with renumbered channels.
    pub(super) fn join(&mut self, other: Self, moved: impl Fn(ChannelAt) -> ChannelAt) {
        for ring in other.rings {
            self.rang(FreedRing { client: ring.client.map(&moved), ..ring });
        }
        self.attempts.all += other.attempts.all;
        self.attempts.busy += other.attempts.busy;
        self.attempts.unavailable += other.attempts.unavailable;
        self.attempts.refused += other.attempts.refused;
    }
}
