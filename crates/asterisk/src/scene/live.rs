//! What was told of a client's call while it lived.

use std::collections::HashSet;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::ChannelAt;

pub(crate) type Names = Vec<CompactString>;

/// With more names than these, a hash table finds one sooner.
const FEW: usize = 32;

/// A quick answer to whether a name is among others.
pub(crate) enum Lookup<'a> {
    Few(&'a [CompactString]),
    Many(HashSet<&'a str>),
}

impl<'a> Lookup<'a> {
    pub(crate) fn of(names: &'a [CompactString]) -> Self {
        if names.len() <= FEW {
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

/// Removes all but the first of equal names.
pub(crate) fn distinct(names: &mut Names) {
    if names.len() <= FEW {
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

/// How far the telling of a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LiveState {
    /// No event was emitted.
    #[serde(rename = "Unheard")]
    Pending,
    /// Nobody will be told before the record: it may yet turn out to be part of another call.
    Silent,
    /// Somebody was told that it began.
    Open,
    Over,
    /// The record is out.
    Recorded,
}

/// What was told of a client's call so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    /// The channel that names the call.
    pub(crate) key: ChannelAt,
    #[serde(rename = "telling")]
    pub(crate) state: LiveState,
    pub(crate) held: bool,
    /// The client rings elsewhere after somebody had it.
    pub(crate) passed_on: bool,
    /// Who rings.
    pub(crate) ringing: Names,
    /// Who has the client, or keeps it on hold.
    pub(crate) with: Names,
    /// Colleagues who were asked and answered.
    pub(crate) asked: Names,
    /// Who had it last.
    pub(crate) last: Option<CompactString>,
}

impl Live {
    pub(crate) fn new(key: ChannelAt) -> Self {
        Self {
            key,
            state: LiveState::Pending,
            held: false,
            passed_on: false,
            ringing: Names::new(),
            with: Names::new(),
            asked: Names::new(),
            last: None,
        }
    }

    /// Tells nobody of it while it lives.
    pub(crate) fn mute(&mut self) {
        self.state = LiveState::Silent;
    }

    /// Whether somebody was told of the call and not of its end.
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
