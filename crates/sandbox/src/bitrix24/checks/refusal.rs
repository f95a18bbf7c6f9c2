//! Forms of refusals (§1.6).

use crate::check::Detail;

use super::super::answer::Failure;
use super::super::rights::{Credential, Denied};
use super::RequestContext;

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bitrix24) enum Refusal {
    /// 503 `QUERY_LIMIT_EXCEEDED`.
    Busy,
    /// 401 with the code of the credential.
    Credential,
    /// 404 `ERROR_METHOD_NOT_FOUND`.
    Method,
    /// 403 `insufficient_scope`; 401 for the application.
    Scope,
    /// 403 `WRONG_AUTH_TYPE`.
    AuthType,
    /// 429 `OPERATION_TIME_LIMIT`.
    Operating,
    /// 400 with the code of telephony.
    Telephony,
    /// 400 without a code.
    Plain,
    /// 400 with the code before the bar in the text.
    Named,
    /// None: the request is executed.
    Ignored,
}

impl Refusal {
    pub(super) fn failure(self, cx: &RequestContext<'_>, found: &[Detail]) -> Failure {
        let text = found.first().map_or("", Detail::says);
        match self {
            Self::Busy => Failure::new(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
            Self::Credential => denied(cx),
            Self::Method => Failure::new(404, "ERROR_METHOD_NOT_FOUND", "Method not found!"),
            Self::Scope => {
                let is_application = cx.credential.as_ref().is_ok_and(Credential::is_application);
                let (status, token) =
                    if is_application { (401, "access token") } else { (403, "webhook token") };
                let text =
                    format!("The request requires higher privileges than provided by the {token}");
                Failure::new(status, "insufficient_scope", text)
            }
            Self::AuthType => {
                let text = "Current authorization type is denied for this method";
                Failure::new(403, "WRONG_AUTH_TYPE", text)
            }
            Self::Operating => {
                let text = "Method is blocked due to operation time limit.";
                Failure::new(429, "OPERATION_TIME_LIMIT", text)
            }
            Self::Telephony => Failure::telephony(cx.portal, text),
            Self::Plain | Self::Ignored => Failure::plain(text),
            Self::Named => {
                let (code, text) = text.split_once('|').unwrap_or(("", text));
                Failure::named(code, text)
            }
        }
    }
}

/// The refusal of a credential.
fn denied(cx: &RequestContext<'_>) -> Failure {
    let (code, text) = match cx.credential {
        Err(Denied::Expired) => ("expired_token", "The access token provided has expired."),
        Err(Denied::Unknown) => ("invalid_token", "Unable to get application by token"),
        Err(Denied::NotInstalled) => ("ERROR_OAUTH", "Application not installed"),
        Err(Denied::User) => ("authorization_error", "Unable to authorize user"),
        Err(Denied::NoAuth) | Ok(_) => ("NO_AUTH_FOUND", "Wrong authorization data"),
    };
    let status = if cx.portal.dialect.errors_as_200 { 200 } else { 401 };
    Failure::new(status, code, text)
}
