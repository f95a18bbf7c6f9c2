//! State of a client's live call: which events were emitted.

use std::collections::HashSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::ChannelAt;

pub(crate) type Names = Vec<CompactString>;

/// Above this many names, a hash table is faster.
const MAX_SCANNED: usize = 32;

/// Fast membership test for names.
pub(crate) enum Lookup<'a> {
    Few(&'a [CompactString]),
    Many(HashSet<&'a str>),
}

impl<'a> Lookup<'a> {
    pub(crate) fn of(names: &'a [CompactString]) -> Self {
        if names.len() <= MAX_SCANNED {
            Self::Few(names)
        } else {
            Self::Many(names.iter().map(CompactString::as_str).collect())
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Few(names) => names.iter().any(|known| known == name),
            Self::Many(names) => names.contains(name),
        }
    }
}

/// Removes duplicate names, keeping the first.
pub(crate) fn distinct(names: &mut Names) {
    if names.len() <= MAX_SCANNED {
        for place in (1..names.len()).rev() {
            let (before, rest) = names.split_at(place);
            if rest.first().is_some_and(|name| before.contains(name)) {
                names.remove(place);
            }
        }
    } else {
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
}

/// Which events of a live call were emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LiveState {
    /// No event was emitted.
    #[serde(rename = "Unheard")]
    Pending,
    /// No events until the record: it may be part of another call.
    Silent,
    /// A start event was emitted.
    Open,
    Over,
    /// The record was emitted.
    Recorded,
}

/// What the emitted events of a client's call said so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    /// The channel that names the call.
    pub(crate) key: ChannelAt,
    #[serde(rename = "telling")]
    pub(crate) state: LiveState,
    pub(crate) held: bool,
    /// The client rings elsewhere after an employee had it.
    pub(crate) transferred: bool,
    /// Employees whose phones ring.
    pub(crate) ringing: Names,
    /// Employees connected with the client, or holding it.
    pub(crate) with: Names,
    /// Colleagues who answered a consultation.
    pub(crate) asked: Names,
    /// The last employee connected with the client.
    pub(crate) last: Option<CompactString>,
}

impl Live {
    pub(crate) fn new(key: ChannelAt) -> Self {
        Self {
            key,
            state: LiveState::Pending,
            held: false,
            transferred: false,
            ringing: Names::new(),
            with: Names::new(),
            asked: Names::new(),
            last: None,
        }
    }

    /// Suppresses live events of this call.
    pub(crate) fn mute(&mut self) {
        self.state = LiveState::Silent;
    }

    /// Returns true if a start event was emitted and no end event.
    pub(crate) fn is_open(&self) -> bool {
        self.state == LiveState::Open
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.state == LiveState::Recorded
    }

    pub(crate) fn record(&mut self) {
        self.state = LiveState::Recorded;
    }
}
