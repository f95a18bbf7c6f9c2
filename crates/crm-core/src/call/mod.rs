//! The call model: events of a live call and the record of a finished one.
//!
//! A [`CallEvent`] describes one moment, a [`CallRecord`] the whole call. Both call the outside
//! party the client, for either direction. [`CallState`] is what is stored between two events of a
//! call.

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
