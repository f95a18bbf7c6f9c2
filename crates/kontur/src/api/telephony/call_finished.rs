//! `telephony/call-finished`: a call is over.

use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Result, Timestamp};

use crate::api::{done, paths};
use crate::model::{CallDirection, CommunicationId, ExternalId, PhoneText, WireTime};

/// Says that a call is over (`POST …/telephony/call-finished`). The facts follow with
/// [`RegisterCall`](super::RegisterCall).
///
/// A call named by Kontur's own id ends once, whatever is said of it afterwards, and its time does
/// not change: it is sent again after a lost answer. That is a conclusion; nothing is printed about
/// a second end.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::CallFinished;
/// use vochi_crm_kontur::model::{CallDirection, CommunicationId, ExternalId};
/// let end = CallFinished::new(
///     CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01")?,
///     ExternalId::returned("Vochi/1763631515.42")?,
///     CallDirection::Inbound,
///     "2025-11-20T09:42:11Z".parse()?,
/// );
/// assert!(end.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallFinished {
    communication: CommunicationId,
    external_id: ExternalId,
    direction: CallDirection,
    at: Timestamp,
    client_phone: Option<PhoneText>,
    line: Option<PhoneText>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    timestamp: WireTime,
    communication_id: &'a CommunicationId,
    external_id: &'a ExternalId,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_vats_phone: Option<&'a PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_phone: Option<&'a PhoneText>,
    direction: &'a CallDirection,
}

impl CallFinished {
    /// A call that ended at this time. Its id goes out as call-started returned it.
    pub fn new(
        communication: CommunicationId,
        external_id: ExternalId,
        direction: CallDirection,
        at: Timestamp,
    ) -> Self {
        Self { communication, external_id, direction, at, client_phone: None, line: None }
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
}

impl Endpoint for CallFinished {
    type Output = ();

    fn operation(&self) -> &'static str {
        "telephony/call-finished"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.direction.check()?;
        ApiRequest::post(paths::CALL_FINISHED).json(&Body {
            timestamp: WireTime(self.at),
            communication_id: &self.communication,
            external_id: &self.external_id,
            external_vats_phone: self.line.as_ref(),
            client_phone: self.client_phone.as_ref(),
            direction: &self.direction,
        })
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_id.raw().into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
