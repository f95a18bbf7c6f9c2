//! `telephony/call-started`: a call began.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Result, Timestamp};

use crate::api::done::{self, PLACEHOLDER};
use crate::api::paths;
use crate::model::{
    CallDirection, Communication, CommunicationId, ExternalId, PhoneText, WireTime,
};

/// Says that a call began (`POST …/telephony/call-started`). Kontur finds the client by the number
/// and answers the call with what it is tied to.
///
/// Kontur knows a call by our id: to start it again gives the same one, with all that happened since
/// (the only printed answer is evidently of that sort). It is sent again after a lost answer, and
/// that is also the way to a call whose answer was lost. Events of a call wait for this answer.
///
/// The id goes out raw. Of an internal call no number is sent: what would stand there is not known.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::CallStarted;
/// use vochi_crm_kontur::model::{CallDirection, CommunicationId, ExternalId};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let line: vochi_crm_core::PhoneNumber = "+375296254070".parse()?;
/// let call = ExternalId::new("1763635000.10")?;
/// let click = CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02")?;
/// let start = CallStarted::new(call, CallDirection::Outbound, "2025-11-20T10:36:42Z".parse()?)
///     .with_client_phone(client)
///     .with_line(line)
///     .with_communication(click);
/// assert!(start.request().is_ok());
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct CallStarted {
    external_id: ExternalId,
    direction: CallDirection,
    at: Timestamp,
    client_phone: Option<PhoneText>,
    line: Option<PhoneText>,
    communication: Option<CommunicationId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    timestamp: WireTime,
    external_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_vats_phone: Option<&'a PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_phone: Option<&'a PhoneText>,
    direction: &'a CallDirection,
    #[serde(skip_serializing_if = "Option::is_none")]
    communication_id: Option<&'a CommunicationId>,
}

impl CallStarted {
    /// A call that began at this time.
    pub fn new(external_id: ExternalId, direction: CallDirection, at: Timestamp) -> Self {
        Self { external_id, direction, at, client_phone: None, line: None, communication: None }
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

    /// Kontur's id, which a click on a number brought.
    #[must_use]
    pub fn with_communication(mut self, id: CommunicationId) -> Self {
        self.communication = Some(id);
        self
    }
}

impl Endpoint for CallStarted {
    type Output = Communication;

    fn operation(&self) -> &'static str {
        "telephony/call-started"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.direction.check()?;
        ApiRequest::post(paths::CALL_STARTED).json(&Body {
            timestamp: WireTime(self.at),
            external_id: self.external_id.raw(),
            external_vats_phone: self.line.as_ref(),
            client_phone: self.client_phone.as_ref(),
            direction: &self.direction,
            communication_id: self.communication.as_ref(),
        })
    }

    fn decode(&self, answer: &Response) -> Result<Communication> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }

    fn planned(&self) -> Response {
        let id = self.communication.as_ref().map(CommunicationId::as_str);
        Response::ok_json(&json!({
            "id": id.unwrap_or(PLACEHOLDER),
            "externalId": self.external_id,
            "direction": self.direction,
        }))
    }
}
