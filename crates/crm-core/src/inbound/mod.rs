//! What CRMs send us, without any web framework: a host hands over method, path, headers and body,
//! and sends back the reply.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::call::{CrmCallId, CrmUserId, Extension, Party};

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
}

impl InboundRequest {
    /// A request.
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
        }
    }
}

impl fmt::Debug for InboundRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
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
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
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
    /// The user it is about.
    pub user_id: Option<CrmUserId>,
    /// The user's extension.
    pub extension: Option<Extension>,
    /// The CRM's id of the call.
    pub crm_call_id: Option<CrmCallId>,
    /// What it is about.
    pub entity: Option<InboundEntity>,
    /// Where the employee clicked, where the CRM says so.
    pub clicked_on: Option<ClickedOn>,
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
            user_id: None,
            extension: None,
            crm_call_id: None,
            entity: None,
            clicked_on: None,
            raw: BTreeMap::new(),
        }
    }
}
