//! Legs and their ends in Kontur's words.

use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::{Direction, Extension, LegEnd, LegId, LegRecord, Party, Result, Warning};

use super::{Connector, words};
use crate::model::Participant;

/// A leg, live or over, by its ends.
pub(super) trait Ends {
    /// The side that calls.
    fn from(&self) -> &LegEnd;
    /// The side that is called.
    fn to(&self) -> &LegEnd;

    /// Whether the client takes part.
    fn has_client(&self) -> bool {
        *self.from() == LegEnd::Client || *self.to() == LegEnd::Client
    }

    /// Whether it is a talk between two people. Kontur is not told of legs of the PBX itself: in a
    /// click-to-call the phone of the employee rings before there is anybody to talk to.
    fn is_talk(&self) -> bool {
        *self.from() != LegEnd::Pbx && *self.to() != LegEnd::Pbx
    }

    /// The employees who take part.
    fn employees(&self) -> impl Iterator<Item = &Extension> {
        let ends = [self.from(), self.to()];
        ends.into_iter().filter_map(LegEnd::extension)
    }
}

impl Ends for LiveLeg {
    fn from(&self) -> &LegEnd {
        &self.from
    }

    fn to(&self) -> &LegEnd {
        &self.to
    }
}

impl Ends for LegRecord {
    fn from(&self) -> &LegEnd {
        &self.from
    }

    fn to(&self) -> &LegEnd {
        &self.to
    }
}

impl Connector {
    /// The id of a leg as it is sent. Kontur wants it unique in the workspace, so it has the prefix
    /// that the calls of the account have.
    pub(super) fn leg_name(&self, leg: &LegId) -> Result<LegId> {
        match self.own().config().call_id_prefix.as_deref() {
            None | Some("") => Ok(leg.clone()),
            Some(prefix) => LegId::new(format!("{prefix}{leg}")),
        }
    }

    /// Both ends of a leg. In a call among employees the outside party is one of them.
    pub(super) fn participants(
        &self,
        leg: &impl Ends,
        direction: Direction,
        client: Option<&Party>,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Participant, Participant)> {
        let directory = self.own().directory();
        let mut end = |end: &LegEnd| {
            if direction == Direction::Internal && *end == LegEnd::Client {
                let inside = match client {
                    Some(Party::Extension(extension)) => LegEnd::Employee(extension.clone()),
                    _ => LegEnd::UnknownEmployee,
                };
                return words::participant(&inside, directory, warnings);
            }
            words::participant(end, directory, warnings)
        };
        Ok((end(leg.from())?, end(leg.to())?))
    }
}
