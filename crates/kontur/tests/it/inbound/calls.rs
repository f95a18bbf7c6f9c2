//! Clicks and hang-ups.

use http::Method;
use serde_json::{Value, json};
use vochi_crm_core::inbound::InboundKind;
use vochi_crm_core::{AccountConfig, ErrorKind, Party};
use vochi_crm_kontur::inbound::{HANGUP_PATH, hangup_leg, parse};

use super::super::fixture::Fixture;
use super::{
    CALL, DIMA, KEY, MASHA, account, config, conflict, number, of_fixture, post, posted, refused,
    request, send, taken,
};

/// The call of the fixtures' clicks.
const COMMUNICATION: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02";
const HANGUP: &str = "/communications/hangup";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn click(fields: &Value) -> Value {
    let mut click = json!({"communicationId": COMMUNICATION, "fromUserId": MASHA});
    let own = fields.as_object().unwrap().clone();
    click.as_object_mut().unwrap().extend(own);
    click
}

fn fixture(name: &str) -> vochi_crm_core::inbound::InboundEvent {
    taken(send(&of_fixture(Fixture::open(name).request())))
}

#[test]
fn a_click_rings_the_user_and_calls_the_client() {
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
    assert_eq!(short, call, "the address says nothing about the click");
}

#[test]
fn a_click_on_a_colleague_calls_their_extension() {
    let call = fixture("inbound-call-internal");
    assert_eq!(call.extension.unwrap().as_str(), "101");
    assert_eq!(call.phone, Some(Party::Extension("102".parse().unwrap())));
    assert_eq!(call.phone_raw, None);
    for empty in [json!(""), json!(" "), Value::Null] {
        let answer = posted(CALL, &click(&json!({"toUserId": DIMA, "clientPhone": empty})));
        assert!(matches!(taken(answer).phone, Some(Party::Extension(_))));
    }
}

#[test]
fn a_click_with_both_a_client_and_a_colleague_calls_the_client() {
    let call = fixture("inbound-call-all-fields");
    assert_eq!(call.phone, Some(number("+375291112233").into()));
    assert_eq!(call.raw["toUserId"], DIMA);
    let none = click(&json!({"toUserId": NOBODY, "clientPhone": "80291112233"}));
    let call = taken(posted(CALL, &none));
    assert_eq!(call.phone, Some(number("+375291112233").into()));
}

#[test]
fn numbers_are_read_as_the_account_reads_them_and_kept_as_they_came() {
    for (sent, read, raw) in [
        (json!(" 8029 111-22-33 "), Some("+375291112233"), "8029 111-22-33"),
        (json!(375_291_112_233_u64), Some("+375291112233"), "375291112233"),
        (json!("1234567890123456789"), None, "1234567890123456789"),
    ] {
        let call = taken(posted(CALL, &click(&json!({ "clientPhone": sent }))));
        let expected = read.map_or(Party::Raw(raw.to_owned()), |read| number(read).into());
        assert_eq!(call.phone, Some(expected), "{sent}");
        assert_eq!(call.phone_raw.as_deref(), Some(raw));
    }
}

#[test]
fn a_click_of_a_user_without_an_extension_is_refused_at_once() {
    let stranger = "a1b2c3d4-1111-4a4a-8b8b-000000000199";
    for fields in [
        json!({"fromUserId": stranger, "clientPhone": "375291112233"}),
        json!({"toUserId": stranger}),
    ] {
        let (body, error) = conflict(posted(CALL, &click(&fields)));
        let documented = Fixture::open("inbound-call").body("cannot_place_call");
        assert_eq!(body, documented, "{fields}");
        assert_eq!(error.kind(), ErrorKind::Input);
        let told = error.to_string();
        assert!(
            told.starts_with("kontur account office: communications/call: user a1b2c3d4"),
            "{told}"
        );
    }
    let config: AccountConfig = serde_json::from_value(json!({})).unwrap();
    let nobody = config.account("office").unwrap();
    let body = click(&json!({"clientPhone": "375291112233"}));
    let answer = parse(&nobody, &super::config("vochi-demo"), &post(CALL, &body));
    conflict(answer);
}

#[test]
fn a_click_that_reaches_nobody_is_refused() {
    for fields in [
        json!({}),
        json!({"clientPhone": "", "toUserId": null}),
        json!({"toUserId": NOBODY}),
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
fn a_click_that_cannot_be_read_is_refused() {
    for fields in [
        json!({"communicationId": null}),
        json!({"communicationId": NOBODY}),
        json!({"communicationId": "a\nb"}),
        json!({"communicationId": "x".repeat(300)}),
        json!({"fromUserId": null}),
        json!({"fromUserId": "101"}),
        json!({"fromUserId": NOBODY}),
    ] {
        let body = click(&json!({"clientPhone": "375291112233"}));
        let mut body = body.as_object().unwrap().clone();
        body.extend(fields.as_object().unwrap().clone());
        let answer = posted(CALL, &Value::Object(body));
        assert_eq!(refused(answer), (400, ErrorKind::Input), "{fields}");
    }
}

#[test]
fn a_click_is_the_same_as_long_as_its_call_is() {
    let id = |fields: &Value| taken(posted(CALL, &click(fields))).id;
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
fn a_hang_up_names_its_leg() {
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
    assert_eq!(with_id.id, plain.id, "one leg is hung up once");
    let other = taken(posted(HANGUP, &json!({"realtimeCallItemId": "1763631515.44"})));
    assert_ne!(other.id, plain.id);
    assert_eq!(other.user_id, None);
}

#[test]
fn a_leg_is_read_with_a_prefix_and_as_a_number() {
    for (sent, leg) in [(json!("Vochi/1763631515.43"), "1763631515.43"), (json!(43), "43")] {
        let event = taken(posted(HANGUP, &json!({ "realtimeCallItemId": sent })));
        assert_eq!(hangup_leg(&event).unwrap().as_str(), leg);
    }
}

#[test]
fn a_hang_up_without_a_leg_needs_a_call() {
    let body = json!({"userId": MASHA});
    let event = taken(posted("/communications/3f0c2a54/hangup", &body));
    assert_eq!(event.crm_call_id.as_ref().unwrap().as_str(), "3f0c2a54");
    assert_eq!(hangup_leg(&event), None);
    let wrong = (400, ErrorKind::Input);
    assert_eq!(refused(posted(HANGUP, &body)), wrong);
    let zero = format!("/communications/{NOBODY}/hangup");
    assert_eq!(refused(posted(&zero, &body)), wrong);
    for leg in [json!("a/b/c"), json!([]), json!("a\nb"), json!("Vochi/")] {
        let body = json!({ "realtimeCallItemId": leg });
        assert_eq!(refused(posted(HANGUP, &body)), wrong, "{body}");
        let with_id = posted("/communications/3f0c2a54/hangup", &body);
        assert_eq!(refused(with_id), wrong, "one leg is not the whole call");
    }
}

#[test]
fn accepting_a_call_is_not_supported() {
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
fn a_system_call_is_a_post() {
    let body = click(&json!({"clientPhone": "375291112233"})).to_string();
    for path in [CALL, HANGUP] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD] {
            let answer = send(&request(method, path, body.clone()));
            assert_eq!(refused(answer), (400, ErrorKind::Input));
        }
    }
    assert!(HANGUP.ends_with(HANGUP_PATH));
}
