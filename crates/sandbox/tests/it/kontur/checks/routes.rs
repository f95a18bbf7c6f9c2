//! Checks of every operation: method, credential, workspace, encoding, parameters, body.

use vochi_crm_sandbox::{Crm, Route, Sandbox};

use super::gate::{UNAUTHORIZED, bearer, public};
use super::{Case, Says, case};
use crate::kontur::support::{get, upload};
use crate::support::Wire;

/// Names in a path.
const NAMES: &[(&str, &str)] = &[
    ("{ws}", "vochi-demo"),
    ("files/*", "files/7c9e6679-7425-40de-944b-e07fc1f90001"),
    ("contacts/*", "contacts/98c0a1d2-3333-4c4c-9d9d-000000000301"),
    ("*", "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001"),
];

/// Required parameters, by the end of the path.
const REQUIRED: &[(&str, &str)] = &[
    ("/call-redirect", "phoneNumber=375291112233"),
    ("/events", "offset=00000000-0000-0000-0000-000000000000&limit=50"),
    ("/ui-settings", "key=@main-telephony-settings=5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001"),
];

/// A request of an operation that only the body may make invalid.
fn request(route: &Route) -> Wire {
    let path = NAMES.iter().fold(route.path.clone(), |path, (name, id)| path.replace(name, id));
    let query = REQUIRED.iter().find(|(end, _)| path.ends_with(end)).map_or("", |it| it.1);
    let target = format!("{path}?{query}");
    if is_upload(route) {
        return Wire { target, ..upload() };
    }
    let wire = if is_authorization(route) { public() } else { get("") };
    let wire = Wire { method: route.method.into(), target, ..wire };
    let media_type =
        if is_patch(route) { "application/json-patch+json" } else { "application/json" };
    if route.writes {
        Wire { body: "{}".into(), ..wire }.header("Content-Type", media_type)
    } else {
        wire
    }
}

fn is_upload(route: &Route) -> bool {
    route.path.ends_with("/files")
}

fn is_authorization(route: &Route) -> bool {
    route.path.contains("/authorization/")
}

/// New contacts and companies are sent as patches are.
fn is_patch(route: &Route) -> bool {
    route.method == "PATCH" || ["/create", "/companies"].iter().any(|it| route.path.ends_with(it))
}

/// The operation takes an access key, not a person's token.
fn needs_key(route: &Route) -> bool {
    ["/telephony/", "/files", "/setup", "/ui-settings"].iter().any(|it| route.path.contains(it))
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // The response to HEAD has no body.
    for route in Sandbox::routes(Crm::Kontur).iter().filter(|it| it.method != "HEAD") {
        let mut add = |row, wire, says| cases.push(case(row, wire, says));
        let wire = || request(route);

        add("verb", wire().verb("DELETE"), Says::Nothing(405));
        if is_authorization(route) {
            add("api_key.right", wire().header("X-XCOM-Integration-ApiKey", ""), UNAUTHORIZED);
        } else {
            add("credential.given", wire().header("X-XCOM-AccessKey", ""), UNAUTHORIZED);
            add("access_key.alive", wire().header("X-XCOM-AccessKey", "another"), UNAUTHORIZED);
            let target = wire().target.replace("vochi-demo", "another");
            let unknown = if route.path.ends_with("/register-call") {
                Says::Text(409, "Error")
            } else {
                Says::Status("notFound", "Workspace another not found")
            };
            add("workspace.known", Wire { target, ..wire() }, unknown);
        }
        if needs_key(route) {
            let person = bearer(wire(), "Bearer test-bearer-token-0001");
            add("credential.fits", person, UNAUTHORIZED);
        }
        let target = wire().target + "&astray=1";
        let unknown = Says::Problem("astray", "The parameter is not known.");
        add("query.known", Wire { target, ..wire() }, unknown);
        if !route.writes && !is_upload(route) {
            let body = "{}".into();
            add("encoding.no_body", Wire { body, ..wire() }, Says::Nothing(400));
            continue;
        }
        let row = match (is_upload(route), is_patch(route)) {
            (true, _) => "encoding.multipart",
            (_, true) => "encoding.json_patch",
            _ => "encoding.json",
        };
        for media_type in ["", "text/plain", "application/json", "application/json-patch+json"] {
            if wire().headers.iter().all(|(_, value)| value != media_type) {
                let wire = wire().header("Content-Type", media_type);
                add(row, wire, Says::Nothing(415));
            }
        }
        if route.writes {
            let says = if route.path.ends_with("/call-started") {
                Says::Problem("callStartedInfo", "The callStartedInfo field is required.")
            } else {
                Says::Problem("", "A non-empty request body is required.")
            };
            for body in ["", "[{}]", "{"] {
                add("body.object", Wire { body: body.into(), ..wire() }, says);
            }
        }
    }
    cases
}
