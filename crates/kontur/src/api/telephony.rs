//! `communications/callbacks/telephony/*`: live calls, late recordings, the responsible manager.

use std::borrow::Cow;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Refusal, Repeat, Response};
use vochi_crm_core::{ErrorKind, LegId, Result, Timestamp, setters};

use super::response::{Done, Object, PLACEHOLDER};
use crate::LostEvents;
use crate::error::is_unknown_workspace;
use crate::model::{
    CallDirection, Communication, CommunicationId, ErrorStatus, ExternalId, FileId, LegEventType,
    Participant, PhoneText, ResponsibleUsers, write_time,
};

setters! {
    /// Reports the start of a call (`POST …/telephony/call-started`).
    ///
    /// Kontur finds the client by the number and returns what the call is linked to. It identifies
    /// a call by the PBX's id: a repeat returns the same call with everything that happened since
    /// (the only printed response is evidently of that kind). So the request is sent again after a
    /// lost response, and it also recovers the id of a call. Events of a call require this
    /// response.
    ///
    /// The id is sent without a prefix. An internal call has no number, since none is documented.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_core::{PhoneNumber, Timestamp};
    /// use vochi_crm_kontur::api::CallStarted;
    /// use vochi_crm_kontur::model::{CallDirection, CommunicationId, ExternalId, PhoneText};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let (client, line): (PhoneNumber, PhoneNumber) =
    ///     ("+375291112233".parse()?, "+375296254070".parse()?);
    /// let call = ExternalId::new("1763635000.10")?;
    /// let at: Timestamp = "2025-11-20T10:36:42Z".parse()?;
    /// let start = CallStarted::new(at, call, CallDirection::Outbound)
    ///     .client_phone(PhoneText::from(client))
    ///     .external_vats_phone(PhoneText::from(line))
    ///     .communication_id(CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02")?);
    /// assert!(start.request().is_ok());
    /// # Ok(())
    /// # }
    /// # run().unwrap();
    /// ```
    pub payload CallStarted {
        #[serde(serialize_with = "write_time")]
        timestamp: Timestamp,
        #[serde(serialize_with = "ExternalId::write_raw")]
        external_id: ExternalId,
        /// The company's own number.
        external_vats_phone: Option<PhoneText>,
        /// The client's number.
        client_phone: Option<PhoneText>,
        direction: CallDirection,
        /// Kontur's call id of a click-to-call.
        communication_id: Option<CommunicationId>,
    }
}

impl Operation for CallStarted {
    type Output = Object<Communication>;
    const NAME: &'static str = "telephony/call-started";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        self.direction.check()?;
        ApiRequest::post("/communications/callbacks/telephony/call-started").json(self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }

    fn planned(&self) -> Response {
        let id = self.communication_id.as_ref().map(CommunicationId::as_str);
        Response::ok_json(&json!({
            "id": id.unwrap_or(PLACEHOLDER),
            "externalId": self.external_id,
            "direction": self.direction,
        }))
    }
}

setters! {
    /// Reports an event of a leg of a live call (`POST …/telephony/call-event`).
    ///
    /// It is not documented whether Kontur detects a repeat; a repeat may show a second entry. By
    /// default a lost response ends with effect `maybe`; [`when_lost`](Self::when_lost) changes
    /// that. The time of an event is set once, so a repeat has the same bytes.
    ///
    /// A call and its legs keep their ids in all requests. The call id is the one that
    /// `call-started` returned; the leg id is the one it is registered with later.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_core::{LegId, Timestamp};
    /// use vochi_crm_kontur::api::SendCallEvent;
    /// use vochi_crm_kontur::model::{
    ///     CommunicationId, ExternalId, LegEventType, Participant, UserId,
    /// };
    ///
    /// let rings = SendCallEvent::new(
    ///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
    ///     ExternalId::returned("Vochi/1763631515.42")?,
    ///     LegId::new("1763631515.43")?,
    ///     "2025-11-20T09:38:36.1Z".parse::<Timestamp>()?,
    ///     LegEventType::Appeared,
    ///     Participant::Client,
    ///     Participant::user(UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?),
    /// );
    /// assert!(rings.request().is_ok());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload SendCallEvent {
        communication_id: CommunicationId,
        external_id: ExternalId,
        external_call_item_id: LegId,
        /// The id of the leg while it is live, which Kontur sends in a hang-up request; by default
        /// the id of the leg.
        realtime_call_item_id: Option<LegId>,
        #[serde(serialize_with = "write_time")]
        timestamp: Timestamp,
        #[serde(rename = "type")]
        kind: LegEventType,
        from: Participant,
        to: Participant,
        /// Selects whether the event is sent again after a lost response; [`LostEvents::Drop`] by
        /// default.
        #[serde(skip)]
        when_lost: LostEvents = LostEvents::Drop,
    }
}

impl Operation for SendCallEvent {
    type Output = Done;
    const NAME: &'static str = "telephony/call-event";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        self.kind.check()?;
        Participant::check_leg(&self.from, &self.to)?;
        let mut event = self.clone();
        event.realtime_call_item_id.get_or_insert_with(|| self.external_call_item_id.clone());
        ApiRequest::post("/communications/callbacks/telephony/call-event").json(&event)
    }

    fn repeat(&self) -> Repeat {
        match self.when_lost {
            LostEvents::Drop => Repeat::Unsafe,
            LostEvents::Repeat => Repeat::Keyed,
        }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let (call, leg) = (self.external_id.raw(), &self.external_call_item_id);
        Some(format!("{call} {leg} {}", self.kind).into())
    }
}

setters! {
    /// Reports the end of a call (`POST …/telephony/call-finished`).
    ///
    /// [`RegisterCall`](super::RegisterCall) follows with the complete data. The request is sent
    /// again after a lost response, because Kontur's own id and an unchanged time identify it. This
    /// is an inference: a second end is not documented. The call id is the one that `call-started`
    /// returned.
    ///
    /// ```
    /// use vochi_crm_core::Timestamp;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::CallFinished;
    /// use vochi_crm_kontur::model::{CallDirection, CommunicationId, ExternalId};
    /// let end = CallFinished::new(
    ///     "2025-11-20T09:42:11Z".parse::<Timestamp>()?,
    ///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
    ///     ExternalId::returned("Vochi/1763631515.42")?,
    ///     CallDirection::Inbound,
    /// );
    /// assert!(end.request().is_ok());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload CallFinished {
        #[serde(serialize_with = "write_time")]
        timestamp: Timestamp,
        communication_id: CommunicationId,
        external_id: ExternalId,
        /// The company's own number.
        external_vats_phone: Option<PhoneText>,
        /// The client's number.
        client_phone: Option<PhoneText>,
        direction: CallDirection,
    }
}

impl Operation for CallFinished {
    type Output = Done;
    const NAME: &'static str = "telephony/call-finished";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        self.direction.check()?;
        ApiRequest::post("/communications/callbacks/telephony/call-finished").json(self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }
}

setters! {
    /// Reports that a click-to-call could not be placed (`POST …/telephony/call-failed`).
    ///
    /// It follows an accepted click. An incoming call never fails: it is [finished](CallFinished).
    /// The printed sample is a copy of another method's; the only documented field is Kontur's call
    /// id from the click. A repeat has no effect, so the request is sent again after a lost
    /// response.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::CallFailed;
    /// use vochi_crm_kontur::model::CommunicationId;
    /// let id = CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02")?;
    /// assert!(CallFailed::new(id).request().is_ok());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload CallFailed {
        communication_id: CommunicationId,
    }
}

impl Operation for CallFailed {
    type Output = Done;
    const NAME: &'static str = "telephony/call-failed";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/communications/callbacks/telephony/call-failed").json(self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.communication_id.as_str().into())
    }
}

setters! {
    /// Attaches an uploaded recording to a leg (`POST …/telephony/call-recording`).
    ///
    /// The leg was registered without the recording. The call id is the one that `call-started`
    /// returned. An uploaded file can be attached once, and the effect of a second attempt is not
    /// documented: a lost response ends with effect `maybe`.
    ///
    /// ```
    /// use vochi_crm_core::LegId;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::CallRecording;
    /// use vochi_crm_kontur::model::{CommunicationId, ExternalId, FileId};
    /// let attach = CallRecording::new(
    ///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
    ///     ExternalId::returned("Vochi/1763631515.42")?,
    ///     LegId::new("1763631590.47")?,
    ///     FileId::new("7c9e6679-7425-40de-944b-e07fc1f90002")?,
    /// );
    /// assert!(attach.request().is_ok());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[expect(clippy::struct_field_names, reason = "Kontur's names")]
    pub payload CallRecording {
        communication_id: CommunicationId,
        external_id: ExternalId,
        external_call_item_id: LegId,
        /// The id of the leg while it was live. The field list has it, the sample does not.
        realtime_call_item_id: Option<LegId>,
        recording_file_id: FileId,
    }
}

impl Operation for CallRecording {
    type Output = Done;
    const NAME: &'static str = "telephony/call-recording";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/communications/callbacks/telephony/call-recording").json(self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(format!("{} {}", self.external_id.raw(), self.external_call_item_id).into())
    }
}

/// Finds the users responsible for a client's active deal (`GET …/telephony/call-redirect`).
///
/// Set a deadline of a second or two, because a caller is waiting. Without a responsible user
/// Kontur returns an empty list or the error `notFound`; both decode as an empty list.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::CallRedirect;
/// let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let request = CallRedirect::Phone(client.into()).request()?;
/// assert_eq!(request.query_string(), "phoneNumber=375291112233");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallRedirect {
    /// Looks up by a started call. The id is sent without a prefix.
    ExternalId(ExternalId),
    /// Looks up by a number, before any call. The documentation is ambiguous about the number; the
    /// client's is assumed ([`RedirectBy`](crate::RedirectBy) changes that).
    Phone(PhoneText),
}

impl Operation for CallRedirect {
    type Output = Object<ResponsibleUsers>;
    const NAME: &'static str = "telephony/call-redirect";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        let request = ApiRequest::get("/communications/callbacks/telephony/call-redirect");
        Ok(match self {
            Self::ExternalId(id) => request.query("externalId", id.raw()),
            Self::Phone(number) => request.query("phoneNumber", number.as_str()),
        })
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<ResponsibleUsers> {
        let unassigned = refusal.kind() == ErrorKind::NotFound
            && refusal.code().map(ErrorStatus::of) == Some(ErrorStatus::NotFound)
            && !is_unknown_workspace(refusal.hint());
        unassigned.then(ResponsibleUsers::default)
    }
}
