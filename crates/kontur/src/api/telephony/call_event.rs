use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::http::{Answer, ApiRequest, Endpoint, Idempotency};
use vochi_crm_core::{LegId, Result, Timestamp};

use crate::LostEvents;
use crate::api::{done, paths};
use crate::model::{CommunicationId, ExternalId, LegEventType, Participant, WireTime};

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
/// use vochi_crm_kontur::api::SendCallEvent;
/// use vochi_crm_kontur::model::{
///     CommunicationId, ExternalId, LegEventType, Participant, UserId,
/// };
///
/// let masha = UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?;
/// let rings = SendCallEvent::new(
///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
///     ExternalId::returned("Vochi/1763631515.42")?,
///     LegId::new("1763631515.43")?,
///     LegEventType::Appeared,
///     "2025-11-20T09:38:36.1Z".parse()?,
/// )
/// .between(Participant::Client, Participant::user(masha));
/// assert!(rings.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SendCallEvent {
    communication: CommunicationId,
    external_id: ExternalId,
    leg: LegId,
    live_leg: Option<LegId>,
    kind: LegEventType,
    at: Timestamp,
    from: Participant,
    to: Participant,
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
    /// Something that happened to a leg of a call: a client's with an employee who is not known,
    /// unless [said otherwise](Self::between).
    pub fn new(
        communication: CommunicationId,
        external_id: ExternalId,
        leg: LegId,
        kind: LegEventType,
        at: Timestamp,
    ) -> Self {
        Self {
            communication,
            external_id,
            leg,
            live_leg: None,
            kind,
            at,
            from: Participant::Client,
            to: Participant::unknown_user(),
            lost: LostEvents::default(),
        }
    }

    /// Who called whom on this leg.
    #[must_use]
    pub fn between(mut self, from: Participant, to: Participant) -> Self {
        self.from = from;
        self.to = to;
        self
    }

    /// The id of the leg while it is live, by which a person in Kontur hangs it up; by default the
    /// same one.
    #[must_use]
    pub fn with_live_leg(mut self, id: LegId) -> Self {
        self.live_leg = Some(id);
        self
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
        Participant::check_leg(&self.from, &self.to)?;
        ApiRequest::post(paths::CALL_EVENT).json(&Body {
            communication_id: &self.communication,
            external_id: &self.external_id,
            external_call_item_id: &self.leg,
            realtime_call_item_id: self.live_leg.as_ref().unwrap_or(&self.leg),
            timestamp: WireTime(self.at),
            kind: &self.kind,
            from: &self.from,
            to: &self.to,
        })
    }

    fn decode(&self, answer: &Answer) -> Result<()> {
        done::read(answer)
    }

    fn idempotency(&self) -> Idempotency {
        match self.lost {
            LostEvents::Drop => Idempotency::Unsafe,
            LostEvents::Repeat => Idempotency::Keyed,
        }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let call = self.external_id.raw();
        Some(format!("{call} {} {}", self.leg, self.kind).into())
    }

    fn planned(&self) -> Answer {
        done::planned()
    }
}
