//! Checks before the content of a request: path, limit, credentials, encoding.

use crate::check::{Check, Detail};

use super::super::operations::{Endpoint, Path};
use super::super::state::{Bucket, Telephony};
use super::{Refusal, RequestContext, Row};

pub(super) const ACCOUNT: &[Row] = &[
    Row {
        check: Check::answered(
            "account.exists",
            "§1.4",
            "there is an account at this address; a server without one says so in JSON to a GET",
        ),
        refusal: Refusal::Says(400, "Account does not exist."),
        finds: |cx| {
            let get = cx.request.method == http::Method::GET;
            Detail::whole_if(cx.account.closed && get)
        },
    },
    Row {
        check: Check::answered(
            "account.exists_to_write",
            "§1.4",
            "there is an account at this address; a server without one has a page for the rest",
        ),
        refusal: Refusal::NoSuchAccount,
        finds: |cx| Detail::whole_if(cx.account.closed),
    },
];

pub(super) const LIMITS: &[Row] = &[
    Row {
        check: Check::answered(
            "limit.general",
            "§1.5",
            "at most 10 requests in any second from one address, telephony apart",
        ),
        refusal: Refusal::Busy,
        finds: |cx| Detail::whole_if(cx.over == Some(Bucket::General)),
    },
    Row {
        check: Check::answered(
            "limit.telephony",
            "§1.5",
            "at most 40 telephony requests in any second from one address",
        ),
        refusal: Refusal::Busy,
        finds: |cx| Detail::whole_if(cx.over == Some(Bucket::Telephony)),
    },
];

pub(super) const PATH: &[Row] = &[Row {
    check: Check::answered(
        "path",
        "§1.1, §1.4",
        "the path is one the account has: credentials, api-versions and system-info without a \
         version, everything else under /api/v5, `call/event` with a slash",
    ),
    refusal: Refusal::Says(404, "API method not found"),
    finds: |cx| Detail::whole_if(matches!(cx.path, Path::Unknown)),
}];

pub(super) const VERB: &[Row] = &[Row {
    check: Check::answered("verb", "§1.4", "the verb is the one of the operation"),
    refusal: Refusal::Says(405, "Method Not Allowed"),
    finds: |cx| Detail::whole_if(matches!(cx.path, Path::OtherVerb)),
}];

pub(super) const KEY: &[Row] = &[
    Row {
        check: Check::answered(
            "key.given",
            "§1.2, §1.4",
            "the key is in the header X-API-KEY or the parameter apiKey",
        ),
        refusal: Refusal::Says(400, "\"apiKey\" is missing."),
        finds: |cx| Detail::whole_if(key(cx).is_none_or(|key| key.is_empty())),
    },
    Row {
        check: Check::answered("key.right", "§1.2, §1.4", "the key is one of the account's"),
        refusal: Refusal::Says(403, "Wrong \"apiKey\" value."),
        finds: |cx| Detail::whole_if(key(cx).is_some_and(|key| key != cx.account.key)),
    },
];

pub(super) const SCOPE: &[Row] = &[Row {
    check: Check::guess("key.scope", "§1.2", "the key has the scope of the operation"),
    refusal: Refusal::Says(403, "Access denied."),
    finds: |cx| {
        let needed = cx.operation().map(|it| it.scope).unwrap_or_default();
        let has = cx.account.scopes.iter().any(|has| has == needed);
        Detail::whole_if(!needed.is_empty() && !has)
    },
}];

pub(super) const ENCODING: &[Row] = &[
    Row {
        check: Check::guess(
            "encoding.get_without_body",
            "§1.3",
            "a GET says everything in its query",
        ),
        refusal: Refusal::Input,
        finds: |cx| {
            let post = cx.operation().is_some_and(|it| it.is_post);
            let body = !post && !cx.request.body.is_empty();
            if body {
                vec![Detail::new("body", "This form should not contain extra fields.")]
            } else {
                Vec::new()
            }
        },
    },
    Row {
        check: Check::answered("encoding.form", "§1.3", "a POST is a form, not JSON"),
        refusal: Refusal::Missing,
        finds: |cx| not_a_form(cx, |media_type| media_type == "application/json"),
    },
    Row {
        check: Check::guess(
            "encoding.urlencoded",
            "§1.3",
            "a form is application/x-www-form-urlencoded and says so: not multipart",
        ),
        refusal: Refusal::Missing,
        finds: |cx| not_a_form(cx, |media_type| media_type != "application/json"),
    },
    Row {
        check: Check::guess("encoding.utf8", "§1.1", "parameters are UTF-8"),
        refusal: Refusal::Input,
        finds: |cx| {
            let broken = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
            let parameters = cx.parameters.iter();
            let found = parameters.filter(|(name, value)| broken(name) || broken(value));
            found.map(|(name, _)| Detail::new(top(name), "This value is not valid.")).collect()
        },
    },
];

pub(super) const PARAMETERS: &[Row] = &[
    Row {
        check: Check::answered(
            "parameter.scalar",
            "§1.3",
            "nested structures travel as one JSON string in one field, not as event[phone]=…",
        ),
        refusal: Refusal::NonScalar,
        finds: |cx| {
            let found = cx.parameters.iter().find(|(name, _)| {
                name.contains('[') && top(name) != "filter" && reads(cx, top(name))
            });
            found.map(|(name, _)| Detail::new(top(name), "")).into_iter().collect()
        },
    },
    Row {
        check: Check::answered(
            "parameter.given",
            "§1.4, §2, §4, §5, §6, §8",
            "event, calls, phone, integrationModule, requires, customer, customers, customerCorporate, \
             contact, company, note, order, task, file, status are given",
        ),
        refusal: Refusal::Missing,
        finds: |cx| {
            let needed = cx.operation().and_then(|it| it.needs);
            let missing = needed.filter(|name| cx.parameter(name).is_none_or(str::is_empty));
            missing.map(|name| Detail::new(name, "")).into_iter().collect()
        },
    },
    Row {
        check: Check::guess("parameter.known", "§1.3", "no parameter the operation does not read"),
        refusal: Refusal::Input,
        finds: |cx| {
            let in_query =
                if cx.request.method == http::Method::GET { &[][..] } else { &cx.request.query };
            let all = cx.parameters.iter().filter(|(name, _)| !reads(cx, top(name)));
            // In the query of a POST only the key is read.
            let astray = in_query.iter().filter(|(name, _)| name != "apiKey");
            let found = all.chain(astray);
            found
                .map(|(name, _)| {
                    Detail::new(top(name), "This form should not contain extra fields.")
                })
                .collect()
        },
    },
    Row {
        check: Check::guess(
            "parameter.client_id",
            "§2.1",
            "clientId, when sent, is the one the module is registered with",
        ),
        refusal: Refusal::Input,
        finds: |cx| {
            let own = cx.account.client_id();
            let wrong = cx.parameter("clientId").is_some_and(|id| id != own);
            if wrong {
                vec![Detail::new("clientId", "This value is not valid.")]
            } else {
                Vec::new()
            }
        },
    },
    Row {
        check: Check::documented("parameter.event_object", "§2.1", "event is a JSON object"),
        refusal: Refusal::EntityMap,
        finds: |cx| {
            let wrong = cx.is(Endpoint::CallEvent) && cx.event.is_none();
            if wrong { vec![Detail::new("event", "This value is not valid.")] } else { Vec::new() }
        },
    },
    Row {
        check: Check::documented(
            "parameter.written_object",
            "§2.4, §5, §6, §8",
            "integrationModule, requires, customer, customerCorporate, contact, company, note, order, \
             task and file are JSON objects",
        ),
        refusal: Refusal::EntityMap,
        finds: |cx| {
            let writes = cx.operation().is_some_and(|it| it.writes);
            match cx.operation().and_then(|it| it.needs) {
                Some(name) if writes && cx.written.is_none() => {
                    vec![Detail::new(name, "This value is not valid.")]
                }
                _ => Vec::new(),
            }
        },
    },
    Row {
        check: Check::documented(
            "parameter.calls_array",
            "§2.2",
            "calls is a JSON array of objects, one call included",
        ),
        refusal: Refusal::EntityList,
        finds: |cx| {
            let objects =
                |calls: &Vec<serde_json::Value>| calls.iter().all(serde_json::Value::is_object);
            let right = cx.calls.as_ref().is_some_and(objects);
            let wrong = cx.is(Endpoint::CallsUpload) && !right;
            if wrong { vec![Detail::new("calls", "This value is not valid.")] } else { Vec::new() }
        },
    },
];

pub(super) const MODULE: &[Row] = &[
    Row {
        check: Check::answered(
            "module.takes_events",
            "§1.4, §2.1",
            "the telephony module is switched on before events are sent",
        ),
        refusal: Refusal::Says(200, "Telephony not enabled"),
        finds: |cx| Detail::whole_if(cx.is(Endpoint::CallEvent) && off(cx)),
    },
    Row {
        check: Check::answered(
            "module.takes_uploads",
            "§1.4, §2.2",
            "the telephony module is switched on before calls are uploaded",
        ),
        refusal: Refusal::Says(200, "Telephony not enabled or not supports calls upload"),
        finds: |cx| Detail::whole_if(cx.is(Endpoint::CallsUpload) && off(cx)),
    },
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
