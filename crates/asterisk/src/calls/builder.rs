//! Builder of a [`CallTracker`].

use std::collections::HashMap;
use std::time::Duration;

use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{PhoneNumber, Zone};

use super::index::{Closed, Names, Numbers};
use super::{CallTracker, SavedCalls, TimeoutMicros, Timeouts};
use crate::pattern::{ContextPattern, ExtensionPattern};
use crate::rules::{Mobiles, Rules};
use crate::scene::Micros;

/// Configures a [`CallTracker`]: extensions, trunks, number format and timeouts.
#[derive(Clone, Debug)]
pub struct CallTrackerBuilder {
    extensions: ExtensionPattern,
    trunk_contexts: ContextPattern,
    employees: Mobiles,
    phones: PhoneReader,
    zone: Zone,
    timeouts: Timeouts,
}

impl Default for CallTrackerBuilder {
    fn default() -> Self {
        Self {
            extensions: ExtensionPattern::default(),
            trunk_contexts: ContextPattern::default(),
            employees: Mobiles::default(),
            phones: PhoneReader::new(),
            zone: Zone::utc(),
            timeouts: Timeouts::default(),
        }
    }
}

impl CallTrackerBuilder {
    /// Sets the peers that are employees' phones; by default two to five digits, with or without
    /// `-WS`.
    #[must_use]
    pub fn extensions(mut self, pattern: ExtensionPattern) -> Self {
        self.extensions = pattern;
        self
    }

    /// Sets the dialplan contexts whose channels are lines, whatever their name; by default
    /// contexts that begin with `from-trunk`, `from-pstn` or `from-did`.
    #[must_use]
    pub fn trunk_contexts(mut self, pattern: ContextPattern) -> Self {
        self.trunk_contexts = pattern;
        self
    }

    /// Sets the mobile numbers of employees; none by default.
    ///
    /// The tracker treats such a number as the employee everywhere: a call from it through the PBX
    /// is outgoing, a call between it and a phone of the company is internal.
    #[must_use]
    pub fn employees(mut self, mobiles: impl IntoIterator<Item = PhoneNumber>) -> Self {
        self.employees = mobiles.into_iter().collect();
        self
    }

    /// Sets the reader of phone numbers; by default it accepts international forms only.
    #[must_use]
    pub fn phones(mut self, reader: PhoneReader) -> Self {
        self.phones = reader;
        self
    }

    /// Sets the time zone of timestamps without a zone; UTC by default. The tracker uses them only
    /// where events were lost.
    #[must_use]
    pub fn pbx_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Sets how long the tracker waits for lost events.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Builds a tracker without open calls.
    pub fn build(self) -> CallTracker {
        let timeouts = self.timeouts;
        CallTracker {
            rules: Rules {
                extensions: self.extensions,
                trunk_contexts: self.trunk_contexts,
                employees: self.employees,
                phones: self.phones,
                zone: self.zone,
            },
            timeouts: TimeoutMicros {
                reorder: micros(timeouts.reorder),
                after_last_bridge: micros(timeouts.after_last_bridge),
                waiting: micros(timeouts.waiting),
                silent: micros(timeouts.silent),
                remembered: micros(timeouts.remembered),
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
            dropped: 0,
        }
    }

    /// Builds a tracker from the calls that another tracker [saved](CallTracker::save).
    pub fn resume(self, saved: SavedCalls) -> CallTracker {
        let mut calls = self.build();
        calls.restore(saved);
        calls
    }
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX / 4)
}
