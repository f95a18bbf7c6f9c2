//! Checks of path, method, credentials, body format and parameters.

use std::time::Duration;

use serde_json::{Map, json};

use super::{Case, Says, case};
use crate::kontur::support::{
    INSTANCE, TELEPHONY, WS, authorize, finished, get, patch, post, set_dialect, started,
    telephony, upload, write,
};
use crate::support::Wire;

const UNAUTHORIZED: Says<'static> = Says::Text(401, "Unauthorized");

fn public() -> Wire {
    Wire {
        target: "/api/v1/authorization/authorize-integration".into(),
        ..authorize().header("X-XCOM-Integration-Secret", "secretKey=test-secret-0001")
    }
}

fn bearer(wire: Wire, token: &str) -> Wire {
    wire.header("X-XCOM-AccessKey", "").header("Authorization", token)
}

/// An issued access key is not known in advance, so the added one is expired by time.
fn of_a_call(wire: Wire) -> Case {
    Case {
        arrange: |sandbox| sandbox.kontur().put_system_call_key("test-access-key-0002"),
        pass: Duration::from_secs(61),
        ..case(
            "access_key.of_a_call",
            wire.header("X-XCOM-AccessKey", "test-access-key-0002"),
            UNAUTHORIZED,
        )
    }
}

fn bad_query(target: &str, field: &'static str) -> Case {
    case("query.known", get(target), Says::Problem(field, ""))
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let feed = |query: &str| format!("{WS}/events?{query}");
    let zero = "00000000-0000-0000-0000-000000000000";
    let redirect = |query: &str| format!("{TELEPHONY}/call-redirect?{query}");
    vec![
        case("path", get("/api/v1/vochi-demo/users"), Says::Nothing(404)),
        case("path", get("/api/v2/vochi-demo/events"), Says::Nothing(404)),
        case("path", get("/api/v1/vochi-demo/contacts"), Says::Nothing(404)),
        case("verb", get(&format!("{TELEPHONY}/call-started")), Says::Nothing(405)),
        case("verb", post(&redirect("phoneNumber=1"), &json!({})), Says::Nothing(405)),
        Case {
            arrange: |sandbox| sandbox.kontur().set_limit(0, 7),
            ..case("limit.workspace", get(INSTANCE), Says::Nothing(429))
        },
        case(
            "api_key.right",
            authorize().header("X-XCOM-Integration-ApiKey", "another"),
            UNAUTHORIZED,
        ),
        case("api_key.right", authorize().header("X-XCOM-Integration-ApiKey", ""), UNAUTHORIZED),
        case(
            "secret.right",
            public().header("X-XCOM-Integration-Secret", "test-secret-0001"),
            UNAUTHORIZED,
        ),
        case("secret.right", public().header("X-XCOM-Integration-Secret", ""), UNAUTHORIZED),
        Case {
            arrange: |sandbox| sandbox.kontur().set_installed(false),
            ..case(
                "integration.installed",
                authorize(),
                Says::Status("notInstalled", "Integration not installed"),
            )
        },
        case("credential.given", get(INSTANCE).header("X-XCOM-AccessKey", ""), UNAUTHORIZED),
        case("access_key.alive", get(INSTANCE).header("X-XCOM-AccessKey", "another"), UNAUTHORIZED),
        Case {
            arrange: |sandbox| sandbox.kontur().expire_access_keys(),
            ..case("access_key.alive", telephony("call-started", &started()), UNAUTHORIZED)
        },
        of_a_call(get(INSTANCE)),
        of_a_call(telephony("call-started", &started())),
        case("bearer.right", bearer(get(INSTANCE), "Bearer another"), UNAUTHORIZED),
        case("bearer.right", bearer(get(INSTANCE), "test-bearer-token-0001"), UNAUTHORIZED),
        case(
            "credential.fits",
            bearer(telephony("call-started", &started()), "Bearer test-bearer-token-0001"),
            UNAUTHORIZED,
        ),
        case("credential.fits", bearer(upload(), "Bearer test-bearer-token-0001"), UNAUTHORIZED),
        Case {
            arrange: |sandbox| set_dialect(sandbox, |it| it.entities_need_a_person = true),
            ..case("credential.fits", get(&feed(&format!("offset={zero}&limit=50"))), UNAUTHORIZED)
        },
        case(
            "workspace.known",
            get("/api/v1/another/integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001"),
            Says::Status("notFound", "Workspace another not found"),
        ),
        case("encoding.no_body", Wire { body: "{}".into(), ..authorize() }, Says::Nothing(400)),
        case("encoding.no_body", Wire { body: "{}".into(), ..get(INSTANCE) }, Says::Nothing(400)),
        case(
            "encoding.json",
            telephony("call-started", &started()).header("Content-Type", "text/plain"),
            Says::Nothing(415),
        ),
        case(
            "encoding.json",
            telephony("call-finished", &finished()).header("Content-Type", ""),
            Says::Nothing(415),
        ),
        case(
            "encoding.json_patch",
            patch(INSTANCE, &json!([])).header("Content-Type", "application/json"),
            Says::Nothing(415),
        ),
        case(
            "encoding.json_patch",
            post(&format!("{WS}/companies"), &json!({"name": "Лютик"})),
            Says::Nothing(415),
        ),
        case(
            "encoding.multipart",
            upload().header("Content-Type", "audio/mpeg"),
            Says::Nothing(415),
        ),
        bad_query(&format!("{INSTANCE}?expand=all"), "expand"),
        bad_query(&redirect("phoneNumber=375291112233&limit=1"), "limit"),
        case(
            "body.object",
            Wire { body: "[{}]".into(), ..telephony("call-started", &started()) },
            Says::Problem("callStartedInfo", "The callStartedInfo field is required."),
        ),
        case(
            "body.object",
            Wire { body: String::new(), ..telephony("call-finished", &json!({})) },
            Says::Problem("", "A non-empty request body is required."),
        ),
        case(
            "body.object",
            write("PATCH", INSTANCE, &json!([{"op": "remove", "path": "/features"}])),
            Says::Problem("", "A non-empty request body is required."),
        ),
    ]
}

#[tokio::test]
async fn instance_secret_authorizes_a_public_integration() {
    let sandbox = crate::support::sandbox().await;
    let secrets = json!([{"id": "own", "value": "made-up", "values": ["made-up"]}]);
    let fields = Map::from_iter([("secrets".to_owned(), secrets)]);
    sandbox.kontur().set_instance(fields);
    let wire = public().header("X-XCOM-Integration-Secret", "own=made-up");
    crate::kontur::support::done(&wire, &sandbox).await;
}
