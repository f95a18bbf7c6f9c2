//! What a dialplan's listener said of a scene.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{ChannelAt, MOST, Micros};
use crate::read::CallKind;

/// The dialplan's own account of a scene.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Clients that came in: their channels, numbers and lines.
    pub(crate) arrivals: SmallVec<[Arrival; 1]>,
    pub(crate) dials: Vec<PlanDial>,
    pub(crate) reports: Vec<Report>,
}

/// A client that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) at: Micros,
    pub(crate) channel: ChannelAt,
    pub(crate) phone: Option<Box<str>>,
    pub(crate) line: Option<Box<str>>,
}

/// The dialplan dialled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanDial {
    pub(crate) at: Micros,
    pub(crate) channel: ChannelAt,
    pub(crate) kind: CallKind,
    pub(crate) phone: Option<Box<str>>,
    /// Whom it dialled; of an outgoing call, who dials.
    pub(crate) extensions: Box<[CompactString]>,
    pub(crate) line: Option<Box<str>>,
}

/// The dialplan's account of a channel's end.
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

impl Plan {
    pub(crate) fn arrive(&mut self, new: Arrival) {
        match self
            .arrivals
            .iter_mut()
            .find(|known| known.channel == new.channel)
        {
            Some(known) => {
                known.at = known.at.min(new.at);
                known.phone = known.phone.take().or(new.phone);
                known.line = known.line.take().or(new.line);
            }
            None => self.arrivals.push(new),
        }
    }

    pub(crate) fn dial(&mut self, new: PlanDial) {
        if !self.dials.contains(&new) && self.dials.len() < MOST {
            self.dials.reserve_exact(1);
            self.dials.push(new);
            self.dials.sort_by_key(|known| known.at);
        }
    }

    /// One report of a channel is enough; a later one repeats it.
    pub(crate) fn report(&mut self, new: Report) {
        match self
            .reports
            .iter_mut()
            .find(|known| known.channel == new.channel)
        {
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
