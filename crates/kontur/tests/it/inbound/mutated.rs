//! Every request of the fixtures to us, with one thing wrong at a time.

use http::StatusCode;
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundKind, InboundRequest};
use vochi_crm_kontur::inbound::ECHO;

use super::super::fixture::Fixture;
use super::{ECHOED, KEY, from_kontur, kind_of, of_fixture, send};

/// The fields without which nothing can be made of a request. A client and a colleague stand in for
/// each other.
fn vital(kind: &InboundKind) -> &'static [&'static str] {
    match kind {
        InboundKind::ClickToCall => {
            &["/communicationId", "/fromUserId", "/toUserId", "/clientPhone"]
        }
        InboundKind::Hangup => &["/realtimeCallItemId"],
        _ => &[],
    }
}

/// Where everything in a body stands.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, own)| (key.clone(), own)).collect(),
        Value::Array(list) => (0..).map(|at: usize| at.to_string()).zip(list).collect(),
        _ => return,
    };
    for (step, own) in children {
        let place = format!("{at}/{step}");
        places(own, &place, all);
        all.push(place);
    }
}

/// The body with this place dropped, renamed, and as every other type.
fn changes(body: &Value, place: &str) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    let (parent, last) = place.rsplit_once('/').unwrap();
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
        *body.pointer_mut(place).unwrap() = value;
        all.push((what, body));
    }
    all
}

/// Sends a request and looks at what has to hold whatever it says.
fn look(place: &str, request: &InboundRequest) -> Result<InboundKind, (StatusCode, ErrorKind)> {
    let (reply, event) = send(request);
    assert_eq!(reply.headers[ECHO], ECHOED, "{place}");
    assert_eq!(event.is_ok(), reply.status == StatusCode::OK, "{place}");
    let told = format!("{reply:?} {event:?}");
    assert!(!told.contains(KEY), "{place}: {told}");
    match event {
        Ok(event) => {
            assert!(!event.id.is_empty(), "{place}");
            assert!(!event.raw.contains_key("X-XCOM-AccessKey"), "{place}");
            Ok(event.kind)
        }
        Err(error) => {
            assert!(!error.message().is_empty(), "{place}");
            Err((reply.status, error.kind()))
        }
    }
}

#[test]
fn one_wrong_field_is_an_event_or_a_refusal_and_never_more() {
    let mut seen = 0_usize;
    for name in from_kontur() {
        let fixture = Fixture::open(&name);
        let whole = of_fixture(fixture.request());
        let kind = look(&name, &whole).unwrap();
        assert_eq!(kind, kind_of(&name));
        let body = &fixture.request()["body"];
        let mut all = Vec::new();
        places(body, "", &mut all);
        for place in all {
            for (what, changed) in changes(body, &place) {
                seen += 1;
                let told = format!("{name}: {place} {what}");
                let mut request = whole.clone();
                request.body = changed.to_string().into();
                match look(&told, &request) {
                    Ok(read) => {
                        let steers = ["/type", "/entityIds", "/changeData"];
                        let may_differ = steers.iter().any(|steer| place.starts_with(steer));
                        assert!(read == kind || may_differ, "{told}: {read:?}");
                    }
                    Err((status, error)) => {
                        assert!(vital(&kind).contains(&place.as_str()), "{told}: {status}");
                        assert_eq!(error, ErrorKind::Input, "{told}");
                        let wrong = [StatusCode::BAD_REQUEST, StatusCode::CONFLICT];
                        assert!(wrong.contains(&status), "{told}: {status}");
                    }
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn a_body_of_another_type_is_an_event_or_a_refusal() {
    for name in from_kontur() {
        let fixture = Fixture::open(&name);
        let whole = of_fixture(fixture.request());
        let needs_a_body = !fixture.request()["body"].is_null();
        for body in [json!(null), json!([]), json!([{}]), json!("OK"), json!(7)] {
            let mut request = whole.clone();
            request.body = body.to_string().into();
            let told = format!("{name}: {body}");
            let read = look(&told, &request);
            assert_eq!(read.is_err(), needs_a_body, "{told}");
        }
    }
}

#[test]
fn one_header_less_costs_a_system_call_only() {
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
