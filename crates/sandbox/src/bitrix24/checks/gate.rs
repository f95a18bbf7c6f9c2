//! Checks before the parameters: limit, credential, method, scope, operating time.

use crate::check::{Detail, answered, documented};

use super::super::operations::Caller;
use super::{Refusal, RequestContext, Row};

pub(super) const LIMIT: &[Row] = &[Row::new(
    "limit.bucket",
    answered("§2.1"),
    "a bucket of 50 requests leaks 2 a second, that of Enterprise (250) leaks 5",
    Refusal::Busy,
    |cx| Detail::whole_if(cx.over),
)];

pub(super) const CREDENTIAL: &[Row] = &[Row::new(
    "auth",
    answered("§1.1, §1.6"),
    "the path has the user and the secret of a webhook, or auth is a valid access token",
    Refusal::Credential,
    |cx| Detail::whole_if(cx.credential.is_err()),
)];

pub(super) const METHOD: &[Row] = &[
    Row::new(
        "method",
        answered("§1.1, §1.6"),
        "the method is one that the stand-in has, in any letter case",
        Refusal::Method,
        |cx| Detail::whole_if(cx.operation.is_none()),
    ),
    Row::new(
        "scope",
        answered("§1.1, §1.6"),
        "the webhook or the application has a scope of the method",
        Refusal::Scope,
        |cx| {
            let has = |scope: &str| cx.portal.rights.has_scope(scope);
            Detail::whole_if(cx.operation.is_some_and(|it| !has(it.scope)))
        },
    ),
];

/// Returns true if a webhook calls a method of this kind.
fn is_webhook_for(cx: &RequestContext<'_>, caller: Caller) -> bool {
    let is_webhook = cx.credential.as_ref().is_ok_and(|it| !it.is_application());
    is_webhook && cx.operation.is_some_and(|it| it.caller == caller)
}

pub(super) const CALLER: &[Row] = &[
    Row::new(
        "auth.application",
        documented("§9.5"),
        "events are bound and read by the application",
        Refusal::AuthType,
        |cx| Detail::whole_if(is_webhook_for(cx, Caller::Application)),
    ),
    Row::new(
        "auth.telephony",
        documented("§17.1"),
        "calls and lines are written by the application, if the dialect refuses webhooks",
        Refusal::AuthType,
        |cx| {
            let refuses = cx.portal.dialect.refuse_webhooks;
            Detail::whole_if(refuses && is_webhook_for(cx, Caller::Telephony))
        },
    ),
];

pub(super) const OPERATING: &[Row] = &[Row::new(
    "limit.operating",
    answered("§2.2"),
    "a method takes at most 480 seconds of operating time in ten minutes",
    Refusal::Operating,
    |cx| Detail::whole_if(cx.is_used_up),
)];
