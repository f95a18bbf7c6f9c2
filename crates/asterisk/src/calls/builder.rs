//! Making a tracker.

use std::collections::HashMap;
use std::time::Duration;

use vochi_crm_core::Zone;
use vochi_crm_core::phone::PhoneReader;

use super::index::{Closed, Names, Numbers};
use super::{CallTracker, Patience, SavedCalls, Times};
use crate::pattern::ExtensionPattern;
use crate::rules::Rules;
use crate::scene::Micros;

/// What a tracker is told about the PBX.
#[derive(Clone, Debug)]
pub struct CallTrackerBuilder {
    extensions: ExtensionPattern,
    phones: PhoneReader,
    zone: Zone,
    patience: Patience,
}

impl Default for CallTrackerBuilder {
    fn default() -> Self {
        Self {
            extensions: ExtensionPattern::default(),
            phones: PhoneReader::new(),
            zone: Zone::utc(),
            patience: Patience::default(),
        }
    }
}

impl CallTrackerBuilder {
    /// Which peers are employees; two to five digits unless told otherwise.
    #[must_use]
    pub fn extensions(mut self, pattern: ExtensionPattern) -> Self {
        self.extensions = pattern;
        self
    }

    /// How numbers are read; international forms only unless told otherwise.
    #[must_use]
    pub fn phones(mut self, reader: PhoneReader) -> Self {
        self.phones = reader;
        self
    }

    /// The zone of times the PBX writes without one; UTC unless told otherwise. They are used only
    /// where events were lost.
    #[must_use]
    pub fn pbx_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// How long to wait for events that may never come.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// A tracker that knows no call yet.
    pub fn build(self) -> CallTracker {
        let patience = self.patience;
        CallTracker {
            rules: Rules {
                extensions: self.extensions,
                phones: self.phones,
                zone: self.zone,
            },
            patience: Times {
                reorder: micros(patience.reorder),
                after_last_bridge: micros(patience.after_last_bridge),
                waiting: micros(patience.waiting),
                silent: micros(patience.silent),
                remembered: micros(patience.remembered),
            },
            clocks: HashMap::new(),
            now: Micros::MIN,
            scenes: Vec::new(),
            free: Vec::new(),
            names: Names::default(),
            employees: Numbers::default(),
            clients: Numbers::default(),
            closed: Closed::default(),
            planned: Vec::new(),
            next: std::collections::BTreeSet::new(),
            late: 0,
        }
    }

    /// A tracker that goes on where another one was [saved](CallTracker::save).
    pub fn resume(self, saved: SavedCalls) -> CallTracker {
        let mut calls = self.build();
        calls.take_up(saved);
        calls
    }
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX / 4)
}
