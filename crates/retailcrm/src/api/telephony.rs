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
    /// Reports a live call (`POST /api/v5/telephony/call/event`): shows the popup to the employees,
    /// or closes it.
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
    /// A call of this client rings at the employees.
    pub fn incoming(phone: impl Into<PhoneText>) -> Self {
        Self::new(phone, CallEventType::In)
    }

    /// The employees call this client.
    pub fn outgoing(phone: impl Into<PhoneText>) -> Self {
        Self::new(phone, CallEventType::Out)
    }

    /// The call with this client ended.
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
            return Err(Error::input("a call event names no employee")
                .with_hint("give at least one extension or RetailCRM user"));
        }
        ApiRequest::post("/api/v5/telephony/call/event")
            .form_opt("clientId", self.client_id.as_ref().map(Secret::expose))
            .form_json("event", self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.call_external_id.as_deref().map(Cow::Borrowed)
    }
}

/// The most calls one upload may hold.
pub const MOST_CALLS: usize = 50;

setters! {
    /// Uploads 1 to [`MOST_CALLS`] finished calls (`POST /api/v5/telephony/calls/upload`).
    ///
    /// The CRM recognises a repeat by `externalId`, so a lost response is sent again.
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
                "an upload holds 1 to {MOST_CALLS} calls, not {}",
                self.calls.len()
            )));
        }
        if let Some(call) = self.calls.iter().find(|call| !call.has_handler()) {
            return Err(Error::input(format!("call {} names no employee", call.external_id))
                .with_hint("give the extension or RetailCRM user who handled it"));
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
    /// Finds the manager responsible for a number (`GET /api/v5/telephony/manager`). An unknown
    /// number is an empty response, no error.
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
        /// Reads the customer and the addresses of cards too.
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
