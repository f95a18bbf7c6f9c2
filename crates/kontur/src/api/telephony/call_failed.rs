//! `telephony/call-failed`: a clicked call could not be placed.

use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use crate::api::{done, paths};
use crate::model::CommunicationId;

/// Says that a call somebody clicked could not be placed (`POST …/telephony/call-failed`), after the
/// click was accepted. A call that came in never fails: it is
/// [finished](super::CallFinished).
///
/// The printed sample is a copy of another method's; the only documented member is Kontur's id. A
/// repeat says the same of the same call, so it is sent again after a lost answer.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::CallFailed;
/// use vochi_crm_kontur::model::CommunicationId;
/// let id = CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02")?;
/// assert!(CallFailed::new(id).request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallFailed {
    communication: CommunicationId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    communication_id: &'a CommunicationId,
}

impl CallFailed {
    /// The call with this id, which the click brought.
    pub fn new(communication: CommunicationId) -> Self {
        Self { communication }
    }
}

impl Endpoint for CallFailed {
    type Output = ();

    fn operation(&self) -> &'static str {
        "telephony/call-failed"
    }

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post(paths::CALL_FAILED).json(&Body { communication_id: &self.communication })
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.communication.as_str().into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
