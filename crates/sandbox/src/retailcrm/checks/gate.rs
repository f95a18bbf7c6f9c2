//! Checks before the content of a request: path, limit, credentials, encoding.

use serde_json::Value;

use crate::check::{Detail, answered, documented, guess};
use crate::schema::Path;

use super::super::operations::Endpoint;
use super::super::state::{Bucket, Telephony};
use super::values::{EXTRA, INVALID};
use super::{Refusal, RequestContext, Row};

pub(super) const ACCOUNT: &[Row] = &[
    Row::new(
        "account.exists",
        answered("§1.4"),
        "there is an account at this address; a server without one says so in JSON to a GET",
        Refusal::Says(400, "Account does not exist."),
        |cx| {
            let get = cx.request.method == http::Method::GET;
            Detail::whole_if(cx.account.closed && get)
        },
    ),
    Row::new(
        "account.exists_to_write",
        answered("§1.4"),
        "there is an account at this address; a server without one has a page for the rest",
        Refusal::NoSuchAccount,
        |cx| Detail::whole_if(cx.account.closed),
    ),
];

pub(super) const LIMITS: &[Row] = &[
    Row::new(
        "limit.general",
        answered("§1.5"),
        "at most 10 requests in any second from one address, telephony apart",
        Refusal::Busy,
        |cx| Detail::whole_if(cx.over == Some(Bucket::General)),
    ),
    Row::new(
        "limit.telephony",
        answered("§1.5"),
        "at most 40 telephony requests in any second from one address",
        Refusal::Busy,
        |cx| Detail::whole_if(cx.over == Some(Bucket::Telephony)),
    ),
];

pub(super) const PATH: &[Row] = &[Row::new(
    "path",
    answered("§1.1, §1.4"),
    "the path is one the account has: credentials, api-versions and system-info without a \
         version, everything else under /api/v5, `call/event` with a slash",
    Refusal::Says(404, "API method not found"),
    |cx| Detail::whole_if(matches!(cx.path, Path::Unknown)),
)];

pub(super) const VERB: &[Row] = &[Row::new(
    "verb",
    answered("§1.4"),
    "the verb is the one of the operation",
    Refusal::Says(405, "Method Not Allowed"),
    |cx| Detail::whole_if(matches!(cx.path, Path::OtherVerb)),
)];

pub(super) const KEY: &[Row] = &[
    Row::new(
        "key.given",
        answered("§1.2, §1.4"),
        "the key is in the header X-API-KEY or the parameter apiKey",
        Refusal::Says(400, "\"apiKey\" is missing."),
        |cx| Detail::whole_if(key(cx).is_none_or(|key| key.is_empty())),
    ),
    Row::new(
        "key.right",
        answered("§1.2, §1.4"),
        "the key is one of the account's",
        Refusal::Says(403, "Wrong \"apiKey\" value."),
        |cx| Detail::whole_if(key(cx).is_some_and(|key| key != cx.account.key)),
    ),
];

pub(super) const SCOPE: &[Row] = &[Row::new(
    "key.scope",
    guess("§1.2"),
    "the key has the scope of the operation",
    Refusal::Says(403, "Access denied."),
    |cx| {
        let needed = cx.operation().map(|it| it.scope).unwrap_or_default();
        let has = cx.account.scopes.iter().any(|has| has == needed);
        Detail::whole_if(!needed.is_empty() && !has)
    },
)];

pub(super) const ENCODING: &[Row] = &[
    Row::new(
        "encoding.get_without_body",
        guess("§1.3"),
        "a GET says everything in its query",
        Refusal::Input,
        |cx| {
            let post = cx.operation().is_some_and(|it| it.is_post);
            wrong_if(!post && !cx.request.body.is_empty(), "body", EXTRA)
        },
    ),
    Row::new(
        "encoding.form",
        answered("§1.3"),
        "a POST is a form, not JSON",
        Refusal::Missing,
        |cx| not_a_form(cx, |media_type| media_type == "application/json"),
    ),
    Row::new(
        "encoding.urlencoded",
        guess("§1.3"),
        "a form is application/x-www-form-urlencoded and says so: not multipart",
        Refusal::Missing,
        |cx| not_a_form(cx, |media_type| media_type != "application/json"),
    ),
    Row::new("encoding.utf8", guess("§1.1"), "parameters are UTF-8", Refusal::Input, |cx| {
        let broken = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
        let parameters = cx.parameters.iter();
        let found = parameters.filter(|(name, value)| broken(name) || broken(value));
        found.map(|(name, _)| Detail::new(top(name), INVALID)).collect()
    }),
];

pub(super) const PARAMETERS: &[Row] = &[
    Row::new(
        "parameter.scalar",
        answered("§1.3"),
        "nested structures travel as one JSON string in one field, not as event[phone]=…",
        Refusal::NonScalar,
        |cx| {
            let found = cx.parameters.iter().find(|(name, _)| {
                name.contains('[') && top(name) != "filter" && reads(cx, top(name))
            });
            found.map(|(name, _)| Detail::new(top(name), "")).into_iter().collect()
        },
    ),
    Row::new(
        "parameter.given",
        answered("§1.4, §2, §4, §5, §6, §8"),
        "event, calls, phone, integrationModule, requires, customer, customers, customerCorporate, \
             contact, company, note, order, task, file, status are given",
        Refusal::Missing,
        |cx| {
            let needed = cx.operation().and_then(|it| it.needs);
            let missing = needed.filter(|name| cx.parameter(name).is_none_or(str::is_empty));
            missing.map(|name| Detail::new(name, "")).into_iter().collect()
        },
    ),
    Row::new(
        "parameter.known",
        guess("§1.3"),
        "no parameter the operation does not read",
        Refusal::Input,
        |cx| {
            let in_query =
                if cx.request.method == http::Method::GET { &[][..] } else { &cx.request.query };
            let all = cx.parameters.iter().filter(|(name, _)| !reads(cx, top(name)));
            // In the query of a POST only the key is read.
            let astray = in_query.iter().filter(|(name, _)| name != "apiKey");
            all.chain(astray).map(|(name, _)| Detail::new(top(name), EXTRA)).collect()
        },
    ),
    Row::new(
        "parameter.client_id",
        guess("§2.1"),
        "clientId, when sent, is the one the module is registered with",
        Refusal::Input,
        |cx| {
            let own = cx.account.client_id();
            let wrong = cx.parameter("clientId").is_some_and(|id| id != own);
            wrong_if(wrong, "clientId", INVALID)
        },
    ),
    Row::new(
        "parameter.event_object",
        documented("§2.1"),
        "event is a JSON object",
        Refusal::EntityMap,
        |cx| wrong_if(cx.is(Endpoint::CallEvent) && cx.event.is_none(), "event", INVALID),
    ),
    Row::new(
        "parameter.written_object",
        documented("§2.4, §5, §6, §8"),
        "integrationModule, requires, customer, customerCorporate, contact, company, note, order, \
             task and file are JSON objects",
        Refusal::EntityMap,
        |cx| {
            let writes = cx.operation().filter(|it| it.writes && cx.written.is_none());
            let name = writes.and_then(|it| it.needs);
            name.map(|name| Detail::new(name, INVALID)).into_iter().collect()
        },
    ),
    Row::new(
        "parameter.calls_array",
        documented("§2.2"),
        "calls is a JSON array of objects, one call included",
        Refusal::EntityList,
        |cx| {
            let right = cx.calls.as_ref().is_some_and(|it| it.iter().all(Value::is_object));
            wrong_if(cx.is(Endpoint::CallsUpload) && !right, "calls", INVALID)
        },
    ),
];

pub(super) const MODULE: &[Row] = &[
    Row::new(
        "module.takes_events",
        answered("§1.4, §2.1"),
        "the telephony module is switched on before events are sent",
        Refusal::Says(200, "Telephony not enabled"),
        |cx| Detail::whole_if(cx.is(Endpoint::CallEvent) && off(cx)),
    ),
    Row::new(
        "module.takes_uploads",
        answered("§1.4, §2.2"),
        "the telephony module is switched on before calls are uploaded",
        Refusal::Says(200, "Telephony not enabled or not supports calls upload"),
        |cx| Detail::whole_if(cx.is(Endpoint::CallsUpload) && off(cx)),
    ),
];

/// The missing parameter of a `POST` without a form body: the CRM reads forms only.
fn not_a_form(cx: &RequestContext<'_>, instead: fn(&str) -> bool) -> Vec<Detail> {
    let media_type = cx.request.media_type().unwrap_or_default();
    let form = cx.request.is_form();
    match cx.operation().filter(|it| it.takes_form()) {
        // Operations without a required parameter may have an empty body.
        Some(operation) if operation.needs.is_none() && cx.request.body.is_empty() => Vec::new(),
        Some(operation) if !form && instead(&media_type) => {
            vec![Detail::new(operation.needs.unwrap_or("form"), "")]
        }
        _ => Vec::new(),
    }
}

/// A violation of a parameter, if there is one.
pub(super) fn wrong_if(wrong: bool, name: &str, text: &str) -> Vec<Detail> {
    if wrong { vec![Detail::new(name, text)] } else { Vec::new() }
}

fn off(cx: &RequestContext<'_>) -> bool {
    cx.account.telephony == Telephony::Off
}

/// Extracts `filter` from `filter[active]`.
fn top(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

fn reads(cx: &RequestContext<'_>, name: &str) -> bool {
    name == "apiKey" || cx.operation().is_some_and(|it| it.has(name))
}

fn key(cx: &RequestContext<'_>) -> Option<String> {
    let request = cx.request;
    let header = request.header("x-api-key").map(str::to_owned);
    let named = |pairs: &[(String, String)]| {
        pairs.iter().find(|(name, _)| name == "apiKey").map(|(_, value)| value.clone())
    };
    header.or_else(|| named(&request.query)).or_else(|| named(&request.form()))
}
