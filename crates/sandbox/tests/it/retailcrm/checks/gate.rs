//! Checks before the content of a request.

use serde_json::json;
use vochi_crm_sandbox::retailcrm::Telephony;

use super::{CHOICE, Case, EXTRA, INVALID, busy, case, input, says};
use crate::support::{EVENT, UPLOAD, Wire, call, event, field, send_calls, send_event};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let event_text = event().to_string();
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"event\"\r\n\r\n{}\r\n--b--\r\n";
    let users = "/api/v5/users";
    let page = "<html>\n<head><title>405 Not Allowed</title></head>\n<body></body>\n</html>";
    vec![
        case("limit.general", Wire::get("/api/credentials"), 503, busy()),
        case("limit.telephony", send_event(&event()), 503, busy()),
        case(
            "path",
            Wire::post("/api/v5/telephony/call-event", ""),
            404,
            says("API method not found"),
        ),
        case("path", Wire::get("/api/v5/credentials"), 404, says("API method not found")),
        case("path", Wire::get("/api/v5/telephony/setting"), 404, says("API method not found")),
        case("path", Wire::get("/api/v5/users/"), 404, says("API method not found")),
        case("path", Wire::get("/api/v5/users/me"), 404, says("API method not found")),
        case(
            "path",
            Wire::get("/api/v5/customers-corporate/contacts"),
            404,
            says("API method not found"),
        ),
        case("path", Wire::get("/api/v5/orders/payments"), 404, says("API method not found")),
        case("path", Wire::get("/api/v4/users"), 404, says("API method not found")),
        case(
            "key.given",
            Wire::get(users).header("X-API-KEY", ""),
            400,
            says("\"apiKey\" is missing."),
        ),
        case(
            "key.right",
            Wire::get(users).header("X-API-KEY", "another"),
            403,
            says("Wrong \"apiKey\" value."),
        ),
        case(
            "key.right",
            Wire::get("/api/v5/users?apiKey=another").header("X-API-KEY", ""),
            403,
            says("Wrong \"apiKey\" value."),
        ),
        case(
            "encoding.get_without_body",
            Wire::post(users, "{\"limit\":20}")
                .verb("GET")
                .header("Content-Type", "application/json"),
            400,
            input("body", EXTRA),
        ),
        case(
            "encoding.form",
            Wire::post(EVENT, json!({"event": event()}).to_string())
                .header("Content-Type", "application/json"),
            400,
            says("Parameter 'event' is missing"),
        ),
        case(
            "encoding.urlencoded",
            Wire::post(UPLOAD, multipart).header("Content-Type", "multipart/form-data; boundary=b"),
            400,
            says("Parameter 'calls' is missing"),
        ),
        case(
            "encoding.urlencoded",
            Wire::post(EVENT, field("event", &event_text)).header("Content-Type", ""),
            400,
            says("Parameter 'event' is missing"),
        ),
        case(
            "encoding.utf8",
            Wire::post(EVENT, "event=%7B%22phone%22%3A%22%FF%22%7D"),
            400,
            input("event", INVALID),
        ),
        case(
            "parameter.client_id",
            Wire::post(EVENT, field("event", &event_text) + "&clientId=7037"),
            400,
            input("clientId", INVALID),
        ),
        case(
            "parameter.event_object",
            Wire::post(EVENT, field("event", "{'phone': '+375291112233'}")),
            400,
            json!({
                "success": false,
                "errorMsg": "Errors in the entity format",
                "errors": {"event": INVALID},
            }),
        ),
        case(
            "parameter.calls_array",
            Wire::post(UPLOAD, field("calls", &call().to_string())),
            400,
            json!({
                "success": false,
                "errorMsg": "Errors in the entity format",
                "errors": [format!("calls: {INVALID}")],
            }),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().switch_telephony(Telephony::Off),
            ..case("module.takes_events", send_event(&event()), 200, says("Telephony not enabled"))
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().switch_telephony(Telephony::Off),
            ..case(
                "module.takes_uploads",
                send_calls(&[call()]),
                200,
                says("Telephony not enabled or not supports calls upload"),
            )
        },
        case(
            "site.known",
            Wire::get("/api/v5/customers/60?by=id&site=shop-nine"),
            400,
            input("site", CHOICE),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().close_account(true),
            ..case("account.exists", Wire::get(users), 400, says("Account does not exist."))
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().close_account(true),
            ..case("account.exists_to_write", send_event(&event()), 405, json!(page))
        },
    ]
}
