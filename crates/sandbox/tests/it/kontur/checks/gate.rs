//! Checks of paths and credentials that no operation generates.

use std::time::Duration;

use serde_json::{Map, json};

use super::{Case, Says, case};
use crate::kontur::support::{INSTANCE, WS, authorize, get, set_dialect, started, telephony};
use crate::support::Wire;

pub(super) const UNAUTHORIZED: Says<'static> = Says::Text(401, "Unauthorized");

pub(super) fn public() -> Wire {
    Wire {
        target: "/api/v1/authorization/authorize-integration".into(),
        ..authorize().header("X-XCOM-Integration-Secret", "secretKey=test-secret-0001")
    }
}

pub(super) fn bearer(wire: Wire, token: &str) -> Wire {
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

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("path", get("/api/v1/vochi-demo/users"), Says::Nothing(404)),
        case("path", get("/api/v2/vochi-demo/events"), Says::Nothing(404)),
        case("path", get("/api/v1/vochi-demo/contacts"), Says::Nothing(404)),
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
        Case {
            arrange: |sandbox| sandbox.kontur().expire_access_keys(),
            ..case("access_key.alive", telephony("call-started", &started()), UNAUTHORIZED)
        },
        of_a_call(get(INSTANCE)),
        of_a_call(telephony("call-started", &started())),
        case("bearer.right", bearer(get(INSTANCE), "Bearer another"), UNAUTHORIZED),
        case("bearer.right", bearer(get(INSTANCE), "test-bearer-token-0001"), UNAUTHORIZED),
        Case {
            arrange: |sandbox| set_dialect(sandbox, |it| it.entities_need_a_person = true),
            ..case("credential.fits", get(&format!("{WS}/events")), UNAUTHORIZED)
        },
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
