//! Checks of call events.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, in_event};

pub(super) fn cases() -> Vec<Case> {
    let hangup = |status: Value| json!({"type": "hangup", "hangupStatus": status});
    vec![
        in_event("event.known_fields", json!({"duration": 5}), "duration", EXTRA),
        in_event("event.nothing_empty", json!({"callExternalId": ""}), "callExternalId", BLANK),
        in_event("event.nothing_empty", json!({"userIds": []}), "userIds", BLANK),
        in_event("event.phone_given", json!({"phone": null}), "phone", BLANK),
        in_event("event.phone_form", json!({"phone": "8 (029) 111-22-33"}), "phone", INVALID),
        in_event("event.phone_form", json!({"phone": "+000"}), "phone", INVALID),
        in_event("event.phone_form", json!({"phone": " 375291112233"}), "phone", INVALID),
        in_event("event.phone_form", json!({"phone": 375_291_112_233_u64}), "phone", INVALID),
        in_event("event.type_given", json!({"type": null}), "type", BLANK),
        in_event("event.type_choice", json!({"type": "answered"}), "type", CHOICE),
        in_event("event.addressed", json!({"codes": null}), "codes", BLANK),
        in_event("event.codes_form", json!({"codes": [101]}), "codes", INVALID),
        in_event("event.codes_form", json!({"codes": "101"}), "codes", INVALID),
        in_event("event.user_ids_form", json!({"userIds": ["7"]}), "userIds", INVALID),
        in_event("event.hangup_status_given", json!({"type": "hangup"}), "hangupStatus", BLANK),
        in_event("event.hangup_status_choice", hangup(json!("no answer")), "hangupStatus", CHOICE),
        in_event("event.hangup_status_choice", hangup(json!("missed")), "hangupStatus", CHOICE),
        in_event(
            "event.hangup_status_at_hangup",
            json!({"hangupStatus": "answered"}),
            "hangupStatus",
            INVALID,
        ),
        in_event(
            "event.external_phone_form",
            json!({"externalPhone": "0001363"}),
            "externalPhone",
            INVALID,
        ),
        in_event("event.call_id_form", json!({"callExternalId": 42}), "callExternalId", INVALID),
        in_event("event.site_known", json!({"site": "shop-nine"}), "site", CHOICE),
        in_event(
            "event.web_analytics_form",
            json!({"webAnalyticsData": {"campaign": {"name": "Весна", "id": 3}}}),
            "webAnalyticsData",
            INVALID,
        ),
    ]
}
