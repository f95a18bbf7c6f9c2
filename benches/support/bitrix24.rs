//! Responses of Bitrix24 to `telephony.externalCall.register`, alone and in a full batch.

use serde_json::{Value, json};

/// The number of commands of a full batch.
pub(crate) const COMMANDS: usize = 50;

/// The id of the registered call.
pub(crate) const CALL_ID: &str = "externalCall.0a1b2c3d4e5f60718293a4b5c6d7e8f9.1778743592";

/// The response to one registration.
pub(crate) fn registered() -> String {
    json!({"result": registration(), "time": time()}).to_string()
}

/// The response to a batch of registrations, in the order of the commands.
pub(crate) fn batch() -> String {
    let all = |value: &Value| {
        let fields: Vec<_> = (0..COMMANDS).map(|index| format!(r#""c{index}":{value}"#)).collect();
        format!("{{{}}}", fields.join(","))
    };
    let (results, times, time) = (all(&registration()), all(&time()), time());
    format!(
        r#"{{"result":{{"result":{results},"result_error":[],"result_total":[],"result_next":[],"result_time":{times}}},"time":{time}}}"#
    )
}

fn registration() -> Value {
    json!({
        "CALL_ID": CALL_ID, "CRM_CREATED_LEAD": null, "CRM_CREATED_ENTITIES": [],
        "CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": 797,
    })
}

fn time() -> Value {
    json!({
        "start": 1_778_743_592.3, "finish": 1_778_743_592.4, "duration": 0.1, "processing": 0.09,
        "date_start": "2026-05-14T10:26:32+03:00", "date_finish": "2026-05-14T10:26:32+03:00",
        "operating_reset_at": 1_778_744_192, "operating": 0.4,
    })
}
