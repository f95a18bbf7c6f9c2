//! `telephony/call-recording`: a recording that comes late.

use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{LegId, Result};

use crate::api::{done, paths};
use crate::model::{CommunicationId, ExternalId, FileId};

/// Attaches an uploaded recording to a leg (`POST …/telephony/call-recording`), when it was not
/// ready as the call was registered. Never both for one leg.
///
/// An uploaded file may be attached once, and what a second attempt does is not known: it is
/// repeated only if it surely was not carried out.
///
/// ```
/// use vochi_crm_core::LegId;
/// use vochi_crm_core::http::Endpoint;
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
#[derive(Clone, Debug)]
pub struct CallRecording {
    communication: CommunicationId,
    external_id: ExternalId,
    leg: LegId,
    live_leg: Option<LegId>,
    file: FileId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the CRM's names")]
struct Body<'a> {
    communication_id: &'a CommunicationId,
    external_id: &'a ExternalId,
    external_call_item_id: &'a LegId,
    #[serde(skip_serializing_if = "Option::is_none")]
    realtime_call_item_id: Option<&'a LegId>,
    recording_file_id: &'a FileId,
}

impl CallRecording {
    /// This file to this leg. The call's id goes out as call-started returned it.
    pub fn new(
        communication: CommunicationId,
        external_id: ExternalId,
        leg: LegId,
        file: FileId,
    ) -> Self {
        Self { communication, external_id, leg, live_leg: None, file }
    }

    /// The id of the leg while it was live. It stands in the list of members and not in the sample.
    #[must_use]
    pub fn with_live_leg(mut self, id: LegId) -> Self {
        self.live_leg = Some(id);
        self
    }
}

impl Endpoint for CallRecording {
    type Output = ();

    fn operation(&self) -> &'static str {
        "telephony/call-recording"
    }

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post(paths::CALL_RECORDING).json(&Body {
            communication_id: &self.communication,
            external_id: &self.external_id,
            external_call_item_id: &self.leg,
            realtime_call_item_id: self.live_leg.as_ref(),
            recording_file_id: &self.file,
        })
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(format!("{} {}", self.external_id.raw(), self.leg).into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
