//! Replies to Kontur's requests.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use vochi_crm_core::Error;
use vochi_crm_core::inbound::{InboundEvent, InboundReply};

use super::route::RouteKind;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The parsed request, or its refusal.
pub(super) type Outcome = Result<InboundEvent, Box<Refusal>>;

/// A refused request: the reply to Kontur and the error for the host.
pub(super) struct Refusal {
    pub(super) reply: InboundReply,
    pub(super) error: Error,
}

/// Builds a refusal with a status and no body.
pub(super) fn refused(status: StatusCode, error: Error) -> Box<Refusal> {
    Box::new(Refusal { reply: InboundReply::new(status), error })
}

/// Builds the refusal of an unreadable request.
pub(super) fn unreadable(why: &'static str) -> Box<Refusal> {
    refused(StatusCode::BAD_REQUEST, Error::input(why))
}

/// Builds the refusal of a valid request that cannot be carried out, in Kontur's error format.
pub(super) fn conflict(status: &str, message: &str, error: Error) -> Box<Refusal> {
    let body = json!({ "status": status, "message": message });
    Box::new(Refusal { reply: with_body(StatusCode::CONFLICT, JSON, body.to_string()), error })
}

impl RouteKind {
    /// Returns the reply to an accepted request.
    ///
    /// System calls get JSON with quotes, as printed in the documentation; webhooks need only
    /// status and echo.
    pub(super) fn success_reply(self) -> InboundReply {
        match self {
            Self::Call | Self::Hangup => with_body(StatusCode::OK, JSON, "\"OK\""),
            _ => with_body(StatusCode::OK, TEXT, "OK"),
        }
    }
}

fn with_body(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> InboundReply {
    let mut reply = InboundReply::new(status);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply.body = body.into();
    reply
}
