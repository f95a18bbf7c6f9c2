//! What every request has to pass before anybody looks at what it says.

use crate::check::Check;

use super::super::first::{API_KEY, BEARER, SECRET, WORKSPACE as NAME, WORKSPACE_ID};
use super::super::mint::ZERO;
use super::routes::{Opens, Path, Takes};
use super::{Endpoint, Found, Refusal, Row, Seen, problem, whole_if};

pub(super) const PATH: &[Row] = &[
    Row {
        check: Check::documented(
            "path",
            "§2, §7–§12",
            "the path is one of the reference under /api/v1/{ws}, authorization without {ws}",
        ),
        refusal: Refusal::Bare(404),
        finds: |seen| whole_if(seen.path == Path::Unknown),
    },
    Row {
        check: Check::documented("verb", "§7–§12", "the verb is the one of the operation"),
        refusal: Refusal::Bare(405),
        finds: |seen| whole_if(seen.path == Path::OtherVerb),
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
    finds: |seen| whole_if(seen.over.is_some()),
}];

pub(super) const INTEGRATION: &[Row] = &[
    Row {
        check: Check::documented(
            "api_key.right",
            "§3",
            "authorization shows the integration's key in X-XCOM-Integration-ApiKey",
        ),
        refusal: Refusal::Unauthorized,
        finds: |seen| {
            let key = seen.request.header("x-xcom-integration-apikey");
            whole_if(opens(seen, Opens::ApiKey) && key != Some(API_KEY))
        },
    },
    Row {
        check: Check::answered(
            "secret.right",
            "§3",
            "a public integration shows <id>=<value> of its secret in X-XCOM-Integration-Secret",
        ),
        refusal: Refusal::Unauthorized,
        finds: |seen| {
            let secret = seen.request.header("x-xcom-integration-secret");
            let right = secret.is_some_and(|it| it == SECRET || is_secret(seen, it));
            whole_if(seen.is(Endpoint::AuthorizePublic) && !right)
        },
    },
    Row {
        check: Check::answered(
            "integration.installed",
            "§3",
            "the integration is installed in the workspace",
        ),
        refusal: Refusal::Conflict("notInstalled"),
        finds: |seen| {
            if opens(seen, Opens::ApiKey) && !seen.workspace.installed {
                vec![Found::new("", "Integration not installed")]
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
        finds: |seen| {
            let none = access_key(seen).is_none() && !shows_bearer(seen);
            whole_if(none && !opens(seen, Opens::ApiKey))
        },
    },
    Row {
        check: Check::documented(
            "access_key.alive",
            "§1.1, §3",
            "an access key was issued by an authorization less than 20 minutes ago",
        ),
        refusal: Refusal::Unauthorized,
        finds: |seen| whole_if(access_key(seen).is_some_and(|it| is_dead(seen, it, false))),
    },
    Row {
        check: Check::guess(
            "access_key.of_a_call",
            "§1.2, §8",
            "the access key of a system call is used within a minute",
        ),
        refusal: Refusal::Unauthorized,
        finds: |seen| whole_if(access_key(seen).is_some_and(|it| is_dead(seen, it, true))),
    },
    Row {
        check: Check::documented("bearer.right", "§3", "a Bearer is the one of a person"),
        refusal: Refusal::Unauthorized,
        finds: |seen| whole_if(shows_bearer(seen) && bearer(seen).is_none()),
    },
    Row {
        check: Check::guess(
            "credential.fits",
            "§3",
            "telephony, files, setup and ui-settings take an access key, not a Bearer; the feed, \
             contacts and companies take an access key unless they are switched to persons only",
        ),
        refusal: Refusal::Unauthorized,
        finds: |seen| {
            let closed = seen.workspace.dialect.entities_need_a_person;
            let misfit = match seen.endpoint().map(Endpoint::opens) {
                Some(Opens::AccessKey) => access_key(seen).is_none(),
                Some(Opens::Entities) => closed && bearer(seen).is_none(),
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
    finds: |seen| {
        let name = seen.names.workspace.as_str();
        if opens(seen, Opens::ApiKey) || [NAME, WORKSPACE_ID].contains(&name) {
            Vec::new()
        } else {
            vec![Found::new("", format!("Workspace {name} not found"))]
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
        finds: |seen| whole_if(takes(seen, Takes::Nothing) && !seen.request.body.is_empty()),
    },
    Row {
        check: Check::guess(
            "encoding.json",
            "§4",
            "the bodies of telephony and of setup are application/json",
        ),
        refusal: Refusal::Bare(415),
        finds: |seen| misnamed(seen, Takes::Json, "application/json"),
    },
    Row {
        check: Check::documented(
            "encoding.json_patch",
            "§1.11, §4",
            "changes, and new contacts and companies, are application/json-patch+json",
        ),
        refusal: Refusal::Bare(415),
        finds: |seen| misnamed(seen, Takes::JsonPatch, "application/json-patch+json"),
    },
    Row {
        check: Check::documented("encoding.multipart", "§10", "a file is multipart/form-data"),
        refusal: Refusal::Bare(415),
        finds: |seen| misnamed(seen, Takes::Multipart, "multipart/form-data"),
    },
];

pub(super) const BODY: &[Row] = &[problem(
    Check::documented(
        "body.object",
        "§1.11, §5",
        "a JSON body is one object: a patch is {\"operations\":[…]}, not a bare list",
    ),
    |seen| {
        let json = takes(seen, Takes::Json) || takes(seen, Takes::JsonPatch);
        if !json || seen.body.is_some() {
            Vec::new()
        } else if seen.is(Endpoint::CallStarted) {
            let says = "The callStartedInfo field is required.";
            vec![Found::new("callStartedInfo", says)]
        } else {
            vec![Found::new("", "A non-empty request body is required.")]
        }
    },
)];

fn opens(seen: &Seen<'_>, what: Opens) -> bool {
    seen.endpoint().is_some_and(|it| it.opens() == what)
}

fn takes(seen: &Seen<'_>, what: Takes) -> bool {
    seen.endpoint().is_some_and(|it| it.takes() == what)
}

fn misnamed(seen: &Seen<'_>, what: Takes, media_type: &str) -> Vec<Found> {
    let named = seen.request.media_type();
    whole_if(takes(seen, what) && named.as_deref() != Some(media_type))
}

fn access_key<'a>(seen: &Seen<'a>) -> Option<&'a str> {
    let key = seen.request.header("x-xcom-accesskey")?;
    (!opens(seen, Opens::ApiKey)).then_some(key)
}

fn is_dead(seen: &Seen<'_>, key: &str, of_a_call: bool) -> bool {
    let known = seen.workspace.keys.iter().find(|it| it.value == key);
    let its_row = known.is_some_and(|it| it.of_a_call) == of_a_call;
    its_row && seen.workspace.key(key, seen.request.at).is_none()
}

fn shows_bearer(seen: &Seen<'_>) -> bool {
    seen.request.header("authorization").is_some() && !opens(seen, Opens::ApiKey)
}

/// The person's credential, if it is right.
pub(super) fn bearer<'a>(seen: &Seen<'a>) -> Option<&'a str> {
    let shown = seen.request.header("authorization")?;
    let token = shown.strip_prefix("Bearer ")?;
    (token == BEARER).then_some(token)
}

/// One the integration set itself, in its instance.
fn is_secret(seen: &Seen<'_>, shown: &str) -> bool {
    let Some((id, value)) = shown.split_once('=') else {
        return false;
    };
    let secrets = seen.workspace.instance.get("secrets").and_then(|it| it.as_array());
    let mut secrets = secrets.into_iter().flatten();
    id != ZERO && secrets.any(|it| it["id"] == id && it["value"] == value)
}
