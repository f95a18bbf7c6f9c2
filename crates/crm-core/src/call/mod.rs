//! The one call model: what happens in a live call, and what a finished call was.
//!
//! A [`CallEvent`] tells of a moment, a [`CallRecord`] of the whole. Both speak of the outside party
//! as the client, whoever called. What must be remembered between two events of a call is
//! [`CallState`].

mod enums;
mod event;
mod extra;
mod ids;
mod leg;
mod party;
mod record;
mod recording;
mod state;

pub use enums::{Direction, Outcome, Reason, TransferMode, TransferResult};
pub use event::{CallEvent, EventKind};
pub use extra::Extra;
pub use ids::{CallId, CrmCallId, CrmUserId, Extension, LegId, Line};
pub use leg::{Leg, LegEnd, LegRecord};
pub use party::Party;
pub use record::{CallRecord, Transfer};
pub use recording::Recording;
pub use state::{CallState, LegPhase, LiveLeg, Recorded};
