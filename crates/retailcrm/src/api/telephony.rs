//! `telephony/*`: live calls, the call history, the manager of a number.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, LimitClass, Repeat, Response};
use vochi_crm_core::{Error, Extension, Result, Secret};

use crate::limits::TELEPHONY;
use crate::model::{
    CallEventResponse, CallUpload, CallsUploadResponse, HangupStatus, ManagerResponse, PhoneText,
    UserId, WebAnalytics, given,
};

/// Tells the CRM about a live call (`POST /api/v5/telephony/call/event`): shows the popup to the
/// employees named, or closes it.
///
/// There is no event for an answer or a transfer. Repeating it may show the popup again, so it is
/// repeated only if it surely was not carried out.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_retailcrm::api::SendCallEvent;
///
/// let phone: PhoneNumber = "+375291112233".parse()?;
/// let event = SendCallEvent::incoming(phone)
///     .with_code("101".parse()?)
///     .with_call_external_id("pbx1-1773474900.42");
/// assert_eq!(event.request()?.path(), "/api/v5/telephony/call/event");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SendCallEvent {
    event: Event,
    client_id: Option<Secret>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    phone: PhoneText,
    #[serde(rename = "type")]
    kind: EventType,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    codes: Vec<Extension>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user_ids: Vec<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hangup_status: Option<HangupStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_phone: Option<PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_analytics_data: Option<WebAnalytics>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum EventType {
    In,
    Out,
    Hangup,
}

impl SendCallEvent {
    /// A call of this client rings at the employees.
    pub fn incoming(phone: impl Into<PhoneText>) -> Self {
        Self::new(EventType::In, phone.into(), None)
    }

    /// The employees call this client.
    pub fn outgoing(phone: impl Into<PhoneText>) -> Self {
        Self::new(EventType::Out, phone.into(), None)
    }

    /// The call with this client is over.
    pub fn hangup(phone: impl Into<PhoneText>, status: HangupStatus) -> Self {
        Self::new(EventType::Hangup, phone.into(), Some(status))
    }

    fn new(kind: EventType, phone: PhoneText, hangup_status: Option<HangupStatus>) -> Self {
        Self {
            event: Event {
                phone,
                kind,
                codes: Vec::new(),
                user_ids: Vec::new(),
                hangup_status,
                call_external_id: None,
                external_phone: None,
                site: None,
                web_analytics_data: None,
            },
            client_id: None,
        }
    }

    /// Adds an employee by extension.
    #[must_use]
    pub fn with_code(mut self, code: Extension) -> Self {
        if !self.event.codes.contains(&code) {
            self.event.codes.push(code);
        }
        self
    }

    /// Adds an employee by the CRM's id.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        if !self.event.user_ids.contains(&user) {
            self.event.user_ids.push(user);
        }
        self
    }

    /// The PBX's id of the call; it ties the events of a call and its upload together.
    #[must_use]
    pub fn with_call_external_id(mut self, id: impl Into<String>) -> Self {
        self.event.call_external_id = Some(id.into());
        self
    }

    /// Our own outside number; the CRM ties it to a shop.
    #[must_use]
    pub fn with_external_phone(mut self, number: impl Into<PhoneText>) -> Self {
        self.event.external_phone = Some(number.into());
        self
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.event.site = Some(site.into());
        self
    }

    /// Where the caller came from.
    #[must_use]
    pub fn with_web_analytics(mut self, data: WebAnalytics) -> Self {
        self.event.web_analytics_data = Some(data);
        self
    }

    /// The module's `clientId`. No official client sends it.
    #[must_use]
    pub fn with_client_id(mut self, id: Secret) -> Self {
        self.client_id = Some(id);
        self
    }

    /// The employees named by extension.
    pub(crate) fn codes(&self) -> &[Extension] {
        &self.event.codes
    }
}

impl Endpoint for SendCallEvent {
    type Output = CallEventResponse;

    fn operation(&self) -> &'static str {
        "telephony/call/event"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.event.codes.is_empty() && self.event.user_ids.is_empty() {
            return Err(Error::input("a call event names no employee")
                .with_hint("give at least one extension or RetailCRM user"));
        }
        for user in &self.event.user_ids {
            given::id("a user of a call event", user.get())?;
        }
        given::text("callExternalId", self.event.call_external_id.as_deref())?;
        given::text("site", self.event.site.as_deref())?;
        let mut request = ApiRequest::post("/api/v5/telephony/call/event");
        if let Some(id) = &self.client_id {
            request = request.form("clientId", id.expose());
        }
        request.form_json("event", &self.event)
    }

    fn decode(&self, answer: &Response) -> Result<CallEventResponse> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn limit_class(&self) -> LimitClass {
        TELEPHONY
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.event.call_external_id.as_deref().map(Cow::Borrowed)
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

/// How many calls one upload holds at most.
pub const MOST_CALLS: usize = 50;

/// Puts finished calls into the CRM's history (`POST /api/v5/telephony/calls/upload`).
///
/// The CRM recognises a repeat by `externalId`, so an upload whose answer was lost is sent again.
#[derive(Clone, Debug)]
pub struct UploadCalls {
    calls: Vec<CallUpload>,
    client_id: Option<Secret>,
}

impl UploadCalls {
    /// At most [`MOST_CALLS`] calls.
    pub fn new(calls: impl IntoIterator<Item = CallUpload>) -> Self {
        Self { calls: calls.into_iter().collect(), client_id: None }
    }

    /// Sets the module's `clientId`. No official client sends it.
    #[must_use]
    pub fn with_client_id(mut self, id: Secret) -> Self {
        self.client_id = Some(id);
        self
    }
}

impl Endpoint for UploadCalls {
    type Output = CallsUploadResponse;

    fn operation(&self) -> &'static str {
        "telephony/calls/upload"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.calls.is_empty() || self.calls.len() > MOST_CALLS {
            return Err(Error::input(format!(
                "an upload holds 1 to {MOST_CALLS} calls, not {}",
                self.calls.len()
            )));
        }
        if let Some(call) = self.calls.iter().find(|call| !call.has_handler()) {
            return Err(Error::input(format!("call {} names no employee", call.external_id()))
                .with_hint("give the extension or RetailCRM user who handled it"));
        }
        for call in &self.calls {
            call.check()?;
        }
        let mut request = ApiRequest::post("/api/v5/telephony/calls/upload");
        if let Some(id) = &self.client_id {
            request = request.form("clientId", id.expose());
        }
        request.form_json("calls", &self.calls)
    }

    fn decode(&self, answer: &Response) -> Result<CallsUploadResponse> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn limit_class(&self) -> LimitClass {
        TELEPHONY
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let ids: Vec<&str> = self.calls.iter().map(CallUpload::external_id).collect();
        Some(ids.join(" ").into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "processedCallsCount": self.calls.len() }))
    }
}

/// Asks for the manager responsible for a number (`GET /api/v5/telephony/manager`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_retailcrm::api::FindManager;
///
/// let phone: PhoneNumber = "+375291112233".parse()?;
/// let request = FindManager::new(phone).with_details().request()?;
/// assert_eq!(request.query_string(), "phone=%2B375291112233&details=1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FindManager {
    phone: PhoneText,
    details: bool,
    ignore_status: bool,
    client_id: Option<Secret>,
}

impl FindManager {
    /// Of this number.
    pub fn new(phone: impl Into<PhoneText>) -> Self {
        Self { phone: phone.into(), details: false, ignore_status: false, client_id: None }
    }

    /// With the customer and the addresses of cards.
    #[must_use]
    pub fn with_details(mut self) -> Self {
        self.details = true;
        self
    }

    /// Whether or not the manager can be reached now.
    #[must_use]
    pub fn whatever_the_status(mut self) -> Self {
        self.ignore_status = true;
        self
    }

    /// Sets the module's `clientId`. No official client sends it.
    #[must_use]
    pub fn with_client_id(mut self, id: Secret) -> Self {
        self.client_id = Some(id);
        self
    }
}

impl Endpoint for FindManager {
    type Output = ManagerResponse;

    fn operation(&self) -> &'static str {
        "telephony/manager"
    }

    fn request(&self) -> Result<ApiRequest> {
        let mut request =
            ApiRequest::get("/api/v5/telephony/manager").query("phone", self.phone.as_str());
        if self.details {
            request = request.query("details", "1");
        }
        if self.ignore_status {
            request = request.query("ignoreStatus", "1");
        }
        if let Some(id) = &self.client_id {
            request = request.query("clientId", id.expose());
        }
        Ok(request)
    }

    fn decode(&self, answer: &Response) -> Result<ManagerResponse> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn limit_class(&self) -> LimitClass {
        TELEPHONY
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
