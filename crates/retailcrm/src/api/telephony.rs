//! `telephony/*`: live calls, the call history, the manager of a number.

use std::borrow::Cow;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, LimitClass, Operation, Repeat, Response};
use vochi_crm_core::{Error, Extension, Result, Secret, Text, Unique, setters};

use super::response::Body;
use crate::limits::TELEPHONY;
use crate::model::{
    CallEventResponse, CallEventType, CallUpload, CallsUploadResponse, HangupStatus,
    ManagerResponse, PhoneText, UserId, WebAnalytics,
};

setters! {
    /// Sends an event of a live call (`POST /api/v5/telephony/call/event`): shows the popup to the
    /// employees, or closes it.
    ///
    /// A repeat may show the popup again, so a lost response ends with effect `maybe`.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_core::{Extension, PhoneNumber};
    /// use vochi_crm_retailcrm::api::SendCallEvent;
    ///
    /// let phone: PhoneNumber = "+375291112233".parse()?;
    /// let event = SendCallEvent::incoming(phone).codes([Extension::new("101")?]);
    /// assert_eq!(event.request()?.path(), "/api/v5/telephony/call/event");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub payload SendCallEvent {
        phone: PhoneText,
        #[serde(rename = "type")]
        kind: CallEventType,
        /// Adds employees by extension.
        codes: Unique<Extension>,
        /// Adds employees by user.
        user_ids: Unique<UserId>,
        /// The result of an ended call.
        hangup_status: Option<HangupStatus>,
        /// The PBX's id of the call.
        call_external_id: Option<Text>,
        /// The company's number.
        external_phone: Option<PhoneText>,
        /// The shop.
        site: Option<Text>,
        /// The advertising source of the caller.
        web_analytics_data: Option<WebAnalytics>,
        /// The module's `clientId`. No official client sends it.
        #[serde(skip)]
        client_id: Option<Secret>,
    }
}

impl SendCallEvent {
    /// Creates an event for a client's call that rings at the employees.
    pub fn incoming(phone: impl Into<PhoneText>) -> Self {
        Self::new(phone, CallEventType::In)
    }

    /// Creates an event for a call of the employees to the client.
    pub fn outgoing(phone: impl Into<PhoneText>) -> Self {
        Self::new(phone, CallEventType::Out)
    }

    /// Creates an event for the end of a call with the client.
    pub fn hangup(phone: impl Into<PhoneText>, status: HangupStatus) -> Self {
        Self::new(phone, CallEventType::Hangup).hangup_status(status)
    }
}

impl Operation for SendCallEvent {
    type Output = Body<CallEventResponse>;
    const NAME: &'static str = "telephony/call/event";
    const REPEAT: Repeat = Repeat::Unsafe;
    const CLASS: LimitClass = TELEPHONY;

    fn request(&self) -> Result<ApiRequest> {
        if self.codes.is_empty() && self.user_ids.is_empty() {
            return Err(Error::input("cannot send a call event: no employee is given")
                .with_hint("set at least one extension or RetailCRM user"));
        }
        ApiRequest::post("/api/v5/telephony/call/event")
            .form_opt("clientId", self.client_id.as_ref().map(Secret::expose))
            .form_json("event", self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.call_external_id.as_deref().map(Cow::Borrowed)
    }
}

/// The largest number of calls in one upload.
pub const MOST_CALLS: usize = 50;

setters! {
    /// Uploads 1 to [`MOST_CALLS`] finished calls (`POST /api/v5/telephony/calls/upload`).
    ///
    /// The CRM recognizes a repeat by `externalId`, so an upload with a lost response is retried.
    #[derive(Default)]
    pub struct UploadCalls {
        /// Adds calls.
        calls: Vec<CallUpload>,
        /// The module's `clientId`. No official client sends it.
        client_id: Option<Secret>,
    }
}

impl Operation for UploadCalls {
    type Output = Body<CallsUploadResponse>;
    const NAME: &'static str = "telephony/calls/upload";
    const REPEAT: Repeat = Repeat::Keyed;
    const CLASS: LimitClass = TELEPHONY;

    fn request(&self) -> Result<ApiRequest> {
        if self.calls.is_empty() || self.calls.len() > MOST_CALLS {
            return Err(Error::input(format!(
                "invalid upload of {} calls: must be 1 to {MOST_CALLS}",
                self.calls.len()
            )));
        }
        if let Some(call) = self.calls.iter().find(|call| !call.has_handler()) {
            return Err(Error::input(format!(
                "cannot upload call {}: no employee is given",
                call.external_id
            ))
            .with_hint("set the extension or RetailCRM user who handled it"));
        }
        let calls = self.calls.iter().map(CallUpload::with_default_duration);
        ApiRequest::post("/api/v5/telephony/calls/upload")
            .form_opt("clientId", self.client_id.as_ref().map(Secret::expose))
            .form_json("calls", &calls.collect::<Vec<_>>())
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let ids: Vec<&str> = self.calls.iter().map(|call| call.external_id.as_str()).collect();
        Some(ids.join(" ").into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "processedCallsCount": self.calls.len() }))
    }
}

setters! {
    /// Finds the manager responsible for a number (`GET /api/v5/telephony/manager`). The response
    /// is empty for an unknown number.
    ///
    /// ```
    /// use vochi_crm_core::PhoneNumber;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::FindManager;
    ///
    /// let phone: PhoneNumber = "+375291112233".parse()?;
    /// let request = FindManager::new(phone).details().request()?;
    /// assert_eq!(request.query_string(), "phone=%2B375291112233&details=1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct FindManager {
        phone: PhoneText,
        /// Requests the customer and the addresses of cards too.
        details: bool,
        /// Finds managers in every status.
        ignore_status: bool,
        /// The module's `clientId`. No official client sends it.
        client_id: Option<Secret>,
    }
}

impl Operation for FindManager {
    type Output = Body<ManagerResponse>;
    const NAME: &'static str = "telephony/manager";
    const REPEAT: Repeat = Repeat::Safe;
    const CLASS: LimitClass = TELEPHONY;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/v5/telephony/manager")
            .query("phone", self.phone.as_str())
            .query_opt("details", self.details.then_some("1"))
            .query_opt("ignoreStatus", self.ignore_status.then_some("1"))
            .query_opt("clientId", self.client_id.as_ref().map(Secret::expose)))
    }
}
