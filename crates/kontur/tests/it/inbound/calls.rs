//! Click-to-call and hang-up.

use http::Method;
use serde_json::{Value, json};
use vochi_crm_core::inbound::InboundKind;
use vochi_crm_core::testing::conformance::recorded_request;
use vochi_crm_core::{AccountConfig, ErrorKind, Party};
use vochi_crm_kontur::inbound::{HANGUP_PATH, hangup_leg, parse};

use super::super::fixture::Fixture;
use super::{
    CALL, DIMA, KEY, MASHA, accepted, account, config, conflict, number, post, posted, refused,
    request, send,
};

/// The call id of the fixtures' clicks.
const COMMUNICATION: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02";
const HANGUP: &str = "/communications/hangup";
const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

fn click(fields: &Value) -> Value {
    let mut click = json!({"communicationId": COMMUNICATION, "fromUserId": MASHA});
    let own = fields.as_object().unwrap().clone();
    click.as_object_mut().unwrap().extend(own);
    click
}

fn fixture(name: &str) -> vochi_crm_core::inbound::InboundEvent {
    accepted(send(&recorded_request(Fixture::open(name).request())))
}

#[test]
fn click_rings_user_and_calls_client() {
    let call = fixture("inbound-call");
    assert_eq!(call.kind, InboundKind::ClickToCall);
    assert_eq!(call.phone, Some(number("+375291112233").into()));
    assert_eq!(call.phone_raw.as_deref(), Some("375291112233"));
    assert_eq!(call.user_id.as_ref().unwrap().as_str(), MASHA);
    assert_eq!(call.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(call.crm_call_id.as_ref().unwrap().as_str(), COMMUNICATION);
    assert_eq!(call.access_key.as_ref().unwrap().expose(), KEY);
    assert_eq!((&call.our_number, &call.entity, &call.clicked_on), (&None, &None, &None));
    assert_eq!(
        json!(call.raw),
        json!({"communicationId": COMMUNICATION, "fromUserId": MASHA, "clientPhone": "375291112233"})
    );
    let short = fixture("inbound-call-short-path");
    assert_eq!(short, call, "the path does not affect the click");
}

#[test]
fn click_on_colleague_calls_extension() {
    let call = fixture("inbound-call-internal");
    assert_eq!(call.extension.unwrap().as_str(), "101");
    assert_eq!(call.phone, Some(Party::Extension("102".parse().unwrap())));
    assert_eq!(call.phone_raw, None);
    for empty in [json!(""), json!(" "), Value::Null] {
        let response = posted(CALL, &click(&json!({"toUserId": DIMA, "clientPhone": empty})));
        assert!(matches!(accepted(response).phone, Some(Party::Extension(_))));
    }
}

#[test]
fn click_with_client_and_colleague_calls_client() {
    let call = fixture("inbound-call-all-fields");
    assert_eq!(call.phone, Some(number("+375291112233").into()));
    assert_eq!(call.raw["toUserId"], DIMA);
    let none = click(&json!({"toUserId": ZERO_GUID, "clientPhone": "80291112233"}));
    let call = accepted(posted(CALL, &none));
    assert_eq!(call.phone, Some(number("+375291112233").into()));
}

#[test]
fn numbers_are_parsed_and_raw_text_is_kept() {
    for (sent, read, raw) in [
        (json!(" 8029 111-22-33 "), Some("+375291112233"), "8029 111-22-33"),
        (json!(375_291_112_233_u64), Some("+375291112233"), "375291112233"),
        (json!("1234567890123456789"), None, "1234567890123456789"),
    ] {
        let call = accepted(posted(CALL, &click(&json!({ "clientPhone": sent }))));
        let expected = read.map_or(Party::Raw(raw.to_owned()), |read| number(read).into());
        assert_eq!(call.phone, Some(expected), "{sent}");
        assert_eq!(call.phone_raw.as_deref(), Some(raw));
    }
}

#[test]
fn click_without_extension_is_refused() {
    let stranger = "a1b2c3d4-1111-4a4a-8b8b-000000000199";
    for fields in [
        json!({"fromUserId": stranger, "clientPhone": "375291112233"}),
        json!({"toUserId": stranger}),
    ] {
        let (body, error) = conflict(posted(CALL, &click(&fields)));
        let documented = Fixture::open("inbound-call").body("cannot_place_call");
        assert_eq!(body, documented, "{fields}");
        assert_eq!(error.kind(), ErrorKind::Input);
        let text = error.to_string();
        assert!(
            text.starts_with("kontur account office: communications/call: ")
                && text.contains("user a1b2c3d4"),
            "{text}"
        );
    }
    let config: AccountConfig = serde_json::from_value(json!({})).unwrap();
    let empty = config.account("office").unwrap();
    let body = click(&json!({"clientPhone": "375291112233"}));
    let response = parse(&empty, &super::config("vochi-demo"), &post(CALL, &body));
    conflict(response);
}

#[test]
fn click_without_target_is_refused() {
    for fields in [
        json!({}),
        json!({"clientPhone": "", "toUserId": null}),
        json!({"toUserId": ZERO_GUID}),
        json!({"toUserId": "102"}),
        json!({"clientPhone": "anonymous"}),
        json!({"clientPhone": "anonymous", "toUserId": DIMA}),
    ] {
        let (body, error) = conflict(posted(CALL, &click(&fields)));
        assert_eq!(body["status"], "invalidArgs", "{fields}");
        assert!(body["message"].is_string());
        assert_eq!(error.kind(), ErrorKind::Input);
    }
}

#[test]
fn unreadable_click_is_refused() {
    for fields in [
        json!({"communicationId": null}),
        json!({"communicationId": ZERO_GUID}),
        json!({"communicationId": "a\nb"}),
        json!({"communicationId": "x".repeat(300)}),
        json!({"fromUserId": null}),
        json!({"fromUserId": "101"}),
        json!({"fromUserId": ZERO_GUID}),
    ] {
        let body = click(&json!({"clientPhone": "375291112233"}));
        let mut body = body.as_object().unwrap().clone();
        body.extend(fields.as_object().unwrap().clone());
        let response = posted(CALL, &Value::Object(body));
        assert_eq!(refused(response), (400, ErrorKind::Input), "{fields}");
    }
}

#[test]
fn click_is_identified_by_call() {
    let id = |fields: &Value| accepted(posted(CALL, &click(fields))).id;
    let first = id(&json!({"clientPhone": "375291112233"}));
    assert_eq!(id(&json!({"clientPhone": "80291112233", "more": 1})), first);
    let other = json!({"clientPhone": "375291112233", "communicationId": "another"});
    assert_ne!(id(&other), first);
    let config_of_another: AccountConfig =
        serde_json::from_value(json!({"extensions": {"101": MASHA}})).unwrap();
    let body = post(CALL, &click(&json!({"clientPhone": "375291112233"})));
    let branch = config_of_another.account("branch").unwrap();
    let (_, elsewhere) = parse(&branch, &config("vochi-demo"), &body);
    assert_ne!(elsewhere.unwrap().id, first);
    let (_, again) = parse(&account(), &config(""), &body);
    assert_eq!(again.unwrap().id, first);
}

#[test]
fn hangup_names_leg() {
    let plain = fixture("inbound-hangup");
    assert_eq!(plain.kind, InboundKind::Hangup);
    assert_eq!(hangup_leg(&plain).unwrap().as_str(), "1763631515.43");
    assert_eq!(plain.raw["realtimeCallItemId"], "1763631515.43");
    assert_eq!(plain.user_id.as_ref().unwrap().as_str(), MASHA);
    assert_eq!(plain.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(plain.access_key.as_ref().unwrap().expose(), KEY);
    assert_eq!(plain.crm_call_id, None);
    let with_id = fixture("inbound-hangup-with-id");
    assert_eq!(with_id.crm_call_id.unwrap().as_str(), "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01");
    assert_eq!(with_id.id, plain.id, "one leg has one hang-up id");
    let other = accepted(posted(HANGUP, &json!({"realtimeCallItemId": "1763631515.44"})));
    assert_ne!(other.id, plain.id);
    assert_eq!(other.user_id, None);
}

#[test]
fn leg_id_may_have_prefix_or_be_number() {
    for (sent, leg) in [(json!("Vochi/1763631515.43"), "1763631515.43"), (json!(43), "43")] {
        let event = accepted(posted(HANGUP, &json!({ "realtimeCallItemId": sent })));
        assert_eq!(hangup_leg(&event).unwrap().as_str(), leg);
    }
}

#[test]
fn hangup_without_leg_needs_call() {
    let body = json!({"userId": MASHA});
    let event = accepted(posted("/communications/3f0c2a54/hangup", &body));
    assert_eq!(event.crm_call_id.as_ref().unwrap().as_str(), "3f0c2a54");
    assert_eq!(hangup_leg(&event), None);
    let wrong = (400, ErrorKind::Input);
    assert_eq!(refused(posted(HANGUP, &body)), wrong);
    let zero = format!("/communications/{ZERO_GUID}/hangup");
    assert_eq!(refused(posted(&zero, &body)), wrong);
    for leg in [json!("a/b/c"), json!([]), json!("a\nb"), json!("Vochi/")] {
        let body = json!({ "realtimeCallItemId": leg });
        assert_eq!(refused(posted(HANGUP, &body)), wrong, "{body}");
        let with_id = posted("/communications/3f0c2a54/hangup", &body);
        assert_eq!(refused(with_id), wrong, "one leg is not the whole call");
    }
}

#[test]
fn accepting_call_is_not_supported() {
    for path in [
        "/communications/accept",
        "/communications/answer",
        "/api/v1/vochi-demo/communications/3f0c2a54/accept",
    ] {
        let (body, error) = conflict(posted(path, &json!({"userId": MASHA})));
        assert_eq!(body["status"], "notSupported", "{path}");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn system_call_must_be_post() {
    let body = click(&json!({"clientPhone": "375291112233"})).to_string();
    for path in [CALL, HANGUP] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD] {
            let response = send(&request(method, path, body.clone()));
            assert_eq!(refused(response), (400, ErrorKind::Input));
        }
    }
    assert!(HANGUP.ends_with(HANGUP_PATH));
}
