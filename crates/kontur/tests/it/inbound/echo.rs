//! The echo of every reply and the authentication of requests.

use http::header::HeaderValue;
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::InboundRequest;
use vochi_crm_kontur::inbound::{CALL_PATH, ECHO, EVENTS_PATH, HANGUP_PATH, SYNC_PATH, parse};

use super::{CALL, KEY, MASHA, account, config, headers, post, posted, refused, send};

/// Returns a request for every reply status.
fn one_of_each() -> Vec<(u16, InboundRequest)> {
    let click = json!({
        "communicationId": "3f0c", "fromUserId": MASHA, "clientPhone": "375291112233",
    });
    let mut huge = post(CALL, &click);
    huge.body = vec![b' '; 1024 * 1024].into();
    let mut get = post(CALL, &click);
    get.method = Method::GET;
    vec![
        (200, post(CALL, &click)),
        (200, post(EVENTS_PATH, &json!({"id": "e-1"}))),
        (200, post(SYNC_PATH, &json!(null))),
        (400, post(CALL, &json!({}))),
        (400, post(HANGUP_PATH, &json!({}))),
        (400, post(EVENTS_PATH, &json!([]))),
        (400, get),
        (403, post("/api/v1/someone/communications/call", &click)),
        (404, post("/communications/unknown", &click)),
        (404, post("", &click)),
        (409, post(CALL, &json!({"communicationId": "3f0c", "fromUserId": MASHA}))),
        (409, post("/communications/accept", &json!({}))),
        (413, huge),
    ]
}

#[test]
fn every_reply_returns_echo_unchanged() {
    for (status, request) in one_of_each() {
        for echo in [
            &b"echo-7g8-d6a-0001"[..],
            b" ",
            b"\xd0\xad\xd1\x85\xd0\xbe",
            b"\xff\xfe\x80",
            b"a\tb; c=\"d\", e",
            &[b'x'; 4000],
        ] {
            let mut request = request.clone();
            let echo = HeaderValue::from_bytes(echo).unwrap();
            request.headers.insert(ECHO, echo.clone());
            let (reply, _) = send(&request);
            assert_eq!(reply.status.as_u16(), status, "{request:?}");
            let all: Vec<_> = reply.headers.get_all(ECHO).iter().collect();
            assert_eq!(all, [&echo], "{request:?}");
        }
        let mut twice = request.clone();
        twice.headers.append(ECHO, HeaderValue::from_static("two"));
        let (reply, _) = send(&twice);
        assert_eq!(reply.headers.get_all(ECHO).iter().count(), 2);
        let mut without = request.clone();
        without.headers.remove(ECHO);
        assert!(!send(&without).0.headers.contains_key(ECHO));
    }
}

#[test]
fn system_call_needs_both_headers() {
    let click = json!({
        "communicationId": "3f0c", "fromUserId": MASHA, "clientPhone": "375291112233",
        "realtimeCallItemId": "1.1",
    });
    for path in [CALL_PATH, HANGUP_PATH, "communications/3f0c/hangup"] {
        for pairs in [
            &[][..],
            &[("X-XCOM-AccessKey", KEY)],
            &[(ECHO, "echo-1")],
            &[("X-XCOM-AccessKey", ""), (ECHO, "echo-1")],
            &[("X-XCOM-AccessKey", " "), (ECHO, "echo-1")],
            &[("X-XCOM-AccessKey", KEY), (ECHO, "")],
            &[("X-XCOM-AccessKey", KEY), ("X-XCOM-AccessKey", "two"), (ECHO, "echo-1")],
            &[("Authorization", KEY), (ECHO, "echo-1")],
        ] {
            let mut request = post(path, &click);
            request.headers = headers(pairs);
            let (reply, event) = send(&request);
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {pairs:?}");
            assert!(reply.body.is_empty());
            assert_eq!(event.unwrap_err().kind(), ErrorKind::Input);
            assert_eq!(reply.headers.contains_key(ECHO), request.headers.contains_key(ECHO));
        }
        let mut lower = post(path, &click);
        lower.headers = headers(&[
            ("x-xcom-accesskey", KEY),
            ("x-xcom-accesskey", KEY),
            ("x-xcom-integration-echo", "echo-1"),
        ]);
        let (_, event) = send(&lower);
        assert_eq!(event.unwrap().access_key.unwrap().expose(), KEY);
    }
}

#[test]
fn request_for_other_workspace_is_forbidden() {
    let id = "5d7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
    for path in ["communications/call", "communications/1/hangup", "setup", "crm-callbacks"] {
        let at = |workspace: &str| format!("/api/v1/{workspace}/{path}");
        let forbidden = (403, ErrorKind::Auth);
        assert_eq!(refused(posted(&at("someone"), &json!({}))), forbidden);
        assert_eq!(refused(posted(&at("vochi-demo-2"), &json!({}))), forbidden);
        for (own, asked) in
            [("vochi-demo", "VOCHI-demo"), ("vochi-demo", id), (id, "vochi-demo"), ("", "someone")]
        {
            let request = post(&at(asked), &json!({}));
            let (reply, _) = parse(&account(), &config(own), &request);
            assert_ne!(reply.status, StatusCode::FORBIDDEN, "{own} {asked}");
        }
    }
}

#[test]
fn unknown_path_is_not_found() {
    for path in [
        "",
        "/",
        "/communications",
        "/communications/unknown",
        "/communications/call/more",
        "/Communications/Call",
        "/api/v1/someone/call",
    ] {
        let response = posted(path, &json!({}));
        assert_eq!(refused(response), (404, ErrorKind::Unsupported), "{path}");
    }
    let bare = InboundRequest::new(Method::GET, "/x", "", HeaderMap::new(), "");
    assert!(send(&bare).0.headers.is_empty());
}
