//! What CRMs send us, without any web framework: a host hands over method, path, headers and body,
//! and sends back the reply.

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

/// A request a CRM sent us. Its `Debug` shows neither query nor body: both may hold tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct InboundRequest {
    /// The method.
    pub method: Method,
    /// What follows the account's own inbound address, beginning with `/` or empty.
    pub path: String,
    /// The query, as it came, without the `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The address the request came from, if the host knows it.
    pub peer: Option<IpAddr>,
}

impl InboundRequest {
    /// A request whose sender's address is unknown; [`with_peer`](Self::with_peer) sets it.
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

    /// Sets the address the request came from. Behind a reverse proxy that is the address the proxy
    /// reports, not the proxy's own.
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

/// The answer the CRM expects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundReply {
    /// The status.
    pub status: StatusCode,
    /// Headers beyond the usual ones.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl InboundReply {
    /// A reply with a status and nothing else.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A reply with a JSON body.
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

    /// The reply to a request that means nothing here.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }
}

/// What a CRM wants or tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboundKind {
    /// An employee clicked on a number.
    ClickToCall,
    /// A client wants to be called back.
    CallbackRequest,
    /// An employee hung up in the CRM.
    Hangup,
    /// A customer was created or changed.
    CustomerChanged,
    /// An employee's availability changed.
    UserStatusChanged,
    /// The CRM asks for the history to be brought up to date.
    SyncRequested,
    /// Our application was installed.
    Installed,
    /// Our application was removed.
    Uninstalled,
    /// Anything else, by the CRM's own word.
    Other(String),
}

impl InboundKind {
    /// The name used in logs and JSON output; without the CRM's own word.
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

/// Whether an employee takes calls. The CRM's own word stands among its own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Calls are welcome.
    Available,
    /// Busy, at lunch, having a break: queues leave the employee out.
    Away,
}

/// A thing of the CRM that a request is about: the customer or deal a number was clicked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundEntity {
    /// What it is, by the CRM's own word.
    pub kind: String,
    /// The CRM's id.
    pub id: String,
}

/// Where an employee clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickedOn {
    /// The CRM's page in a browser.
    Desktop,
    /// The CRM's mobile application.
    Mobile,
}

/// A request from a CRM, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundEvent {
    /// What it wants or tells.
    pub kind: InboundKind,
    /// The same for a repeat of the same request.
    pub id: String,
    /// The number it is about.
    pub phone: Option<Party>,
    /// The number as it was written.
    pub phone_raw: Option<String>,
    /// Our outside number to call from, where the CRM names one.
    pub our_number: Option<Party>,
    /// The user it is about.
    pub user_id: Option<CrmUserId>,
    /// The user's extension.
    pub extension: Option<Extension>,
    /// Whether the user takes calls now, where the CRM says so in a word that is known.
    pub availability: Option<Availability>,
    /// The CRM's id of the call.
    pub crm_call_id: Option<CrmCallId>,
    /// What it is about.
    pub entity: Option<InboundEntity>,
    /// Where the employee clicked, where the CRM says so.
    pub clicked_on: Option<ClickedOn>,
    /// A key that came with the request, good for nothing but its answer; never printed.
    pub access_key: Option<Secret>,
    /// The CRM's own fields; tokens as `***`.
    pub raw: BTreeMap<String, serde_json::Value>,
}

impl InboundEvent {
    /// An event of which nothing but kind and id is known.
    pub fn new(kind: InboundKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
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
    fn a_key_that_came_with_a_request_is_not_printed() {
        let mut event = InboundEvent::new(InboundKind::ClickToCall, "1");
        assert_eq!(event.access_key, None);
        event.access_key = Some(Secret::new("canary"));
        assert!(!format!("{event:?} {event:#?}").contains("canary"));
    }
}
