//! `telephony/register-call`: a finished call with its legs.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, LegId, Result, Timestamp};

use crate::api::{done, given, paths};
use crate::model::{
    CallDirection, CommunicationId, ExternalId, Participant, PhoneText, StoredFile, WireTime,
};

/// A leg of a finished call.
///
/// ```
/// use vochi_crm_core::LegId;
/// use vochi_crm_kontur::api::RegisteredLeg;
/// use vochi_crm_kontur::model::{FileId, Participant, StoredFile, UserId};
/// let masha = UserId::new("a1b2c3d4-1111-4a4a-8b8b-000000000101")?;
/// let leg = RegisteredLeg::new(
///     LegId::new("1763631515.43")?,
///     Participant::Client,
///     Participant::user(masha),
/// )
/// .answered_at("2025-11-20T09:38:44Z".parse()?)
/// .ended_at("2025-11-20T09:42:10Z".parse()?)
/// .with_recording(StoredFile::new(FileId::new("7c9e6679-7425-40de-944b-e07fc1f90001")?));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RegisteredLeg {
    id: LegId,
    from: Participant,
    to: Participant,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    recordings: Vec<StoredFile>,
}

impl RegisteredLeg {
    /// A leg nobody answered, unless [said otherwise](Self::answered_at). Its id is the one live
    /// events of it had. In an outgoing call the employee calls the client.
    pub fn new(id: LegId, from: Participant, to: Participant) -> Self {
        Self { id, from, to, answered_at: None, ended_at: None, recordings: Vec::new() }
    }

    /// When it was answered (`startedAt`). A call of which no leg was is a missed one.
    #[must_use]
    pub fn answered_at(mut self, at: Timestamp) -> Self {
        self.answered_at = Some(at);
        self
    }

    /// When it ended (`finishedAt`).
    #[must_use]
    pub fn ended_at(mut self, at: Timestamp) -> Self {
        self.ended_at = Some(at);
        self
    }

    /// Attaches an uploaded recording. Once: leave it out when the call is registered again, and
    /// where call-recording attached it.
    #[must_use]
    pub fn with_recording(mut self, file: StoredFile) -> Self {
        self.recordings.push(file);
        self
    }

    fn check(&self) -> Result<()> {
        Participant::check_leg(&self.from, &self.to)?;
        for file in &self.recordings {
            given::text("the name of a recording", file.file_name.as_deref())?;
            given::text("the type of a recording", file.content_type.as_deref())?;
            if file.content_length.is_some_and(i64::is_negative) {
                return Err(Error::input("a recording is shorter than nothing"));
            }
        }
        match (self.answered_at, self.ended_at) {
            (Some(answered), Some(ended)) if answered >= ended => Err(Error::input(format!(
                "leg {} was answered at {answered} and ended at {ended}",
                self.id
            ))
            .with_hint("a leg nobody answered has no time of an answer")),
            _ => Ok(()),
        }
    }
}

/// Registers a finished call, answered or missed, with its legs (`POST …/telephony/register-call`).
/// It needs nothing to have been said of the call before.
///
/// Kontur knows calls by our id: integrations read the history of the PBX again and again, and ids
/// are what keeps it from doubling. It is sent again after a lost answer, unless a recording goes
/// with it: an uploaded file may be attached once, and what a second time does is not known. Then
/// [`without_recordings`](Self::without_recordings) is what may be sent again. The id goes out raw.
///
/// ```
/// use vochi_crm_core::LegId;
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::{RegisterCall, RegisteredLeg};
/// use vochi_crm_kontur::model::{CallDirection, ExternalId, Participant};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let missed = RegisteredLeg::new(
///     LegId::new("1763631515.43")?,
///     Participant::Client,
///     Participant::unknown_user(),
/// )
/// .ended_at("2025-11-20T09:38:59Z".parse()?);
/// let call = ExternalId::new("1763631515.42")?;
/// let began = "2025-11-20T09:38:35Z".parse()?;
/// let register = RegisterCall::new(call, CallDirection::Inbound, began)
///     .with_client_phone(client)
///     .with_leg(missed);
/// assert!(register.request().is_ok());
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct RegisterCall {
    external_id: ExternalId,
    direction: CallDirection,
    began_at: Timestamp,
    client_phone: Option<PhoneText>,
    line: Option<PhoneText>,
    communication: Option<CommunicationId>,
    legs: Vec<RegisteredLeg>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_vats_phone: Option<&'a PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_phone: Option<&'a PhoneText>,
    items: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    communication_id: Option<&'a CommunicationId>,
    external_created_at: WireTime,
    external_id: &'a str,
    direction: &'a CallDirection,
}

/// The times and recordings lie in here, whatever the list of members says: the sample has them so.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: &'a LegId,
    from: &'a Participant,
    to: &'a Participant,
    // An empty list might erase what is attached.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    recordings: &'a [StoredFile],
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<WireTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<WireTime>,
}

impl RegisterCall {
    /// A call that began at this time (`externalCreatedAt`).
    pub fn new(external_id: ExternalId, direction: CallDirection, began_at: Timestamp) -> Self {
        Self {
            external_id,
            direction,
            began_at,
            client_phone: None,
            line: None,
            communication: None,
            legs: Vec::new(),
        }
    }

    /// The client's number.
    #[must_use]
    pub fn with_client_phone(mut self, number: impl Into<PhoneText>) -> Self {
        self.client_phone = Some(number.into());
        self
    }

    /// The company's own number (`externalVatsPhone`).
    #[must_use]
    pub fn with_line(mut self, number: impl Into<PhoneText>) -> Self {
        self.line = Some(number.into());
        self
    }

    /// Kontur's id, from a click or from call-started's answer.
    #[must_use]
    pub fn with_communication(mut self, id: CommunicationId) -> Self {
        self.communication = Some(id);
        self
    }

    /// Adds a leg, in the order they began.
    #[must_use]
    pub fn with_leg(mut self, leg: RegisteredLeg) -> Self {
        self.legs.push(leg);
        self
    }

    /// The same call without its recordings, for a repeat: what is not mentioned stays attached.
    #[must_use]
    pub fn without_recordings(mut self) -> Self {
        for leg in &mut self.legs {
            leg.recordings.clear();
        }
        self
    }

    fn check(&self) -> Result<()> {
        self.direction.check()?;
        if self.legs.is_empty() {
            return Err(Error::input(format!("call {} has no legs", self.external_id.raw()))
                .with_hint("a missed call has the leg that rang"));
        }
        let mut seen = HashSet::new();
        for leg in &self.legs {
            leg.check()?;
            if !seen.insert(&leg.id) {
                return Err(Error::input(format!("two legs have the id {}", leg.id)));
            }
        }
        Ok(())
    }
}

impl Endpoint for RegisterCall {
    type Output = ();

    fn operation(&self) -> &'static str {
        "telephony/register-call"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.check()?;
        let items = self.legs.iter().map(|leg| Item {
            id: &leg.id,
            from: &leg.from,
            to: &leg.to,
            recordings: &leg.recordings,
            started_at: leg.answered_at.map(WireTime),
            finished_at: leg.ended_at.map(WireTime),
        });
        ApiRequest::post(paths::REGISTER_CALL).json(&Body {
            external_vats_phone: self.line.as_ref(),
            client_phone: self.client_phone.as_ref(),
            items: items.collect(),
            communication_id: self.communication.as_ref(),
            external_created_at: WireTime(self.began_at),
            external_id: self.external_id.raw(),
            direction: &self.direction,
        })
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        if self.legs.iter().all(|leg| leg.recordings.is_empty()) {
            Repeat::Keyed
        } else {
            Repeat::Unsafe
        }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
