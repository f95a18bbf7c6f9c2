//! Checks of telephony requests that no schema generates.

use serde_json::{Value, json};

use super::{Case, Says, case};
use crate::kontur::support::{
    CALL, CLICKED, FILE, event, finished, recording, registered, started, telephony,
};
use crate::support::with;

/// register-call with these changes.
fn in_call(row: &'static str, changes: Value, field: &'static str) -> Case {
    let body = with(registered(), changes);
    case(row, telephony("register-call", &body), Says::Problem(field, ""))
}

/// A request about a call that the CRM does not know.
fn unknown(name: &str, body: &Value, says: Says<'static>) -> Case {
    case("communication.known", telephony(name, body), says)
}

pub(super) fn cases() -> Vec<Case> {
    let recorded = json!({
        "communicationId": CALL,
        "externalCallItemId": "1763631515.43",
        "recordingFileId": FILE,
    });
    let leg = registered()["items"][0].clone();
    let not_found = |message| Says::Status("communicationNotFound", message);
    vec![
        // These belong inside items.
        in_call("register-call.known_fields", json!({"recordings": [recording()]}), "recordings"),
        in_call(
            "register-call.known_fields",
            json!({"startedAt": "2025-11-20T09:38:44+00:00"}),
            "startedAt",
        ),
        in_call("item.ids_unique", json!({"items": [leg, leg]}), "items[1].id"),
        unknown(
            "call-event",
            &event("appeared", "09:38:36"),
            not_found("Communication not found. Id: 3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01"),
        ),
        unknown(
            "call-finished",
            &with(finished(), json!({"communicationId": null})),
            not_found("Communication not found. Id: 1763631515.42"),
        ),
        unknown("call-failed", &json!({"communicationId": CLICKED}), not_found("")),
        unknown(
            "call-started",
            &with(started(), json!({"communicationId": CLICKED})),
            not_found(""),
        ),
        unknown("call-recording", &recorded, not_found("")),
        unknown(
            "register-call",
            &with(registered(), json!({"communicationId": CALL})),
            Says::Text(409, "Error"),
        ),
    ]
}
