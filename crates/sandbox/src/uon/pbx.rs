//! Requests of the page's PBX (§7.3, §7.4). U-ON has no event for an answer.

use serde_json::{Value, json};

use crate::pbx::{PbxCall, PbxRequest, StepKind};

use super::account::{SECONDS, digits, written};
use super::seed::API_KEY;

pub(super) fn requests(manager: i64, step: StepKind, call: &PbxCall) -> Vec<PbxRequest> {
    let post = |path: &str, body: &Value| {
        let path = format!("/{API_KEY}/{path}.json");
        PbxRequest::post(path, "application/json; charset=utf-8", body.to_string())
    };
    let phone = digits(&call.phone);
    match step {
        StepKind::Ring => {
            let text = format!("Входящий звонок +{phone} → {}", call.extension);
            vec![post("notification/create", &json!({"text": text, "manager_id": manager}))]
        }
        StepKind::Answer => Vec::new(),
        StepKind::Hangup => {
            let answered = call.answered_at.is_some();
            let record = json!({
                "phone": phone,
                "start": written(call.started_at, SECONDS),
                "duration": call.talk_seconds(),
                "direction": 2,
                "manager_id": manager,
                "note": if answered { "Статус: отвеченный" } else { "Статус: неотвеченный" },
            });
            vec![post("call_history/create", &record)]
        }
    }
}
