//! Requests of the page's PBX (§6, §7).

use serde_json::{Value, json};

use crate::pbx::{PbxCall, PbxRequest, StepKind};

use super::ids;
use super::seed::{PREFIX, WORKSPACE};

/// The access key of the page's PBX.
pub(super) const PAGE_KEY: &str = "test-page-access-key";

pub(super) fn requests(user_id: &str, step: StepKind, call: &PbxCall) -> Vec<PbxRequest> {
    let post = |method: &str, body: &Value| {
        let path = format!("/api/v1/{WORKSPACE}/communications/callbacks/telephony/{method}");
        PbxRequest::post(path, "application/json", body.to_string())
            .with_header("x-xcom-accesskey", PAGE_KEY)
    };
    let phone: String = call.phone.chars().filter(char::is_ascii_digit).collect();
    let (client, user) = (json!({"type": "client"}), json!({"type": "user", "userId": user_id}));
    let leg = format!("{}-1", call.id);
    let started = json!({
        "timestamp": ids::written(call.started_at),
        "externalId": call.id,
        "clientPhone": phone,
        "direction": "inbound",
    });
    let event = |kind: &str, at: jiff::Timestamp| {
        let body = json!({
            "externalId": format!("{PREFIX}{}", call.id),
            "externalCallItemId": leg,
            "realtimeCallItemId": leg,
            "timestamp": ids::written(at),
            "type": kind,
            "from": client,
            "to": user,
        });
        post("call-event", &body)
    };
    match (step, call.answered_at, call.ended_at) {
        (StepKind::Ring, ..) => {
            vec![post("call-started", &started), event("appeared", call.started_at)]
        }
        (StepKind::Answer, Some(at), _) => vec![event("connected", at)],
        (StepKind::Hangup, answered, Some(at)) => {
            let mut finished = started.clone();
            finished["timestamp"] = json!(ids::written(at));
            let mut item =
                json!({"id": leg, "from": client, "to": user, "finishedAt": ids::written(at)});
            if let Some(answered) = answered {
                item["startedAt"] = json!(ids::written(answered));
            }
            let record = json!({
                "externalId": call.id,
                "externalCreatedAt": ids::written(call.started_at),
                "clientPhone": phone,
                "direction": "inbound",
                "items": [item],
            });
            vec![
                event("disconnected", at),
                post("call-finished", &finished),
                post("register-call", &record),
            ]
        }
        _ => Vec::new(),
    }
}
