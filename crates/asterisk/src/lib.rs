//! Truth from the PBX: the events of Asterisk become calls.
//!
//! What a PBX sends is not what happened. Ringing looks like talk, a transfer looks like an internal
//! call, the leg to a manager's mobile looks like an outgoing one, hangups get lost and events come
//! twice. [`CallTracker`] takes the events in and gives out what a CRM needs: [`CallEvent`]s for
//! popups while a call lives, and one [`FinishedCall`] per outside party when it is over.
//!
//! It understands two dialects: the events a dialplan posts itself (`start`, `dial`, `bridge`,
//! `hangup`, …) and Asterisk's manager interface, AMI (`Newchannel`, `DialBegin`, `BridgeEnter`,
//! `Hangup`, …). docs/asterisk.md shows how each kind of call is understood and how to feed it.
//!
//! Pure: no sockets, no clock, no locks. [`PbxEvent`] is one event, [`EventFile`] reads recorded ones.
//!
//! [`CallEvent`]: vochi_crm_core::CallEvent

mod analysis;
mod calls;
mod event_file;
mod finished;
mod hash;
mod live;
mod pattern;
mod peer;
mod read;
mod rules;
mod scene;

pub use calls::{CallTracker, CallTrackerBuilder, CallUpdate, LiveEvent, SavedCalls, Timeouts};
pub use event_file::{BrokenLine, EventFile, Position, RecordedEvent};
pub use finished::{FinishedCall, RecordingId};
pub use pattern::{ContextPattern, ExtensionPattern};
pub use read::{BrokenEvent, PbxEvent, Reading};
