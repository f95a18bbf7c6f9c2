//! Ring attempts that are over and were freed: a queue may ring the same phones for hours.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{ChannelAt, Micros};

/// What is known of ring attempts whose channels were freed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreedAttempts {
    /// Whose phones rang, each once for each client.
    pub(crate) rings: Vec<FreedRing>,
    /// How the attempts ended.
    pub(crate) attempts: Attempts,
}

/// How attempts to reach phones and lines ended, by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    pub(crate) all: u32,
    /// The phone was busy.
    pub(crate) busy: u32,
    /// There was no way to it.
    pub(crate) unavailable: u32,
    /// The call was declined.
    pub(crate) refused: u32,
}

/// A phone that rang.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreedRing {
    /// When it rang first.
    pub(crate) at: Micros,
    pub(crate) who: CompactString,
    /// The client it rang for; none if the scene had no more than one.
    pub(crate) client: Option<ChannelAt>,
}

impl FreedAttempts {
    /// Notes that a phone rang.
    pub(crate) fn rang(&mut self, new: FreedRing) {
        let same = |known: &&mut FreedRing| known.who == new.who && known.client == new.client;
        match self.rings.iter_mut().find(same) {
            Some(known) => known.at = known.at.min(new.at),
            None => self.rings.push(new),
        }
    }

    /// Takes over what another scene knows, whose channels have got these places.
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
