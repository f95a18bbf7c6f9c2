//! Facts from a dialplan's own events.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{ChannelAt, MAX_FACTS, Micros};
use crate::read::CallKind;

/// What the dialplan reported about a scene.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Incoming clients: their channels, numbers and lines.
    pub(crate) arrivals: SmallVec<[Arrival; 1]>,
    pub(crate) dials: Vec<PlanDial>,
    pub(crate) reports: Vec<Report>,
}

/// An incoming client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) at: Micros,
    pub(crate) channel: ChannelAt,
    pub(crate) phone: Option<Box<str>>,
    pub(crate) line: Option<Box<str>>,
}

/// A dial by the dialplan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanDial {
    pub(crate) at: Micros,
    pub(crate) channel: ChannelAt,
    pub(crate) kind: CallKind,
    pub(crate) phone: Option<Box<str>>,
    /// The dialled extensions; for an outgoing call, the dialling ones.
    pub(crate) extensions: Box<[CompactString]>,
    pub(crate) line: Option<Box<str>>,
}

/// A hangup event of the dialplan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) at: Micros,
    pub(crate) channel: ChannelAt,
    pub(crate) kind: CallKind,
    pub(crate) answered: Option<bool>,
    pub(crate) phone: Option<Box<str>>,
    pub(crate) extensions: Box<[CompactString]>,
    pub(crate) line: Option<Box<str>>,
    pub(crate) began: Option<Micros>,
    pub(crate) ended: Option<Micros>,
}

impl PlanDial {
    fn is_repeated_by(&self, later: &Self) -> bool {
        let extensions = |one: &CompactString| later.extensions.contains(one);
        self.channel == later.channel
            && self.kind == later.kind
            && self.at <= later.at
            && self.extensions.iter().all(extensions)
    }
}

impl Plan {
    pub(crate) fn arrive(&mut self, new: Arrival) {
        match self.arrivals.iter_mut().find(|known| known.channel == new.channel) {
            Some(known) => {
                known.at = known.at.min(new.at);
                known.phone = known.phone.take().or(new.phone);
                known.line = known.line.take().or(new.line);
            }
            None => self.arrivals.push(new),
        }
    }

    /// Adds a dial. Returns false if the extensions of an earlier one were dropped for it.
    pub(crate) fn dial(&mut self, new: PlanDial) -> bool {
        if self.dials.contains(&new) {
            return true;
        }
        let full = self.dials.len() >= MAX_FACTS;
        let mut repeated = None;
        if full {
            // The first one determines when the call began.
            let mut others = self.dials.iter().skip(1);
            repeated = others.position(|one| one.is_repeated_by(&new));
            self.dials.remove(1 + repeated.unwrap_or_default());
        } else {
            self.dials.reserve_exact(1);
        }
        self.dials.push(new);
        self.dials.sort_by_key(|known| known.at);
        !full || repeated.is_some()
    }

    /// Adds a report; one per channel, the earliest.
    pub(crate) fn report(&mut self, new: Report) {
        match self.reports.iter_mut().find(|known| known.channel == new.channel) {
            Some(known) if new.at < known.at => *known = new,
            Some(_) => {}
            None => {
                self.reports.reserve_exact(1);
                self.reports.push(new);
            }
        }
    }

    pub(crate) fn report_of(&self, channel: ChannelAt) -> Option<&Report> {
        self.reports.iter().find(|report| report.channel == channel)
    }
}
