//! Checks of uploaded calls.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::CLIENT_ID;

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, in_call, in_calls, of_strict};
use crate::support::{call, with};

pub(super) fn cases() -> Vec<Case> {
    let many: Vec<Value> =
        (0..51).map(|n| with(call(), json!({"externalId": format!("pbx-{n}")}))).collect();
    vec![
        in_calls("calls.some", &[], &format!("calls: {BLANK}")),
        in_calls(
            "calls.at_most_50",
            &many,
            "calls: This collection should contain 50 elements or less.",
        ),
        in_call("call.known_fields", json!({"codes": ["101"]}), "codes", EXTRA),
        in_call("call.nothing_empty", json!({"source": {"source": ""}}), "source", BLANK),
        in_call("call.date_given", json!({"date": null}), "date", BLANK),
        in_call("call.date_form", json!({"date": "2026-03-14T10:15:00Z"}), "date", INVALID),
        in_call("call.date_form", json!({"date": "2026-02-30 10:15:00"}), "date", INVALID),
        in_call("call.date_form", json!({"date": "2026-03-14"}), "date", INVALID),
        in_call("call.date_form", json!({"date": 1_773_474_900}), "date", INVALID),
        in_call("call.type_given", json!({"type": null}), "type", BLANK),
        in_call("call.type_choice", json!({"type": "hangup"}), "type", CHOICE),
        in_call("call.phone_given", json!({"phone": null}), "phone", BLANK),
        in_call("call.phone_form", json!({"phone": "anonymous"}), "phone", INVALID),
        in_call("call.result_given", json!({"result": null, "duration": 0}), "result", BLANK),
        in_call(
            "call.result_choice",
            json!({"result": "no answered", "duration": 0}),
            "result",
            CHOICE,
        ),
        in_call("call.result_choice", json!({"result": "missed", "duration": 0}), "result", CHOICE),
        in_call("call.handled_by", json!({"code": null}), "code", BLANK),
        in_call("call.code_form", json!({"code": 101}), "code", INVALID),
        in_call("call.code_form", json!({"code": ["101"]}), "code", INVALID),
        in_call("call.user_id_form", json!({"userId": "7"}), "userId", INVALID),
        in_call("call.duration_form", json!({"duration": "95"}), "duration", INVALID),
        in_call("call.duration_form", json!({"duration": -1}), "duration", INVALID),
        in_call("call.duration_form", json!({"duration": 95.5}), "duration", INVALID),
        in_call("call.waiting_form", json!({"durationWaiting": 1.5}), "durationWaiting", INVALID),
        in_call("call.no_talk_without_answer", json!({"result": "no answer"}), "duration", INVALID),
        in_call("call.external_id_given", json!({"externalId": null}), "externalId", BLANK),
        in_call("call.external_id_form", json!({"externalId": 7}), "externalId", INVALID),
        of_strict(in_call(
            "call.record_url_form",
            json!({"recordUrl": "http://pbx.example.test/1.mp3"}),
            "recordUrl",
            INVALID,
        )),
        in_call(
            "call.record_url_form",
            json!({"recordUrl": "ftp://pbx.example.test/1.mp3"}),
            "recordUrl",
            INVALID,
        ),
        in_call("call.record_url_form", json!({"recordUrl": "/rec/1.mp3"}), "recordUrl", INVALID),
        in_call(
            "call.record_url_form",
            json!({"recordUrl": "https://user:word@pbx.example.test/1.mp3"}),
            "recordUrl",
            INVALID,
        ),
        in_call(
            "call.external_phone_form",
            json!({"externalPhone": "0001363"}),
            "externalPhone",
            INVALID,
        ),
        in_call("call.site_known", json!({"site": "shop-nine"}), "site", CHOICE),
        in_call("call.source_form", json!({"source": {"campaign": 7}}), "source", INVALID),
        in_call("call.client_id_is_google's", json!({"clientId": CLIENT_ID}), "clientId", INVALID),
    ]
}
