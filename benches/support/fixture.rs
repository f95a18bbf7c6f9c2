//! Responses from `fixtures/retailcrm`.

use serde_json::Value;

/// The fixture of `telephony/call/event`.
pub(crate) const CALL_EVENT: &str =
    include_str!("../../fixtures/retailcrm/telephony_call_event.json");
const CALLS_UPLOAD: &str = include_str!("../../fixtures/retailcrm/telephony_calls_upload.json");
const MANAGER: &str = include_str!("../../fixtures/retailcrm/telephony_manager.json");

/// The success body of a fixture, by the path of the request. `success` comes first, as in
/// RetailCRM's responses; a `Value` does not keep the order.
pub(crate) fn answer_to(path: &str) -> String {
    let fixture = match path.rsplit_once('/') {
        Some((_, "event")) => CALL_EVENT,
        Some((_, "upload")) => CALLS_UPLOAD,
        _ => MANAGER,
    };
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    let body = fixture["responses"][0]["body"].as_object().unwrap();
    let fields: Vec<String> = ["success"]
        .into_iter()
        .chain(body.keys().map(String::as_str).filter(|name| *name != "success"))
        .map(|name| format!("{:?}:{}", name, body[name]))
        .collect();
    format!("{{{}}}", fields.join(","))
}
