//! Checks before the content of a request: path, limit, credentials, encoding.

use crate::check::Check;

use super::super::ids::ZERO;
use super::super::seed::{API_KEY, BEARER, SECRET, WORKSPACE as NAME, WORKSPACE_ID};
use super::routes::{Opens, Path, Takes};
use super::{Endpoint, Mismatch, Refusal, RequestContext, Row, problem, whole_if};

pub(super) const PATH: &[Row] = &[
    Row {
        check: Check::documented(
            "path",
            "§2, §7–§12",
            "the path is one of the reference under /api/v1/{ws}, authorization without {ws}",
        ),
        refusal: Refusal::Bare(404),
        finds: |cx| whole_if(cx.path == Path::Unknown),
    },
    Row {
        check: Check::documented("verb", "§7–§12", "the verb is the one of the operation"),
        refusal: Refusal::Bare(405),
        finds: |cx| whole_if(cx.path == Path::OtherVerb),
    },
];

pub(super) const LIMIT: &[Row] = &[Row {
    check: Check::guess(
        "limit.workspace",
        "§5",
        "at most as many requests in any second as a test allows the workspace; without a word \
         there is no limit",
    ),
    refusal: Refusal::Busy,
    finds: |cx| whole_if(cx.over.is_some()),
}];

pub(super) const INTEGRATION: &[Row] = &[
    Row {
        check: Check::documented(
            "api_key.right",
            "§3",
            "authorization shows the integration's key in X-XCOM-Integration-ApiKey",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| {
            let key = cx.request.header("x-xcom-integration-apikey");
            whole_if(opens(cx, Opens::ApiKey) && key != Some(API_KEY))
        },
    },
    Row {
        check: Check::answered(
            "secret.right",
            "§3",
            "a public integration shows <id>=<value> of its secret in X-XCOM-Integration-Secret",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| {
            let secret = cx.request.header("x-xcom-integration-secret");
            let right = secret.is_some_and(|it| it == SECRET || is_secret(cx, it));
            whole_if(cx.is(Endpoint::AuthorizePublic) && !right)
        },
    },
    Row {
        check: Check::answered(
            "integration.installed",
            "§3",
            "the integration is installed in the workspace",
        ),
        refusal: Refusal::Conflict("notInstalled"),
        finds: |cx| {
            if opens(cx, Opens::ApiKey) && !cx.workspace.installed {
                vec![Mismatch::new("", "Integration not installed")]
            } else {
                Vec::new()
            }
        },
    },
];

pub(super) const CREDENTIAL: &[Row] = &[
    Row {
        check: Check::documented(
            "credential.given",
            "§3",
            "a request shows X-XCOM-AccessKey or Authorization: Bearer",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| {
            let none = access_key(cx).is_none() && !shows_bearer(cx);
            whole_if(none && !opens(cx, Opens::ApiKey))
        },
    },
    Row {
        check: Check::documented(
            "access_key.alive",
            "§1.1, §3",
            "an access key was issued by an authorization less than 20 minutes ago",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| whole_if(access_key(cx).is_some_and(|it| is_dead(cx, it, false))),
    },
    Row {
        check: Check::guess(
            "access_key.of_a_call",
            "§1.2, §8",
            "the access key of a system call is used within a minute",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| whole_if(access_key(cx).is_some_and(|it| is_dead(cx, it, true))),
    },
    Row {
        check: Check::documented("bearer.right", "§3", "a Bearer is the one of a person"),
        refusal: Refusal::Unauthorized,
        finds: |cx| whole_if(shows_bearer(cx) && bearer(cx).is_none()),
    },
    Row {
        check: Check::guess(
            "credential.fits",
            "§3",
            "telephony, files, setup and ui-settings take an access key, not a Bearer; the feed, \
             contacts and companies take an access key unless they are switched to persons only",
        ),
        refusal: Refusal::Unauthorized,
        finds: |cx| {
            let closed = cx.workspace.dialect.entities_need_a_person;
            let misfit = match cx.endpoint().map(Endpoint::opens) {
                Some(Opens::AccessKey) => access_key(cx).is_none(),
                Some(Opens::Entities) => closed && bearer(cx).is_none(),
                _ => false,
            };
            whole_if(misfit)
        },
    },
];

pub(super) const WORKSPACE: &[Row] = &[Row {
    check: Check::guess(
        "workspace.known",
        "§2",
        "{ws} is the name or the id of the workspace the credential belongs to",
    ),
    refusal: Refusal::Conflict("notFound"),
    finds: |cx| {
        let name = cx.names.workspace.as_str();
        if opens(cx, Opens::ApiKey) || [NAME, WORKSPACE_ID].contains(&name) {
            Vec::new()
        } else {
            vec![Mismatch::new("", format!("Workspace {name} not found"))]
        }
    },
}];

pub(super) const ENCODING: &[Row] = &[
    Row {
        check: Check::guess(
            "encoding.no_body",
            "§3, §7",
            "what is asked with GET, and authorization, has no body",
        ),
        refusal: Refusal::Bare(400),
        finds: |cx| whole_if(takes(cx, Takes::Nothing) && !cx.request.body.is_empty()),
    },
    Row {
        check: Check::guess(
            "encoding.json",
            "§4",
            "the bodies of telephony and of setup are application/json",
        ),
        refusal: Refusal::Bare(415),
        finds: |cx| misnamed(cx, Takes::Json, "application/json"),
    },
    Row {
        check: Check::documented(
            "encoding.json_patch",
            "§1.11, §4",
            "changes, and new contacts and companies, are application/json-patch+json",
        ),
        refusal: Refusal::Bare(415),
        finds: |cx| misnamed(cx, Takes::JsonPatch, "application/json-patch+json"),
    },
    Row {
        check: Check::documented("encoding.multipart", "§10", "a file is multipart/form-data"),
        refusal: Refusal::Bare(415),
        finds: |cx| misnamed(cx, Takes::Multipart, "multipart/form-data"),
    },
];

pub(super) const BODY: &[Row] = &[problem(
    Check::documented(
        "body.object",
        "§1.11, §5",
        "a JSON body is one object: a patch is {\"operations\":[…]}, not a bare list",
    ),
    |cx| {
        let json = takes(cx, Takes::Json) || takes(cx, Takes::JsonPatch);
        if !json || cx.body.is_some() {
            Vec::new()
        } else if cx.is(Endpoint::CallStarted) {
            let says = "The callStartedInfo field is required.";
            vec![Mismatch::new("callStartedInfo", says)]
        } else {
            vec![Mismatch::new("", "A non-empty request body is required.")]
        }
    },
)];

fn opens(cx: &RequestContext<'_>, what: Opens) -> bool {
    cx.endpoint().is_some_and(|it| it.opens() == what)
}

fn takes(cx: &RequestContext<'_>, what: Takes) -> bool {
    cx.endpoint().is_some_and(|it| it.takes() == what)
}

fn misnamed(cx: &RequestContext<'_>, what: Takes, media_type: &str) -> Vec<Mismatch> {
    let named = cx.request.media_type();
    whole_if(takes(cx, what) && named.as_deref() != Some(media_type))
}

fn access_key<'a>(cx: &RequestContext<'a>) -> Option<&'a str> {
    let key = cx.request.header("x-xcom-accesskey")?;
    (!opens(cx, Opens::ApiKey)).then_some(key)
}

fn is_dead(cx: &RequestContext<'_>, key: &str, of_a_call: bool) -> bool {
    let known = cx.workspace.keys.iter().find(|it| it.value == key);
    let its_row = known.is_some_and(|it| it.of_a_call) == of_a_call;
    its_row && cx.workspace.key(key, cx.request.at).is_none()
}

fn shows_bearer(cx: &RequestContext<'_>) -> bool {
    cx.request.header("authorization").is_some() && !opens(cx, Opens::ApiKey)
}

/// The person's credential, if valid.
pub(super) fn bearer<'a>(cx: &RequestContext<'a>) -> Option<&'a str> {
    let shown = cx.request.header("authorization")?;
    let token = shown.strip_prefix("Bearer ")?;
    (token == BEARER).then_some(token)
}

/// Returns true for a secret set in the instance.
fn is_secret(cx: &RequestContext<'_>, shown: &str) -> bool {
    let Some((id, value)) = shown.split_once('=') else {
        return false;
    };
    let secrets = cx.workspace.instance.get("secrets").and_then(|it| it.as_array());
    let mut secrets = secrets.into_iter().flatten();
    id != ZERO && secrets.any(|it| it["id"] == id && it["value"] == value)
}
