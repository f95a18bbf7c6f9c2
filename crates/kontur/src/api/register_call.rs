//! `telephony/register-call`: a finished call with its legs.

use std::borrow::Cow;
use std::collections::HashSet;

use vochi_crm_core::http::{ApiRequest, Operation, Repeat};
use vochi_crm_core::{Error, LegId, Result, Timestamp, setters};

use super::response::Done;
use super::validation;
use crate::model::{
    CallDirection, CommunicationId, ExternalId, Participant, PhoneText, StoredFile, write_time,
    write_time_opt,
};

setters! {
    /// A leg of a finished call. In an outgoing call the employee is the caller.
    ///
    /// Times and recordings are fields of the leg, as in the sample; the field list of the
    /// documentation differs.
    ///
    /// ```
    /// use vochi_crm_core::{LegId, Timestamp};
    /// use vochi_crm_kontur::api::RegisteredLeg;
    /// use vochi_crm_kontur::model::{FileId, Participant, StoredFile, UserId};
    /// let masha = UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?;
    /// let (client, masha) = (Participant::Client, Participant::user(masha));
    /// let leg = RegisteredLeg::new(LegId::new("1763631515.43")?, client, masha)
    ///     .answered_at("2025-11-20T09:38:44Z".parse::<Timestamp>()?)
    ///     .ended_at("2025-11-20T09:42:10Z".parse::<Timestamp>()?)
    ///     .recordings([StoredFile::new(FileId::new("7c9e6679-7425-40de-944b-e07fc1f90001")?)]);
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload RegisteredLeg {
        id: LegId,
        from: Participant,
        to: Participant,
        /// Attaches uploaded recordings. Each file can be attached once: leave it out when the call
        /// is registered again and where `call-recording` attached it. An empty list is never sent,
        /// because it might detach recordings.
        recordings: Vec<StoredFile>,
        /// The answer time (`startedAt`). A call without an answered leg counts as missed.
        #[serde(rename = "startedAt", serialize_with = "write_time_opt")]
        answered_at: Option<Timestamp>,
        /// The end time (`finishedAt`).
        #[serde(rename = "finishedAt", serialize_with = "write_time_opt")]
        ended_at: Option<Timestamp>,
    }
}

impl RegisteredLeg {
    fn check(&self) -> Result<()> {
        Participant::check_leg(&self.from, &self.to)?;
        for file in &self.recordings {
            validation::text("name of a recording", file.file_name.as_deref())?;
            validation::text("content type of a recording", file.content_type.as_deref())?;
            if let Some(length) = file.content_length.filter(|length| length.is_negative()) {
                let text = format!("invalid recording length {length}: must not be negative");
                return Err(Error::input(text));
            }
        }
        match (self.answered_at, self.ended_at) {
            (Some(answered), Some(ended)) if answered >= ended => Err(Error::input(format!(
                "invalid leg {}: answered at {answered}, but ended at {ended}",
                self.id
            ))
            .with_hint("leave out the answer time of an unanswered leg")),
            _ => Ok(()),
        }
    }
}

setters! {
    /// Registers a finished call, answered or missed, with its legs (`POST
    /// …/telephony/register-call`).
    ///
    /// No live event of the call is required before. Kontur identifies a call by the PBX's id, so
    /// the request is sent again after a lost response, unless it has recordings: an uploaded file
    /// can be attached once, and the effect of a second attempt is not documented.
    /// [`without_recordings`](Self::without_recordings) can be sent again in that case. The id is
    /// sent without a prefix.
    ///
    /// ```
    /// use vochi_crm_core::{LegId, Timestamp};
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::{RegisterCall, RegisteredLeg};
    /// use vochi_crm_kontur::model::{CallDirection, ExternalId, Participant, PhoneText};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
    /// let (leg, user) = (LegId::new("1763631515.43")?, Participant::unknown_user());
    /// let missed = RegisteredLeg::new(leg, Participant::Client, user)
    ///     .ended_at("2025-11-20T09:38:59Z".parse::<Timestamp>()?);
    /// let began: Timestamp = "2025-11-20T09:38:35Z".parse()?;
    /// let call = ExternalId::new("1763631515.42")?;
    /// let register = RegisterCall::new(began, call, CallDirection::Inbound)
    ///     .client_phone(PhoneText::from(client))
    ///     .legs([missed]);
    /// assert!(register.request().is_ok());
    /// # Ok(())
    /// # }
    /// # run().unwrap();
    /// ```
    pub payload RegisterCall {
        /// The company's own number.
        external_vats_phone: Option<PhoneText>,
        /// The client's number.
        client_phone: Option<PhoneText>,
        /// Adds legs, ordered by start time (`items`). At least one is required.
        #[serde(rename = "items")]
        legs: Vec<RegisteredLeg>,
        /// Kontur's call id, from a click-to-call or from the response to `call-started`.
        communication_id: Option<CommunicationId>,
        #[serde(serialize_with = "write_time")]
        external_created_at: Timestamp,
        #[serde(serialize_with = "ExternalId::write_raw")]
        external_id: ExternalId,
        direction: CallDirection,
    }
}

impl RegisterCall {
    /// Removes the recordings, for a repeat: Kontur keeps those attached before.
    #[must_use]
    pub fn without_recordings(mut self) -> Self {
        self.legs.iter_mut().for_each(|leg| leg.recordings.clear());
        self
    }
}

impl Operation for RegisterCall {
    type Output = Done;
    const NAME: &'static str = "telephony/register-call";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        self.direction.check()?;
        if self.legs.is_empty() {
            return Err(Error::input(format!(
                "cannot register call {}: it has no legs",
                self.external_id.raw()
            ))
            .with_hint("add the leg that rang for a missed call"));
        }
        let mut seen = HashSet::new();
        for leg in &self.legs {
            leg.check()?;
            if !seen.insert(&leg.id) {
                return Err(Error::input(format!("duplicate leg id {}", leg.id)));
            }
        }
        ApiRequest::post("/communications/callbacks/telephony/register-call").json(self)
    }

    fn repeat(&self) -> Repeat {
        let has_none = |leg: &RegisteredLeg| leg.recordings.is_empty();
        if self.legs.iter().all(has_none) { Repeat::Keyed } else { Repeat::Unsafe }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }
}
