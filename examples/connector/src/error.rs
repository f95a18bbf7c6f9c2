//! What the CRM's error responses mean: `{"error": CODE, "message": TEXT}`.

use serde_json::Value;
use vochi_crm_core::http::{Advice, Dialect, OperationInfo, Refusal, Response};
use vochi_crm_core::{CrmName, Effect, ErrorKind};

#[derive(Debug)]
pub(crate) struct Invented;

impl Dialect for Invented {
    fn crm(&self) -> CrmName {
        crate::CRM
    }

    fn judge(&self, _: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        judge(response)
    }
}

/// Decides whether a response is a refusal.
pub fn judge(response: &Response) -> Result<(), Refusal> {
    let body = serde_json::from_slice::<Value>(&response.body);
    let status = response.status.as_u16();
    let doubtful = |kind, message: String| {
        Refusal::new(kind, message).with_advice(Advice::Transient).with_effect(Effect::Maybe)
    };
    let (kind, body) = match (status, body) {
        (429, _) => {
            let refusal = Refusal::new(ErrorKind::RateLimited, "too many requests");
            return Err(refusal.with_advice(Advice::Throttled));
        }
        (500.., _) => return Err(doubtful(ErrorKind::Unavailable, format!("HTTP {status}"))),
        (200 | 201, Ok(Value::Object(_))) => return Ok(()),
        (200 | 201, _) => {
            let kind = response.content_type();
            let message = format!("cannot read the response (HTTP {status}, {kind})");
            return Err(doubtful(ErrorKind::Decode, message));
        }
        (401 | 403, body) => (ErrorKind::Auth, body),
        (404, body) => (ErrorKind::NotFound, body),
        (_, body) => (ErrorKind::Rejected, body),
    };
    let body = body.unwrap_or_default();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let message = text("message").unwrap_or_else(|| format!("refused with HTTP {status}"));
    let refusal = Refusal::new(kind, message);
    Err(match text("error") {
        Some(code) => refusal.with_code(code),
        None => refusal,
    })
}
