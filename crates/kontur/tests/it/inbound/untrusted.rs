//! Invalid bodies, and secrets in unexpected fields.

use http::Method;
use serde_json::json;
use vochi_crm_core::ErrorKind;
use vochi_crm_core::testing::conformance::recorded_request;
use vochi_crm_kontur::inbound::{
    CALL_PATH, ECHO, EVENTS_PATH, HANGUP_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH,
};

use super::super::fixture::Fixture;
use super::{CALL, DIMA, MASHA, accepted, from_kontur, headers, post, refused, request, send};

const ALL: [&str; 6] = [CALL_PATH, HANGUP_PATH, SYNC_PATH, UPGRADE_PATH, SETUP_PATH, EVENTS_PATH];

/// The paths whose requests need a body.
const WITH_BODY: [&str; 3] = [CALL_PATH, HANGUP_PATH, EVENTS_PATH];

#[test]
fn non_object_bodies_are_refused() {
    let deep = "[".repeat(20_000);
    let nested = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    for body in [
        &b""[..],
        b"{",
        b"null",
        b"7",
        b"\"OK\"",
        b"[]",
        br#"["3f0c", "a1b2c3d4-1111-4a4a-8b8b-000000000101"]"#,
        b"\xff\xfe{\x00}\x00",
        b"{\"communicationId\": \"\xff\"}",
        b"communicationId=3f0c&clientPhone=375291112233",
        b"<xml/>",
        b"{\"communicationId\": 1e999}",
        deep.as_bytes(),
        nested.as_bytes(),
    ] {
        for path in WITH_BODY {
            let response = send(&request(Method::POST, path, body));
            assert_eq!(refused(response), (400, ErrorKind::Input), "{path}");
        }
        for path in [SYNC_PATH, UPGRADE_PATH, SETUP_PATH] {
            accepted(send(&request(Method::POST, path, body)));
        }
    }
}

#[test]
fn oversized_request_is_refused() {
    for path in ALL {
        let large = request(Method::POST, path, vec![b' '; 256 * 1024 + 1]);
        assert_eq!(refused(send(&large)), (413, ErrorKind::Input), "{path}");
        let mut query = request(Method::POST, path, "{}");
        query.query = "x".repeat(256 * 1024);
        assert_eq!(refused(send(&query)), (413, ErrorKind::Input), "{path}");
    }
    let big = json!({"id": "e-1", "changeData": {"new": {"description": "x".repeat(200_000)}}});
    accepted(send(&post(EVENTS_PATH, &big)));
}

#[test]
fn secrets_are_removed_from_events() {
    let everywhere = json!({
        "communicationId": "canary-api-key",
        "fromUserId": MASHA,
        "toUserId": DIMA,
        "userId": "canary-access-key",
        "clientPhone": "375291112233 canary-bearer",
        "realtimeCallItemId": "canary-sent-key",
        "id": "canary-inbound-secret",
        "type": "canary-secret-value",
        "changeData": {"type": "secretKey=canary-secret-value", "new": {
            "note": ["see canary-sent-bearer", {"canary-sent-cookie": 1}],
            "secrets": [{"id": "secretKey", "value": "foreign-1"}],
            "accessKey": "foreign-2", "Access-Token": {"a": "foreign-3"}, "password": 7,
            "text": "X-XCOM-AccessKey: foreign-4", "number": 77_340_911,
        }},
        "entityIds": {"contactId": "canary-api-key", "canary-bearerId": "1"},
    });
    for path in ALL.into_iter().chain([
        "communications/canary-sent-key/hangup",
        "communications/accept",
        "nowhere",
    ]) {
        let mut request = post(path, &everywhere);
        request.query = "key=canary-api-key".to_owned();
        request.headers = headers(&[
            ("X-XCOM-AccessKey", "canary-sent-key"),
            ("Authorization", "Bearer canary-sent-bearer"),
            ("Cookie", "canary-sent-cookie"),
            ("X-XCOM-Integration-Secret", "s=77340911"),
            (ECHO, "echo-1"),
        ]);
        let (reply, event) = send(&request);
        let shown = match &event {
            Ok(event) => format!("{event:?} {event:#?} {}", json!(event.raw)),
            Err(error) => format!("{error} {error:?} {error:#?}"),
        };
        let path_itself = path.contains("canary");
        let text = format!("{shown} {reply:?}");
        for secret in ["canary", "foreign", "77340911"] {
            assert!(!text.contains(secret), "{path}: {secret} in {text}");
            let shown = format!("{request:?}");
            assert!(path_itself || !shown.contains(secret), "{path}: {shown}");
        }
        if let Ok(event) = event {
            let is_call = event.crm_call_id.is_some() || path.ends_with("hangup");
            assert_eq!(event.access_key.is_some(), is_call, "{path}");
        }
    }
}

#[test]
fn long_texts_are_cut_before_redaction() {
    let word = "apikey=a&";
    let texts: Vec<String> = (0..60).map(|_| word.repeat(440)).collect();
    let start = std::time::Instant::now();
    let many = json!({"id": "e-1", "texts": texts, "text": word.repeat(1_000)});
    let event = accepted(send(&post(EVENTS_PATH, &many)));
    assert!(event.raw["texts"][59].as_str().unwrap().starts_with("apikey=***&"));
    assert_eq!(event.raw["text"], "…", "too long to search for secrets");
    let one = json!({"id": "e-1", word.repeat(28_000): 1});
    assert_eq!(accepted(send(&post(EVENTS_PATH, &one))).raw["…"], "***");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn reply_has_only_needed_headers() {
    let (reply, _) = send(&post(CALL, &json!({})));
    assert_eq!(reply.headers.len(), 1);
}

#[test]
fn other_body_type_gives_event_or_refusal() {
    for name in from_kontur() {
        let fixture = Fixture::open(&name);
        let whole = recorded_request(fixture.request());
        let needs_a_body = !fixture.request()["body"].is_null();
        for body in [json!(null), json!([]), json!([{}]), json!("OK"), json!(7)] {
            let mut request = whole.clone();
            request.body = body.to_string().into();
            let text = format!("{name}: {body}");
            let (_, read) = send(&request);
            assert_eq!(read.is_err(), needs_a_body, "{text}");
        }
    }
}

#[test]
fn missing_header_fails_system_calls_only() {
    for name in from_kontur() {
        let whole = recorded_request(Fixture::open(&name).request());
        for header in ["X-XCOM-AccessKey", ECHO] {
            let mut request = whole.clone();
            request.headers.remove(header);
            let (reply, event) = send(&request);
            let system_call = !name.starts_with("inbound-webhook");
            assert_eq!(event.is_err(), system_call, "{name} {header}");
            let echo = reply.headers.get(ECHO);
            assert_eq!(echo.is_some(), header != ECHO, "{name} {header}");
        }
    }
}
