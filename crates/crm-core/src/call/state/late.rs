//! The end of a call, and events that come after it.

use serde::{Deserialize, Serialize};

use super::{CallState, LegPhase, Recorded};
use crate::call::{CallEvent, Direction, EventKind, Outcome, Reason};
use crate::time::{Seconds, Timestamp};
use crate::warning::{Warning, WarningKind};

/// The end of a call as reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) at: Timestamp,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<Reason>,
    pub(super) talk: Option<Seconds>,
}

pub(super) fn earliest(known: &mut Option<Timestamp>, at: Timestamp) {
    *known = Some(known.map_or(at, |known| known.min(at)));
}

impl CallState {
    pub(super) fn end(&mut self, end: End) {
        let End { at, outcome, reason, talk } = end;
        self.end = Some(end);
        self.ended_at = Some(at);
        let last_client_leg =
            self.legs.iter().filter(|leg| leg.has_client()).filter_map(|leg| leg.ended_at).max();
        let still_open =
            self.legs.iter().any(|leg| leg.has_client() && leg.phase != LegPhase::Ended);
        for leg in &mut self.legs {
            leg.end(at);
        }
        let outcome = outcome.unwrap_or(match (self.answered_at, self.direction) {
            (Some(_), _) => Outcome::Answered,
            (None, Some(Direction::Outbound)) => Outcome::NoAnswer,
            (None, _) => Outcome::Missed,
        });
        self.outcome = Some(outcome);
        self.reason = reason;
        self.talk = talk.or_else(|| {
            let answered = self.answered_at?;
            let left = if still_open { at } else { last_client_leg.unwrap_or(at) };
            Some(Seconds::rounded(left.since(answered)))
        });
    }

    /// Applies an event that arrived after the end. An event of after the end is ignored, unless it
    /// is the missing first one.
    pub(super) fn apply_late(&mut self, event: &CallEvent, ended_at: Timestamp) -> Vec<Warning> {
        let begins = *event.kind() == EventKind::Ringing
            && (self.direction.is_none() || self.client.is_none());
        let before = event.at() < ended_at && !matches!(event.kind(), EventKind::Ended { .. });
        let Some(end) = self.end.filter(|_| begins || before) else {
            return vec![Warning::new(
                WarningKind::OutOfOrder,
                format!(
                    "call {} has already ended; its {:?} event is ignored",
                    event.call_id(),
                    event.kind().as_str()
                ),
            )];
        };
        self.ended_at = None;
        for leg in self.legs.iter_mut().filter(|leg| leg.ended_at == Some(ended_at)) {
            leg.ended_at = None;
            leg.phase = match leg.answered_at {
                Some(_) => LegPhase::Connected,
                None => LegPhase::Ringing,
            };
        }
        let before = self.outcome;
        let mut warnings = self.apply(event);
        self.end(end);
        if self.recorded == Recorded::Yes && self.outcome != before {
            warnings.push(Warning::new(
                WarningKind::OutOfOrder,
                format!(
                    "call {} is already recorded; its {:?} event is not part of the record",
                    event.call_id(),
                    event.kind().as_str()
                ),
            ));
        }
        warnings
    }
}
