//! Our answers.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use vochi_crm_core::Error;
use vochi_crm_core::inbound::{InboundEvent, InboundReply};

use super::place::Called;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// What becomes of a request.
pub(super) type Outcome = Result<InboundEvent, Box<Refusal>>;

/// A request that is not delivered: what Kontur is told and what the host is.
pub(super) struct Refusal {
    pub(super) reply: InboundReply,
    pub(super) error: Error,
}

/// A refusal with a status and no body.
pub(super) fn refused(status: StatusCode, error: Error) -> Box<Refusal> {
    Box::new(Refusal { reply: InboundReply::new(status), error })
}

/// The refusal of what cannot be read.
pub(super) fn unreadable(why: &'static str) -> Box<Refusal> {
    refused(StatusCode::BAD_REQUEST, Error::input(why))
}

/// The refusal of what was understood and cannot be done, in Kontur's own form.
pub(super) fn conflict(status: &str, message: &str, error: Error) -> Box<Refusal> {
    let body = json!({ "status": status, "message": message });
    Box::new(Refusal { reply: with_body(StatusCode::CONFLICT, JSON, body.to_string()), error })
}

impl Called {
    /// The answer to what was taken. Of a system call it is printed with its quotes; a webhook asks
    /// for nothing but status and echo.
    pub(super) fn yes(self) -> InboundReply {
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
