//! Checks before the content of a request: path, limit, credentials, encoding.

use crate::check::{Check, Detail};
use crate::schema::Path;

use super::super::ids::ZERO;
use super::super::operations::{Opens, Takes};
use super::super::seed::{API_KEY, BEARER, SECRET, WORKSPACE as NAME, WORKSPACE_ID};
use super::{Endpoint, Refusal, RequestContext, Row, row};

const UNAUTHORIZED: Refusal = Refusal::Unauthorized;

pub(super) const PATH: &[Row] = &[
    row(
        Check::documented(
            "path",
            "§2, §7–§12",
            "the path is one of the reference under /api/v1/{ws}, authorization without {ws}",
        ),
        Refusal::Bare(404),
        |cx| Detail::whole_if(matches!(cx.path, Path::Unknown)),
    ),
    row(
        Check::documented("verb", "§7–§12", "the verb is the one of the operation"),
        Refusal::Bare(405),
        |cx| Detail::whole_if(matches!(cx.path, Path::OtherVerb)),
    ),
];

pub(super) const LIMIT: &[Row] = &[row(
    Check::guess(
        "limit.workspace",
        "§5",
        "at most as many requests in any second as a test allows the workspace; without a word \
         there is no limit",
    ),
    Refusal::Busy,
    |cx| Detail::whole_if(cx.over.is_some()),
)];

pub(super) const INTEGRATION: &[Row] = &[
    row(
        Check::documented(
            "api_key.right",
            "§3",
            "authorization shows the integration's key in X-XCOM-Integration-ApiKey",
        ),
        UNAUTHORIZED,
        |cx| {
            let key = cx.request.header("x-xcom-integration-apikey");
            Detail::whole_if(cx.opens(Opens::ApiKey) && key != Some(API_KEY))
        },
    ),
    row(
        Check::answered(
            "secret.right",
            "§3",
            "a public integration shows <id>=<value> of its secret in X-XCOM-Integration-Secret",
        ),
        UNAUTHORIZED,
        |cx| {
            let secret = cx.request.header("x-xcom-integration-secret");
            let right = secret.is_some_and(|it| it == SECRET || is_secret(cx, it));
            Detail::whole_if(cx.is(&[Endpoint::AuthorizePublic]) && !right)
        },
    ),
    row(
        Check::answered(
            "integration.installed",
            "§3",
            "the integration is installed in the workspace",
        ),
        Refusal::Conflict("notInstalled"),
        |cx| {
            let missing = cx.opens(Opens::ApiKey) && !cx.workspace.installed;
            Detail::says_if(missing, "", || "Integration not installed".into())
        },
    ),
];

pub(super) const CREDENTIAL: &[Row] = &[
    row(
        Check::documented(
            "credential.given",
            "§3",
            "a request shows X-XCOM-AccessKey or Authorization: Bearer",
        ),
        UNAUTHORIZED,
        |cx| {
            let none = access_key(cx).is_none() && !shows_bearer(cx);
            Detail::whole_if(none && !cx.opens(Opens::ApiKey))
        },
    ),
    row(
        Check::documented(
            "access_key.alive",
            "§1.1, §3",
            "an access key was issued by an authorization less than 20 minutes ago",
        ),
        UNAUTHORIZED,
        |cx| Detail::whole_if(is_dead(cx, false)),
    ),
    row(
        Check::guess(
            "access_key.of_a_call",
            "§1.2, §8",
            "the access key of a system call is used within a minute",
        ),
        UNAUTHORIZED,
        |cx| Detail::whole_if(is_dead(cx, true)),
    ),
    row(
        Check::documented("bearer.right", "§3", "a Bearer is the one of a person"),
        UNAUTHORIZED,
        |cx| Detail::whole_if(shows_bearer(cx) && bearer(cx).is_none()),
    ),
    row(
        Check::guess(
            "credential.fits",
            "§3",
            "telephony, files, setup and ui-settings take an access key, not a Bearer; the feed, \
             contacts and companies take an access key unless they are switched to persons only",
        ),
        UNAUTHORIZED,
        |cx| {
            let closed = cx.workspace.dialect.entities_need_a_person;
            let without_key = cx.opens(Opens::AccessKey) && access_key(cx).is_none();
            let without_person = cx.opens(Opens::Entities) && closed && bearer(cx).is_none();
            Detail::whole_if(without_key || without_person)
        },
    ),
];

pub(super) const WORKSPACE: &[Row] = &[row(
    Check::guess(
        "workspace.known",
        "§2",
        "{ws} is the name or the id of the workspace the credential belongs to",
    ),
    Refusal::Conflict("notFound"),
    |cx| {
        let known = cx.opens(Opens::ApiKey) || [NAME, WORKSPACE_ID].contains(&cx.ws.as_str());
        Detail::says_if(!known, "", || format!("Workspace {} not found", cx.ws))
    },
)];

const UNSUPPORTED: Refusal = Refusal::Bare(415);

pub(super) const ENCODING: &[Row] = &[
    row(
        Check::guess(
            "encoding.no_body",
            "§3, §7",
            "what is asked with GET, and authorization, has no body",
        ),
        Refusal::Bare(400),
        |cx| Detail::whole_if(cx.takes(Takes::Nothing) && !cx.request.body.is_empty()),
    ),
    row(
        Check::guess(
            "encoding.json",
            "§4",
            "the bodies of telephony and of setup are application/json",
        ),
        UNSUPPORTED,
        |cx| misnamed(cx, &[Takes::Call, Takes::Json]),
    ),
    row(
        Check::documented(
            "encoding.json_patch",
            "§1.11, §4",
            "changes, and new contacts and companies, are application/json-patch+json",
        ),
        UNSUPPORTED,
        |cx| misnamed(cx, &[Takes::JsonPatch]),
    ),
    row(
        Check::documented("encoding.multipart", "§10", "a file is multipart/form-data"),
        UNSUPPORTED,
        |cx| misnamed(cx, &[Takes::Multipart]),
    ),
];

pub(super) const BODY: &[Row] = &[row(
    Check::documented(
        "body.object",
        "§1.11, §5",
        "a JSON body is one object: a patch is {\"operations\":[…]}, not a bare list",
    ),
    Refusal::Problem,
    |cx| {
        let json = [Takes::Call, Takes::Json, Takes::JsonPatch].iter().any(|it| cx.takes(*it));
        let (field, says) = if cx.is(&[Endpoint::CallStarted]) {
            ("callStartedInfo", "The callStartedInfo field is required.")
        } else {
            ("", "A non-empty request body is required.")
        };
        Detail::says_if(json && cx.body.is_none(), field, || says.into())
    },
)];

fn misnamed(cx: &RequestContext<'_>, those: &[Takes]) -> Vec<Detail> {
    let takes = cx.operation().map(|it| it.takes).filter(|it| those.contains(it));
    let wanted = takes.and_then(Takes::media_type);
    Detail::whole_if(wanted.is_some() && cx.request.media_type().as_deref() != wanted)
}

fn access_key<'a>(cx: &RequestContext<'a>) -> Option<&'a str> {
    let key = cx.request.header("x-xcom-accesskey")?;
    (!cx.opens(Opens::ApiKey)).then_some(key)
}

/// Returns true for an invalid access key, of a system call or of an authorization.
fn is_dead(cx: &RequestContext<'_>, of_a_call: bool) -> bool {
    access_key(cx).is_some_and(|key| {
        let known = cx.workspace.keys.iter().find(|it| it.value == key);
        let its_row = known.is_some_and(|it| it.of_a_call) == of_a_call;
        its_row && cx.workspace.key(key, cx.request.at).is_none()
    })
}

fn shows_bearer(cx: &RequestContext<'_>) -> bool {
    cx.request.header("authorization").is_some() && !cx.opens(Opens::ApiKey)
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
