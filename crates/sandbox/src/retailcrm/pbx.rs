//! Requests of the page's PBX (§2.1, §2.2).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::pbx::{PbxCall, PbxRequest, StepKind};

use super::filters::digits;
use super::seed;
use super::state::Account;

/// RetailCRM has no event for an answer.
pub(super) fn requests(account: &Account, step: StepKind, call: &PbxCall) -> Vec<PbxRequest> {
    let post = |path: &str, name: &str, value: &Value| {
        let body = Serializer::new(String::new()).append_pair(name, &value.to_string()).finish();
        PbxRequest::post(path, "application/x-www-form-urlencoded", body)
            .with_header("x-api-key", account.key.clone())
    };
    let answered = call.answered_at.is_some();
    let mut event = json!({
        "phone": digits(&call.phone),
        "type": "in",
        "codes": [call.extension],
        "callExternalId": call.id,
    });
    match step {
        StepKind::Ring => vec![post("/api/v5/telephony/call/event", "event", &event)],
        StepKind::Answer => Vec::new(),
        StepKind::Hangup => {
            event["type"] = json!("hangup");
            event["hangupStatus"] = json!(if answered { "answered" } else { "no answered" });
            let record = json!({
                "date": local_time(call.started_at),
                "type": "in",
                "phone": digits(&call.phone),
                "code": call.extension,
                "result": if answered { "answered" } else { "no answer" },
                "duration": call.talk_seconds(),
                "durationWaiting": call.wait_seconds(),
                "externalId": call.id,
            });
            vec![
                post("/api/v5/telephony/call/event", "event", &event),
                post("/api/v5/telephony/calls/upload", "calls", &json!([record])),
            ]
        }
    }
}

/// A time in the account's zone.
fn local_time(at: Timestamp) -> String {
    let zone = TimeZone::get(seed::TIMEZONE).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
