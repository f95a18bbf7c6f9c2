//! Call tracking for Asterisk: turns PBX events into calls.
//!
//! Raw PBX events are ambiguous: ringing looks like talk, a transfer looks like an internal call,
//! the leg to a mobile looks like an outgoing call, hangups get lost, events arrive twice.
//! [`CallTracker`] consumes the events and returns what a CRM needs: [`CallEvent`]s for popups
//! during a call, and one [`FinishedCall`] per outside party at its end.
//!
//! Two dialects are supported: events that a dialplan posts itself (`start`, `dial`, `bridge`,
//! `hangup`, …) and Asterisk's manager interface, AMI (`Newchannel`, `DialBegin`, `BridgeEnter`,
//! `Hangup`, …). `docs/asterisk.md` describes how each kind of call is interpreted and how to feed
//! the tracker.
//!
//! The crate is pure: no sockets, no clock, no locks. [`PbxEvent`] is one event, [`AmiMessage`]
//! the text of one, [`EventFile`] reads recorded ones.
//!
//! [`CallEvent`]: vochi_crm_core::CallEvent

mod ami_message;
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

pub use ami_message::AmiMessage;
pub use calls::{CallTracker, CallTrackerBuilder, CallUpdate, LiveEvent, SavedCalls, Timeouts};
pub use event_file::{BrokenLine, EventFile, Position, RecordedEvent};
pub use finished::{FinishedCall, RecordingId};
pub use pattern::{ContextPattern, ExtensionPattern};
pub use read::{BrokenEvent, PbxEvent, Reading};
