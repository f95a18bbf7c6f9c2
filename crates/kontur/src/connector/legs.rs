//! Access to the participants of live and finished legs.

use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::{Extension, LegEnd, LegRecord};

/// A live or finished leg with two participants.
pub(super) trait Ends {
    /// Returns the calling side.
    fn from(&self) -> &LegEnd;
    /// Returns the called side.
    fn to(&self) -> &LegEnd;

    /// Returns true if the client takes part.
    fn has_client(&self) -> bool {
        *self.from() == LegEnd::Client || *self.to() == LegEnd::Client
    }

    /// Returns true for a conversation between two people.
    ///
    /// Other legs are not reported: in a click-to-call the employee's phone rings before there is
    /// another party.
    fn is_talk(&self) -> bool {
        *self.from() != LegEnd::Pbx && *self.to() != LegEnd::Pbx
    }

    /// Returns the participating employees.
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
