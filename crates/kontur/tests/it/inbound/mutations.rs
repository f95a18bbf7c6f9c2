//! Every inbound fixture with one mutation at a time.

use http::StatusCode;
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundKind, InboundRequest};
use vochi_crm_kontur::inbound::ECHO;

use super::super::fixture::Fixture;
use super::{ECHOED, KEY, from_kontur, kind_of, of_fixture, send};

/// Returns the required fields of a request. A client and a colleague replace each other.
fn required(kind: &InboundKind) -> &'static [&'static str] {
    match kind {
        InboundKind::ClickToCall => {
            &["/communicationId", "/fromUserId", "/toUserId", "/clientPhone"]
        }
        InboundKind::Hangup => &["/realtimeCallItemId"],
        _ => &[],
    }
}

/// Collects the JSON pointers of all values.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, own)| (key.clone(), own)).collect(),
        Value::Array(list) => (0..).map(|at: usize| at.to_string()).zip(list).collect(),
        _ => return,
    };
    for (step, own) in children {
        let pointer = format!("{at}/{step}");
        pointers(own, &pointer, all);
        all.push(pointer);
    }
}

/// Returns the body with this value dropped, renamed, and replaced by every other type.
fn changes(body: &Value, pointer: &str) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    for what in ["dropped", "renamed"] {
        let mut body = body.clone();
        match body.pointer_mut(parent).unwrap() {
            Value::Object(map) => {
                let value = map.remove(last).unwrap();
                if what == "renamed" {
                    map.insert(format!("{last}_2"), value);
                }
            }
            list => {
                list.as_array_mut().unwrap().remove(last.parse().unwrap());
            }
        }
        all.push((what, body));
    }
    for (what, value) in [
        ("null", Value::Null),
        ("a text", json!("text")),
        ("an empty text", json!("")),
        ("a long text", json!("9".repeat(2_000))),
        ("no id", json!("00000000-0000-0000-0000-000000000000")),
        ("a control character", json!("1\r\nOriginate: 2")),
        ("a number", json!(-7.5)),
        ("a huge number", json!(1e300)),
        ("a flag", json!(true)),
        ("an empty list", json!([])),
        ("a list", json!([1, "two", null, {"id": []}])),
        ("an empty map", json!({})),
        ("a map", json!({"id": {"id": 1}, "number": []})),
    ] {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        all.push((what, body));
    }
    all
}

/// Sends a request and checks the invariants of every reply.
fn check(pointer: &str, request: &InboundRequest) -> Result<InboundKind, (StatusCode, ErrorKind)> {
    let (reply, event) = send(request);
    assert_eq!(reply.headers[ECHO], ECHOED, "{pointer}");
    assert_eq!(event.is_ok(), reply.status == StatusCode::OK, "{pointer}");
    let text = format!("{reply:?} {event:?}");
    assert!(!text.contains(KEY), "{pointer}: {text}");
    match event {
        Ok(event) => {
            assert!(!event.id.is_empty(), "{pointer}");
            assert!(!event.raw.contains_key("X-XCOM-AccessKey"), "{pointer}");
            Ok(event.kind)
        }
        Err(error) => {
            assert!(!error.message().is_empty(), "{pointer}");
            Err((reply.status, error.kind()))
        }
    }
}

#[test]
fn mutated_field_gives_event_or_refusal() {
    let mut seen = 0_usize;
    for name in from_kontur() {
        let fixture = Fixture::open(&name);
        let whole = of_fixture(fixture.request());
        let kind = check(&name, &whole).unwrap();
        assert_eq!(kind, kind_of(&name));
        let body = &fixture.request()["body"];
        let mut all = Vec::new();
        pointers(body, "", &mut all);
        for pointer in all {
            for (what, changed) in changes(body, &pointer) {
                seen += 1;
                let text = format!("{name}: {pointer} {what}");
                let mut request = whole.clone();
                request.body = changed.to_string().into();
                match check(&text, &request) {
                    Ok(read) => {
                        let steers = ["/type", "/entityIds", "/changeData"];
                        let may_differ = steers.iter().any(|steer| pointer.starts_with(steer));
                        assert!(read == kind || may_differ, "{text}: {read:?}");
                    }
                    Err((status, error)) => {
                        assert!(required(&kind).contains(&pointer.as_str()), "{text}: {status}");
                        assert_eq!(error, ErrorKind::Input, "{text}");
                        let wrong = [StatusCode::BAD_REQUEST, StatusCode::CONFLICT];
                        assert!(wrong.contains(&status), "{text}: {status}");
                    }
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn other_body_type_gives_event_or_refusal() {
    for name in from_kontur() {
        let fixture = Fixture::open(&name);
        let whole = of_fixture(fixture.request());
        let needs_a_body = !fixture.request()["body"].is_null();
        for body in [json!(null), json!([]), json!([{}]), json!("OK"), json!(7)] {
            let mut request = whole.clone();
            request.body = body.to_string().into();
            let text = format!("{name}: {body}");
            let read = check(&text, &request);
            assert_eq!(read.is_err(), needs_a_body, "{text}");
        }
    }
}

#[test]
fn missing_header_fails_system_calls_only() {
    for name in from_kontur() {
        let whole = of_fixture(Fixture::open(&name).request());
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
