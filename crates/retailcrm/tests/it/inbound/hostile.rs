//! Forged requests, odd encodings, misplaced secrets.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::json;
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundKind, InboundRequest};
use vochi_crm_retailcrm::inbound::{
    ACTIVITY_PATH, MAKE_CALL_PATH, SETTINGS_PATH, TRIGGER_PATH, USER_STATUS_PATH,
};

use super::super::fixture::Fixture;
use super::super::support::{KEY, phone};
use super::{CLIENT_ID, bench, event, genuine, get, post, refused, request, send};
use vochi_crm_core::testing::conformance::recorded_request;

#[test]
fn wrong_or_missing_client_id_is_forbidden() {
    let rest = "phone=%2B375291112233&userId=7&status=busy&event=x&activity={\"active\":true}";
    let forbidden = (403, ErrorKind::Auth);
    for path in [MAKE_CALL_PATH, USER_STATUS_PATH, ACTIVITY_PATH, SETTINGS_PATH, TRIGGER_PATH] {
        let longer = format!("{CLIENT_ID}0");
        let shorter = &CLIENT_ID[1..];
        for proof in [
            String::new(),
            "clientId=".to_owned(),
            "clientId=TEST".to_owned(),
            format!("clientId={longer}"),
            format!("clientId={shorter}"),
            format!("clientId={CLIENT_ID}&clientId=TEST"),
            format!("clientId=TEST&clientId={CLIENT_ID}"),
            format!("ClientID={CLIENT_ID}"),
        ] {
            let query = format!("{proof}&{rest}");
            assert_eq!(refused(get(path, &query)), forbidden, "{path} {proof}");
            assert_eq!(refused(post(path, &query)), forbidden, "{path} {proof}");
        }
    }
    let split = request(
        Method::POST,
        MAKE_CALL_PATH,
        "clientId=TEST",
        Some(&format!("clientId={CLIENT_ID}&{rest}")),
    );
    assert_eq!(refused(send(&bench(Some(CLIENT_ID)), &split)), forbidden);
    let secret = format!("secret={CLIENT_ID}&{rest}");
    assert_eq!(refused(get(MAKE_CALL_PATH, &secret)), forbidden);
    event(get(TRIGGER_PATH, &secret));
}

#[test]
fn account_without_client_id_accepts_no_request() {
    for own in [None, Some("")] {
        for query in ["clientId=&phone=1", "phone=1", "clientId=TEST&phone=1"] {
            let request = request(Method::GET, MAKE_CALL_PATH, query, None);
            let answer = send(&bench(own), &request);
            assert_eq!(refused(answer), (403, ErrorKind::Config), "{own:?} {query}");
        }
    }
}

#[test]
fn path_is_matched_by_its_last_segment() {
    let rest = "phone=%2B375291112233&userId=7";
    for path in
        ["/make-call", "make-call", "/make-call/", "/retailcrm/make-call", "//x//make-call//"]
    {
        assert_eq!(event(genuine(path, rest)).kind, InboundKind::ClickToCall);
    }
    for path in ["", "/", "/make-call/more", "/xmake-call", "/Make-Call", "/call"] {
        assert_eq!(refused(genuine(path, rest)), (404, ErrorKind::Unsupported), "{path}");
    }
}

#[test]
fn simple_connection_is_refused_without_its_key() {
    let fixture = Fixture::open("inbound_simple_connection");
    for name in [None, Some("config_request")] {
        let answer = send(&bench(Some(CLIENT_ID)), &recorded_request(fixture.request(name)));
        assert!(!format!("{answer:?}").contains("TEST-KEY"));
        assert_eq!(refused(answer), (404, ErrorKind::Unsupported));
    }
}

#[test]
fn other_content_types_are_refused() {
    let click = format!("clientId={CLIENT_ID}&phone=%2B375291112233&userId=7");
    let bench = bench(Some(CLIENT_ID));
    let mut json = request(Method::POST, MAKE_CALL_PATH, &click, Some("{}"));
    json.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    assert_eq!(refused(send(&bench, &json)), (400, ErrorKind::Input));
    let put = request(Method::PUT, MAKE_CALL_PATH, &click, None);
    assert_eq!(refused(send(&bench, &put)), (400, ErrorKind::Input));
    let long = format!("{click}&x={}", "x".repeat(64 * 1024));
    let long = request(Method::POST, MAKE_CALL_PATH, "", Some(&long));
    assert_eq!(refused(send(&bench, &long)), (413, ErrorKind::Input));
}

#[test]
fn odd_encodings_are_read_leniently() {
    let untyped = InboundRequest::new(
        Method::POST,
        MAKE_CALL_PATH,
        "",
        HeaderMap::new(),
        format!("clientId={CLIENT_ID}&phone=%2b375+29%09111-22-33&userId=+7+&&=&x=%F0%28&%zz=1"),
    );
    let click = event(send(&bench(Some(CLIENT_ID)), &untyped));
    assert_eq!(click.phone, Some(phone("+375291112233").into()));
    assert_eq!(click.raw["x"], "\u{fffd}(");
    assert_eq!(click.raw["%zz"], "1");
    let list = event(genuine(MAKE_CALL_PATH, "phone=80291112233&userId=7&x=1&x=2&x=2"));
    assert_eq!(list.raw["x"], json!(["1", "2"]));
}

#[test]
fn no_secret_is_passed_on() {
    let form = format!(
        "clientId={CLIENT_ID}&event={CLIENT_ID}&phone={KEY}&note=see+{KEY}&{KEY}=1&apiKey=foreign-1\
         &register[token]=foreign-2&customer_id={KEY}&x=canary-inbound-secret\
         &settings={{\"apiKey\":\"foreign-3\",\"a\":[\"\\u0063anary-api-key-0001\"],\"{KEY}\":1}}"
    );
    for path in [TRIGGER_PATH, SETTINGS_PATH] {
        let printed = format!("{:?}", event(post(path, &form)));
        for secret in [CLIENT_ID, KEY, "canary", "foreign"] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}
