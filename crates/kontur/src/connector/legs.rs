//! Legs, live or over, by their ends.

use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::{Extension, LegEnd, LegRecord};

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

    /// Returns true for a talk between two people. Legs of the PBX itself are not reported to Kontur: in
    /// a click-to-call the phone of the employee rings before there is a party to talk to.
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
