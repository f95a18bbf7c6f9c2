//! Invalid bodies, and secrets in unexpected fields.

use http::header::HeaderValue;
use http::{HeaderMap, Method, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::InboundRequest;
use vochi_crm_kontur::inbound::{
    CALL_PATH, ECHO, EVENTS_PATH, HANGUP_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH,
};

use super::{CALL, DIMA, MASHA, accepted, headers, post, refused, request, send};

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

/// Values of a body: valid, invalid and arbitrary.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            MASHA,
            DIMA,
            "375291112233",
            "3f0c",
            "change",
            "link",
            "canary-api-key",
            "00000000-0000-0000-0000-000000000000",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            fields(inner),
        ]
    })
}

fn fields(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "communicationId",
            "fromUserId",
            "toUserId",
            "clientPhone",
            "realtimeCallItemId",
            "userId",
            "id",
            "type",
            "entityIds",
            "contactId",
            "companyId",
            "changeData",
            "createInfo",
            "canary-api-key",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, values), 0..8)
        .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

fn path() -> impl Strategy<Value = String> {
    let id = prop_oneof![Just("3f0c".to_owned()), any::<String>()];
    prop_oneof![
        prop::sample::select(ALL.to_vec()).prop_map(|path| format!("/{path}")),
        id.clone().prop_map(|id| format!("/communications/{id}/hangup")),
        id.prop_map(|workspace| format!("/api/v1/{workspace}/communications/call")),
    ]
}

proptest! {
    #[test]
    fn arbitrary_body_gets_echo_and_no_secret(
        path in path(),
        body in fields(value()),
        echo in prop::collection::vec(0x80_u8.., 1..40),
    ) {
        let mut request = post(&path, &body);
        let echo = HeaderValue::from_bytes(&echo).unwrap();
        request.headers.insert(ECHO, echo.clone());
        let (reply, event) = send(&request);
        prop_assert_eq!(reply.headers.get(ECHO), Some(&echo));
        prop_assert_eq!(event.is_ok(), reply.status == StatusCode::OK);
        let text = match &event {
            Ok(event) => format!("{event:?} {}", json!(event.raw)),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!text.contains("canary") && !text.contains(super::KEY), "{}", text);
        if let Ok(event) = event {
            prop_assert_eq!(send(&request).1.unwrap(), event);
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(
        path in path(),
        query in any::<String>(),
        body in prop::collection::vec(any::<u8>(), 0..256),
    ) {
        let bare = InboundRequest::new(Method::POST, path.clone(), query, HeaderMap::new(), body.clone());
        let (reply, event) = send(&bare);
        prop_assert_eq!(event.is_ok(), reply.status == StatusCode::OK);
        prop_assert!(reply.headers.get(ECHO).is_none());
        let (reply, event) = send(&request(Method::POST, &path, body));
        prop_assert_eq!(event.is_ok(), reply.status == StatusCode::OK);
        prop_assert!(reply.headers.contains_key(ECHO));
    }
}

#[test]
fn reply_has_only_needed_headers() {
    let (reply, _) = send(&post(CALL, &json!({})));
    assert_eq!(reply.headers.len(), 1);
}
