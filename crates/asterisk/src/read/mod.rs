//! Parsing of PBX events. Only this module knows how each dialect spells them.

mod ami;
mod dialplan;
mod fields;

use std::fmt;

use serde_json::{Map, Value};
use vochi_crm_core::LocalTime;

pub(crate) use self::fields::FieldText;
use self::fields::Fields;

/// One parsed event of a PBX.
///
/// ```
/// use serde_json::json;
/// use vochi_crm_asterisk::{PbxEvent, Reading};
///
/// let body = json!({"Token": "375291112233", "UniqueId": "1757843474.185",
///                   "Phone": "375446370646", "CallType": 0, "Trunk": "0001363"});
/// let body = body.as_object().ok_or("an object")?;
/// assert!(matches!(PbxEvent::read("start", body)?, Reading::Event(_)));
/// assert!(matches!(PbxEvent::read("CoffeeReady", body)?, Reading::Unknown));
/// assert!(PbxEvent::read("hangup", &serde_json::Map::new()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PbxEvent<'a> {
    pub(crate) scope: Option<FieldText<'a>>,
    pub(crate) dialect: Dialect,
    pub(crate) payload: Payload<'a>,
}

/// The PBX interface an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A dialplan's own requests: few events, without links between channels.
    Dialplan,
    /// Asterisk's manager interface. `Linkedid` is missing before Asterisk 13.2.
    Ami,
}

/// Result of parsing an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "read and used at once, never kept")]
pub enum Reading<'a> {
    /// An event about a call.
    Event(PbxEvent<'a>),
    /// A known event without call information: queue statistics, call detail records, audio.
    Irrelevant,
    /// An unknown event.
    Unknown,
}

/// A known event without a required field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenEvent {
    missing: &'static str,
}

impl BrokenEvent {
    /// The missing field.
    pub fn missing(&self) -> &'static str {
        self.missing
    }
}

impl fmt::Display for BrokenEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing {}", self.missing)
    }
}

impl std::error::Error for BrokenEvent {}

fn missing<T>(value: Option<T>, field: &'static str) -> Result<T, BrokenEvent> {
    value.ok_or(BrokenEvent { missing: field })
}

impl<'a> PbxEvent<'a> {
    /// Parses an event from its name (`start`, `dial`, `bridge`, … of a dialplan, or `Newchannel`,
    /// `DialBegin`, … of AMI) and its fields.
    ///
    /// # Errors
    /// A required field is missing, such as `UniqueId` in a `hangup`.
    pub fn read(name: &str, body: &'a Map<String, Value>) -> Result<Reading<'a>, BrokenEvent> {
        let fields = Fields::new(body);
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            dialplan::read(name, fields)
        } else {
            ami::read(name, fields)
        }
    }

    /// Sets the PBX of the event, if the host has several: their ids may collide.
    #[must_use]
    pub fn on_pbx(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.scope = Some(match self.scope {
            Some(own) => FieldText::Owned(format!("{name}/{own}")),
            None => FieldText::Owned(name),
        });
        self
    }
}

/// A channel as an event names it.
#[derive(Clone, Debug)]
pub(crate) struct ChannelRef<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) linked: Option<FieldText<'a>>,
    pub(crate) name: Option<FieldText<'a>>,
    pub(crate) caller: Option<FieldText<'a>>,
    pub(crate) connected: Option<FieldText<'a>>,
    pub(crate) exten: Option<FieldText<'a>>,
    pub(crate) context: Option<FieldText<'a>>,
    pub(crate) state: Option<u32>,
}

/// AMI's channel state of a channel that placed a call.
const STATE_RING: u32 = 4;
/// AMI's channel state of a ringing phone.
const STATE_RINGING: u32 = 5;

impl ChannelRef<'_> {
    /// Returns true if it placed a call.
    pub(crate) fn begins(&self) -> bool {
        self.state == Some(STATE_RING)
    }

    pub(crate) fn rings(&self) -> bool {
        self.state == Some(STATE_RINGING)
    }
}

/// Result of one attempt to reach a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum DialEnd {
    Answered,
    Busy,
    NoAnswer,
    /// The dialling side gave up, or another phone answered.
    Cancelled,
    /// The phone forwarded the call to another number.
    Forwarded,
    /// No line, no phone or no route.
    Unavailable,
}

/// The purpose of a bridge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum BridgeKind {
    #[default]
    Talk,
    /// A conference room.
    Conference,
    /// A waiting room with music: its channels do not hear each other.
    Holding,
}

/// The dialplan's type of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum CallKind {
    Incoming,
    Outgoing,
    Internal,
    #[serde(rename = "Untold")]
    Unspecified,
}

/// What an event reports; common to both dialects.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "read and used at once, never kept")]
pub(crate) enum Payload<'a> {
    /// A channel was created.
    ChannelCreated(ChannelRef<'a>),
    /// The state of a channel, ringing or other.
    Seen(ChannelRef<'a>),
    DialStarted {
        attempt: Attempt<'a>,
        string: Option<FieldText<'a>>,
    },
    DialRinging(Attempt<'a>),
    DialEnded {
        attempt: Attempt<'a>,
        end: DialEnd,
    },
    BridgeEntered(BridgeMembership<'a>),
    BridgeLeft {
        from: BridgeMembership<'a>,
        /// Number of channels left in the bridge.
        remaining: Option<u32>,
    },
    BridgeDestroyed {
        bridge: FieldText<'a>,
    },
    HungUp {
        channel: ChannelRef<'a>,
        cause: Option<u32>,
    },
    /// The far side of the channel hung up, not the PBX.
    HangupRequested(ChannelRef<'a>),
    Held(ChannelRef<'a>),
    Resumed(ChannelRef<'a>),
    Blind {
        by: ChannelRef<'a>,
        client: Option<ChannelRef<'a>>,
        to: Option<FieldText<'a>>,
    },
    Attended {
        by: ChannelRef<'a>,
        second: ChannelRef<'a>,
        client: Option<ChannelRef<'a>>,
        target: Option<ChannelRef<'a>>,
    },
    /// Two halves of a Local channel, or two channels of one event.
    Linked(ChannelRef<'a>, ChannelRef<'a>),
    Recorded(ChannelRef<'a>),
    /// The caller left a voicemail message.
    Message(ChannelRef<'a>),
    /// The PBX shuts down: every channel ends.
    PbxStopped,
    /// The PBX has run for so many seconds: no older channel exists.
    PbxStarted {
        uptime_seconds: u32,
    },

    Arrived(Arrived<'a>),
    Dialled(Dialled<'a>),
    Reported(Reported<'a>),
}

/// An attempt to reach a phone or a line.
#[derive(Clone, Debug)]
pub(crate) struct Attempt<'a> {
    /// The dialling channel; `None` if the PBX itself dials.
    pub(crate) by: Option<ChannelRef<'a>>,
    pub(crate) to: ChannelRef<'a>,
}

/// A channel that enters or leaves a bridge.
#[derive(Clone, Debug)]
pub(crate) struct BridgeMembership<'a> {
    pub(crate) channel: ChannelRef<'a>,
    pub(crate) bridge: Option<FieldText<'a>>,
    pub(crate) kind: BridgeKind,
}

/// A dialplan's `start`: a client's call arrived on a line.
#[derive(Clone, Debug)]
pub(crate) struct Arrived<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) phone: Option<FieldText<'a>>,
    pub(crate) line: Option<FieldText<'a>>,
}

/// A dialplan's `dial`.
#[derive(Clone, Debug)]
pub(crate) struct Dialled<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) kind: CallKind,
    pub(crate) phone: Option<FieldText<'a>>,
    /// The dialled extensions; for an outgoing call, the dialling ones.
    pub(crate) extensions: Vec<FieldText<'a>>,
    pub(crate) line: Option<FieldText<'a>>,
}

/// A dialplan's `hangup`.
#[derive(Clone, Debug)]
pub(crate) struct Reported<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) kind: CallKind,
    pub(crate) answered: Option<bool>,
    pub(crate) phone: Option<FieldText<'a>>,
    pub(crate) extensions: Vec<FieldText<'a>>,
    pub(crate) line: Option<FieldText<'a>>,
    pub(crate) began: Option<LocalTime>,
    pub(crate) received: Option<LocalTime>,
    pub(crate) ended: Option<LocalTime>,
}
