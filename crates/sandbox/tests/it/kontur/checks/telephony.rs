//! Checks of live call requests.

use serde_json::{Value, json};

use super::{Case, Says, case, of_call};
use crate::kontur::support::{
    CALL, CLICKED, client, event, finished, registered, started, telephony, user,
};
use crate::support::with;

const CONVERTING: &str = "Error converting value";

fn rings() -> Value {
    event("appeared", "09:38:36")
}

/// The event with these changes.
fn in_event(row: &'static str, changes: Value, field: &'static str) -> Case {
    of_call(row, "call-event", &with(rings(), changes), field)
}

/// call-started with these changes.
fn in_start(row: &'static str, changes: Value, field: &'static str) -> Case {
    let body = with(started(), changes);
    case(row, telephony("call-started", &body), Says::Problem(field, ""))
}

fn converting(mut case: Case) -> Case {
    if let Says::Problem(field, _) = case.says {
        case.says = Says::Problem(field, CONVERTING);
    }
    case
}

/// Sets this field to null.
fn null(mut body: Value, name: &str) -> Value {
    body[name] = Value::Null;
    body
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let bare = json!({"communicationId": null, "externalId": null});
    let recorded = json!({
        "externalCallItemId": "1763631515.43",
        "recordingFileId": crate::kontur::support::FILE,
    });
    vec![
        in_start("field.known", json!({"extension": "101"}), "extension"),
        in_event("field.known", json!({"to": {"type": "user", "name": "Мария"}}), "to.name"),
        in_start("field.given", json!({"timestamp": null}), "timestamp"),
        in_start("field.given", json!({"externalId": null}), "externalId"),
        in_start("field.given", json!({"direction": null}), "direction"),
        in_event("field.given", json!({"externalCallItemId": null}), "externalCallItemId"),
        in_event("field.given", json!({"realtimeCallItemId": null}), "realtimeCallItemId"),
        in_event("field.given", json!({"timestamp": null}), "timestamp"),
        in_event("field.given", json!({"type": null}), "type"),
        in_event("field.given", json!({"from": null}), "from"),
        in_event("field.given", json!({"to": null}), "to"),
        in_event("field.given", json!({"to": {"userId": super::super::support::MARIA}}), "to.type"),
        case(
            "field.given",
            telephony("call-failed", &json!({})),
            Says::Problem("communicationId", ""),
        ),
        case(
            "field.not_null",
            telephony("call-started", &null(started(), "externalVatsPhone")),
            Says::Problem("externalVatsPhone", ""),
        ),
        in_event("field.not_null", json!({"to": {"type": "user", "userId": null}}), "to.userId"),
        in_start("field.not_empty", json!({"externalVatsPhone": ""}), "externalVatsPhone"),
        converting(in_start("field.text", json!({"externalId": 1_763_631_515}), "externalId")),
        converting(in_event("field.text", json!({"realtimeCallItemId": 43}), "realtimeCallItemId")),
        converting(of_call(
            "field.guid",
            "call-finished",
            &with(finished(), json!({"communicationId": CALL.to_uppercase()})),
            "communicationId",
        )),
        converting(in_event("field.guid", json!({"to": user("101")}), "to.userId")),
        converting(in_start(
            "field.moment",
            json!({"timestamp": "2025-11-20T09:38:35"}),
            "timestamp",
        )),
        converting(in_start("field.moment", json!({"timestamp": 1_763_631_515}), "timestamp")),
        converting(in_event(
            "field.moment",
            json!({"timestamp": "2025-11-20T09:38:35.61527981+00:00"}),
            "timestamp",
        )),
        converting(in_start("direction.choice", json!({"direction": "in2bound"}), "direction")),
        converting(in_start("direction.choice", json!({"direction": "Inbound"}), "direction")),
        converting(in_event("event.type_choice", json!({"type": "ringing"}), "type")),
        in_event("event.not_finished", json!({"type": "finished"}), "type"),
        in_start("phone.form", json!({"clientPhone": "+375291112233"}), "clientPhone"),
        in_start("phone.form", json!({"externalVatsPhone": "trunk-1"}), "externalVatsPhone"),
        in_start("client_phone.external", json!({"direction": "internal"}), "clientPhone"),
        in_start("external_id.no_slash", json!({"externalId": "pbx/1"}), "externalId"),
        of_call(
            "external_id.no_slash",
            "call-finished",
            &with(finished(), json!({"externalId": "Vochi/pbx/1"})),
            "externalId",
        ),
        of_call("call.named", "call-event", &with(rings(), bare.clone()), "communicationId"),
        of_call("call.named", "call-finished", &with(finished(), bare), "communicationId"),
        of_call("call.named", "call-recording", &recorded, "communicationId"),
        converting(in_event("member.type_choice", json!({"to": {"type": "operator"}}), "to.type")),
        converting(in_event("member.type_choice", json!({"to": "101"}), "to")),
        in_event(
            "member.client_without_user",
            json!({"from": {"type": "client", "userId": super::super::support::DIMA}}),
            "from.userId",
        ),
        in_event("member.pair", json!({"to": client()}), "to"),
        in_event("member.pair", json!({"from": user(super::super::support::MARIA)}), "to"),
        in_event(
            "leg.no_slash",
            json!({"externalCallItemId": "Vochi/1763631515.43"}),
            "externalCallItemId",
        ),
        in_event("leg.no_slash", json!({"realtimeCallItemId": "SIP/101"}), "realtimeCallItemId"),
        case(
            "communication.known",
            telephony("call-event", &rings()),
            Says::Status(
                "communicationNotFound",
                "Communication not found. Id: 3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01",
            ),
        ),
        case(
            "communication.known",
            telephony("call-finished", &with(finished(), json!({"communicationId": null}))),
            Says::Status("communicationNotFound", "Communication not found. Id: 1763631515.42"),
        ),
        case(
            "communication.known",
            telephony("call-failed", &json!({"communicationId": CLICKED})),
            Says::Status("communicationNotFound", ""),
        ),
        case(
            "communication.known",
            telephony("call-started", &with(started(), json!({"communicationId": CLICKED}))),
            Says::Status("communicationNotFound", ""),
        ),
        case(
            "communication.known",
            telephony("call-recording", &with(recorded, json!({"communicationId": CALL}))),
            Says::Status("communicationNotFound", ""),
        ),
        case(
            "communication.known",
            telephony("register-call", &with(registered(), json!({"communicationId": CALL}))),
            Says::Text(409, "Error"),
        ),
    ]
}
