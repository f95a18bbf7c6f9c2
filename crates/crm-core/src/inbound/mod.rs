//! Requests that CRMs send to the host, without any web framework: a host passes method, path,
//! headers and body, and sends the reply.

mod fields;
mod networks;
mod repeat;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

pub use fields::InboundFields;
pub use networks::AllowedNetworks;
pub use repeat::repeat_id;

use crate::call::{CrmCallId, CrmUserId, Extension, Party};
use crate::secret::Secret;
use crate::time::Timestamp;

/// A request from a CRM. `Debug` prints neither query nor body: both may contain tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct InboundRequest {
    /// The method.
    pub method: Method,
    /// The path after the account's inbound address, beginning with `/` or empty.
    pub path: String,
    /// The raw query, without the `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The sender's address, if the host knows it.
    pub peer: Option<IpAddr>,
}

impl InboundRequest {
    /// Creates a request with unknown sender; [`with_peer`](Self::with_peer) sets it.
    pub fn new(
        method: Method,
        path: impl Into<String>,
        query: impl Into<String>,
        headers: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            method,
            path: path.into(),
            query: query.into(),
            headers,
            body: body.into(),
            peer: None,
        }
    }

    /// Sets the sender's address. Behind a reverse proxy that is the address the proxy reports, not
    /// the proxy's own.
    ///
    /// An account with `allowed_networks` refuses requests without it.
    #[must_use]
    pub fn with_peer(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }
}

impl fmt::Debug for InboundRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// The reply that the CRM expects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundReply {
    /// The status.
    pub status: StatusCode,
    /// Additional headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl InboundReply {
    /// Creates a reply with a status only.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Creates a reply with a JSON body.
    ///
    /// ```
    /// use http::StatusCode;
    /// use vochi_crm_core::inbound::InboundReply;
    /// let reply = InboundReply::json(StatusCode::OK, &serde_json::json!({"success": true}));
    /// assert_eq!(reply.headers["content-type"], "application/json");
    /// assert_eq!(reply.body, r#"{"success":true}"#);
    /// ```
    pub fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        let mut reply = Self::new(status);
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        reply.body = Bytes::from(body.to_string());
        reply
    }

    /// Creates the reply to an unknown request.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }
}

/// The kind of an inbound event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboundKind {
    /// An employee clicked on a number.
    ClickToCall,
    /// A client asked for a callback.
    CallbackRequest,
    /// An employee hung up in the CRM.
    Hangup,
    /// A customer was created or changed.
    CustomerChanged,
    /// An employee's availability changed.
    UserStatusChanged,
    /// The CRM requests an update of the history.
    SyncRequested,
    /// The host's application was installed.
    Installed,
    /// The host's application was removed.
    Uninstalled,
    /// Any other kind, by the CRM's own name.
    Other(String),
}

impl InboundKind {
    /// The name used in logs and JSON output, without the CRM's own name.
    ///
    /// ```
    /// use vochi_crm_core::inbound::InboundKind;
    /// assert_eq!(InboundKind::ClickToCall.as_str(), "click_to_call");
    /// assert_eq!(InboundKind::Other("settings".to_owned()).as_str(), "other");
    /// ```
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ClickToCall => "click_to_call",
            Self::CallbackRequest => "callback_request",
            Self::Hangup => "hangup",
            Self::CustomerChanged => "customer_changed",
            Self::UserStatusChanged => "user_status_changed",
            Self::SyncRequested => "sync_requested",
            Self::Installed => "installed",
            Self::Uninstalled => "uninstalled",
            Self::Other(_) => "other",
        }
    }
}

/// Whether an inbound event is news to the connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// The event came for the first time: the host acts on it.
    New,
    /// The CRM sent it before: the host does nothing.
    Repeat,
    /// The event is too old, as a click whose employee does not wait any more: the host does nothing.
    Expired,
}

/// Whether an employee accepts calls. The CRM's own value is in [`InboundEvent::raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Availability {
    /// The employee accepts calls.
    Available,
    /// The employee is busy or has a break: queues skip the employee.
    Away,
}

/// The CRM entity of a request, for example the customer or deal where a number was clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundEntity {
    /// The kind, by the CRM's own name.
    pub kind: String,
    /// The CRM's id.
    pub id: String,
}

/// Where an employee clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClickedOn {
    /// The CRM's page in a browser.
    Desktop,
    /// The CRM's mobile application.
    Mobile,
}

/// A parsed request of a CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundEvent {
    /// The kind.
    pub kind: InboundKind,
    /// The id of the event, the same for a repeat of the request.
    pub id: String,
    /// When the CRM sent it, or put it into its queue, if it says so.
    pub sent_at: Option<Timestamp>,
    /// The phone number.
    pub phone: Option<Party>,
    /// The phone number as sent.
    pub phone_raw: Option<String>,
    /// The company's number to call from, if the CRM names one.
    pub our_number: Option<Party>,
    /// The user.
    pub user_id: Option<CrmUserId>,
    /// The user's extension.
    pub extension: Option<Extension>,
    /// Whether the user accepts calls now, if the CRM sends a known value.
    pub availability: Option<Availability>,
    /// The CRM's id of the call.
    pub crm_call_id: Option<CrmCallId>,
    /// The entity.
    pub entity: Option<InboundEntity>,
    /// Where the employee clicked, if the CRM sends it.
    pub clicked_on: Option<ClickedOn>,
    /// A key sent with the request, valid for the response to it only; never printed.
    pub access_key: Option<Secret>,
    /// The CRM's own fields, with tokens as `***`.
    pub raw: BTreeMap<String, serde_json::Value>,
}

impl InboundEvent {
    /// Creates an event with kind and id only.
    pub fn new(kind: InboundKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            sent_at: None,
            phone: None,
            phone_raw: None,
            our_number: None,
            user_id: None,
            extension: None,
            availability: None,
            crm_call_id: None,
            entity: None,
            clicked_on: None,
            access_key: None,
            raw: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_key_is_not_printed() {
        let mut event = InboundEvent::new(InboundKind::ClickToCall, "1");
        assert_eq!(event.access_key, None);
        event.access_key = Some(Secret::new("canary"));
        assert!(!format!("{event:?} {event:#?}").contains("canary"));
    }
}
