//! `telephony/call-event`: something happened to a leg.

use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{LegId, Result, Timestamp};

use crate::LostEvents;
use crate::api::{done, paths};
use crate::model::{CommunicationId, ExternalId, LegEventType, Participant, WireTime};

/// A leg of a live call: a talk between two participants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLeg {
    id: LegId,
    live_id: Option<LegId>,
    from: Participant,
    to: Participant,
}

impl EventLeg {
    /// A leg with this id of the PBX, the one it is registered with later; and who called whom.
    pub fn new(id: LegId, from: Participant, to: Participant) -> Self {
        Self { id, live_id: None, from, to }
    }

    /// The id of the leg while it is live, by which a person in Kontur hangs it up; by default the
    /// same one.
    #[must_use]
    pub fn with_live_id(mut self, id: LegId) -> Self {
        self.live_id = Some(id);
        self
    }
}

/// Says what happened to a leg of a live call (`POST …/telephony/call-event`).
///
/// Whether Kontur knows a repeat is not known: it may show a second line. Without a word it is
/// repeated only if it surely was not carried out; [`when_lost`](Self::when_lost) changes that. The
/// time of an event is set once, so that a repeat is the same to the byte.
///
/// Call and leg keep their ids in everything that is sent of them. The call's id goes out as
/// call-started returned it.
///
/// ```
/// use vochi_crm_core::LegId;
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::{EventLeg, SendCallEvent};
/// use vochi_crm_kontur::model::{
///     CommunicationId, ExternalId, LegEventType, Participant, UserId,
/// };
///
/// let masha = UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?;
/// let rings = SendCallEvent::new(
///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
///     ExternalId::returned("Vochi/1763631515.42")?,
///     EventLeg::new(
///         LegId::new("1763631515.43")?,
///         Participant::Client,
///         Participant::user(masha),
///     ),
///     LegEventType::Appeared,
///     "2025-11-20T09:38:36.1Z".parse()?,
/// );
/// assert!(rings.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SendCallEvent {
    communication: CommunicationId,
    external_id: ExternalId,
    leg: EventLeg,
    kind: LegEventType,
    at: Timestamp,
    lost: LostEvents,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    communication_id: &'a CommunicationId,
    external_id: &'a ExternalId,
    external_call_item_id: &'a LegId,
    realtime_call_item_id: &'a LegId,
    timestamp: WireTime,
    #[serde(rename = "type")]
    kind: &'a LegEventType,
    from: &'a Participant,
    to: &'a Participant,
}

impl SendCallEvent {
    /// Something that happened to a leg of a call.
    pub fn new(
        communication: CommunicationId,
        external_id: ExternalId,
        leg: EventLeg,
        kind: LegEventType,
        at: Timestamp,
    ) -> Self {
        Self { communication, external_id, leg, kind, at, lost: LostEvents::default() }
    }

    /// What to do when the answer is lost.
    #[must_use]
    pub fn when_lost(mut self, lost: LostEvents) -> Self {
        self.lost = lost;
        self
    }
}

impl Endpoint for SendCallEvent {
    type Output = ();

    fn operation(&self) -> &'static str {
        "telephony/call-event"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.kind.check()?;
        let leg = &self.leg;
        Participant::check_leg(&leg.from, &leg.to)?;
        ApiRequest::post(paths::CALL_EVENT).json(&Body {
            communication_id: &self.communication,
            external_id: &self.external_id,
            external_call_item_id: &leg.id,
            realtime_call_item_id: leg.live_id.as_ref().unwrap_or(&leg.id),
            timestamp: WireTime(self.at),
            kind: &self.kind,
            from: &leg.from,
            to: &leg.to,
        })
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        match self.lost {
            LostEvents::Drop => Repeat::Unsafe,
            LostEvents::Repeat => Repeat::Keyed,
        }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let call = self.external_id.raw();
        Some(format!("{call} {} {}", self.leg.id, self.kind).into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
