//! What a PBX sends, in one language. The readers know how each dialect spells its events; nothing
//! behind them does.

mod ami;
mod dialplan;
mod fields;

use std::fmt;

use serde_json::{Map, Value};
use vochi_crm_core::LocalTime;

pub(crate) use self::fields::FieldText;
use self::fields::Fields;

/// One event of a PBX, understood as far as it can be without the others.
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

/// Which interface of the PBX an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A dialplan's own requests: few events, without links between channels.
    Dialplan,
    /// Asterisk's manager interface. `Linkedid` is missing before Asterisk 13.2.
    Ami,
}

/// What was made of an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "read and used at once, never kept")]
pub enum Reading<'a> {
    /// An event that tells something of a call.
    Event(PbxEvent<'a>),
    /// An event that is known and tells nothing: queue statistics, call detail records, sound.
    Irrelevant,
    /// No event this library knows.
    Unknown,
}

/// An event that lacks what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenEvent {
    missing: &'static str,
}

impl BrokenEvent {
    /// The field it lacks.
    pub fn missing(&self) -> &'static str {
        self.missing
    }
}

impl fmt::Display for BrokenEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it has no {}", self.missing)
    }
}

impl std::error::Error for BrokenEvent {}

fn missing<T>(value: Option<T>, field: &'static str) -> Result<T, BrokenEvent> {
    value.ok_or(BrokenEvent { missing: field })
}

impl<'a> PbxEvent<'a> {
    /// Reads an event: its name (`start`, `dial`, `bridge`, … of the dialplan's listener, or
    /// `Newchannel`, `DialBegin`, … of AMI) and its fields.
    ///
    /// # Errors
    /// A known event without the field it is about, such as a `hangup` without `UniqueId`.
    pub fn read(name: &str, body: &'a Map<String, Value>) -> Result<Reading<'a>, BrokenEvent> {
        let fields = Fields::new(body);
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            dialplan::read(name, fields)
        } else {
            ami::read(name, fields)
        }
    }

    /// Says on which PBX it happened, where the event itself does not: ids of two PBXs may be alike.
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

/// AMI's state of a channel that began by dialling.
const STATE_RING: u32 = 4;
/// AMI's state of a phone that rings.
const STATE_RINGING: u32 = 5;

impl ChannelRef<'_> {
    /// Whether it began by dialling.
    pub(crate) fn begins(&self) -> bool {
        self.state == Some(STATE_RING)
    }

    pub(crate) fn rings(&self) -> bool {
        self.state == Some(STATE_RINGING)
    }
}

/// How one attempt to reach a phone ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum DialEnd {
    Answered,
    Busy,
    NoAnswer,
    /// The dialling side gave up, or somebody else answered.
    Cancelled,
    /// The phone passed it on to another number.
    Forwarded,
    /// No line, no phone, no way there.
    Unavailable,
}

/// What a bridge is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum BridgeKind {
    #[default]
    Talk,
    /// A room people dial into.
    Conference,
    /// Waiting with music: nobody hears anybody.
    Holding,
}

/// What the dialplan's listener calls a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum CallKind {
    Incoming,
    Outgoing,
    Internal,
    #[serde(rename = "Untold")]
    Unspecified,
}

/// What happened, in one language for both dialects.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "read and used at once, never kept")]
pub(crate) enum Payload<'a> {
    /// A channel began.
    ChannelCreated(ChannelRef<'a>),
    /// Something about a channel; it rings where its state says so.
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
        /// How many are in the bridge now.
        remaining: Option<u32>,
    },
    BridgeDestroyed {
        bridge: FieldText<'a>,
    },
    HungUp {
        channel: ChannelRef<'a>,
        cause: Option<u32>,
    },
    /// The far side of the channel hangs up, not the PBX.
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
    /// Two halves of a Local channel, or two channels an event ties together.
    Linked(ChannelRef<'a>, ChannelRef<'a>),
    Recorded(ChannelRef<'a>),
    /// The caller left a message, or the dialplan says so.
    Message(ChannelRef<'a>),
    /// The PBX shuts down: every channel ends now.
    PbxStopped,
    /// The PBX has run for so many seconds: no older channel is left.
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
    /// Who dials; nobody where the PBX itself does.
    pub(crate) by: Option<ChannelRef<'a>>,
    pub(crate) to: ChannelRef<'a>,
}

/// A channel comes into a bridge, or leaves it.
#[derive(Clone, Debug)]
pub(crate) struct BridgeMembership<'a> {
    pub(crate) channel: ChannelRef<'a>,
    pub(crate) bridge: Option<FieldText<'a>>,
    pub(crate) kind: BridgeKind,
}

/// A dialplan: a client's call came in on a line.
#[derive(Clone, Debug)]
pub(crate) struct Arrived<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) phone: Option<FieldText<'a>>,
    pub(crate) line: Option<FieldText<'a>>,
}

/// A dialplan dials.
#[derive(Clone, Debug)]
pub(crate) struct Dialled<'a> {
    pub(crate) id: FieldText<'a>,
    pub(crate) kind: CallKind,
    pub(crate) phone: Option<FieldText<'a>>,
    /// Whom; of an outgoing call, for whom.
    pub(crate) extensions: Vec<FieldText<'a>>,
    pub(crate) line: Option<FieldText<'a>>,
}

/// A dialplan's account of a channel's end.
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
