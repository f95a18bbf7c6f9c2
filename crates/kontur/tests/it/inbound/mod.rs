//! Requests from Kontur and the replies to them.

mod calls;
mod echo;
mod networks;
mod untrusted;
mod webhooks;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::testing::conformance::{Inbound, recorded_request};
use vochi_crm_core::{Account, AccountConfig, ErrorKind, PhoneNumber, Result};
use vochi_crm_kontur::inbound::{ECHO, parse};
use vochi_crm_kontur::{CRM, Config};

use super::fixture::{Fixture, names};

/// The two employees of the fixtures.
const MASHA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";
const DIMA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000102";

/// The echo and the key of the fixtures.
const ECHOED: &str = "echo-7g8-d6a-0001";
pub(crate) const KEY: &str = "test-access-key-0002";

const CALL: &str = "/communications/call";

type Response = (InboundReply, Result<InboundEvent>);

fn account() -> Account {
    let config: AccountConfig = serde_json::from_value(json!({
        "default_region": "BY",
        "extensions": {"101": MASHA, "102": DIMA.to_uppercase()},
        "inbound_secret": "canary-inbound-secret",
    }))
    .unwrap();
    config.account("office").unwrap()
}

fn config(workspace: &str) -> Config {
    serde_json::from_value(json!({
        "workspace": workspace,
        "api_key": "canary-api-key",
        "integration_secret": "secretKey=canary-secret-value",
        "access_key": "canary-access-key",
        "bearer": "canary-bearer",
    }))
    .unwrap()
}

pub(crate) fn send(request: &InboundRequest) -> Response {
    parse(&account(), &config("vochi-demo"), request)
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

/// Builds a request with the two headers of a system call.
fn request(method: Method, path: &str, body: impl Into<Vec<u8>>) -> InboundRequest {
    let headers = headers(&[("X-XCOM-AccessKey", KEY), (ECHO, ECHOED)]);
    InboundRequest::new(method, path, "", headers, body.into())
}

fn post(path: &str, body: &Value) -> InboundRequest {
    request(Method::POST, path, body.to_string())
}

/// Returns the reply to a POST with the two headers of a system call.
fn posted(path: &str, body: &Value) -> Response {
    send(&post(path, body))
}

/// Every request of the fixtures. A client and a colleague replace each other.
pub(crate) fn requests() -> Vec<Inbound> {
    let row = |name: String| {
        let row = Inbound::new(name.clone(), recorded_request(Fixture::open(&name).request()));
        row.steers(&["type", "entityIds", "changeData"]).required(match kind_of(&name) {
            InboundKind::ClickToCall => {
                &["communicationId", "fromUserId", "toUserId", "clientPhone"]
            }
            InboundKind::Hangup => &["realtimeCallItemId"],
            _ => &[],
        })
    };
    from_kontur().into_iter().map(row).collect()
}

/// Returns the names of the fixtures of inbound requests.
fn from_kontur() -> Vec<String> {
    let all = names().into_iter();
    all.filter(|name| name.starts_with("inbound-")).collect()
}

/// Returns the event of an accepted request.
fn accepted(response: Response) -> InboundEvent {
    let (reply, event) = response;
    let event = event.unwrap_or_else(|error| panic!("{} {error}", reply.status));
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers[ECHO], ECHOED);
    event
}

/// Returns the status and error kind of a refusal, which has the echo and no body.
fn refused(response: Response) -> (u16, ErrorKind) {
    let (reply, event) = response;
    let error = event.unwrap_err();
    assert!(reply.body.is_empty(), "{reply:?}");
    assert_eq!(reply.headers[ECHO], ECHOED, "{error}");
    assert_eq!(reply.headers.len(), 1, "{reply:?}");
    assert_eq!(error.crm(), Some(CRM));
    assert_eq!(error.account().unwrap().as_str(), "office");
    (reply.status.as_u16(), error.kind())
}

/// Returns the body and error of a 409 reply.
fn conflict(response: Response) -> (Value, vochi_crm_core::Error) {
    let (reply, event) = response;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert_eq!(reply.headers[ECHO], ECHOED);
    assert_eq!(reply.headers[CONTENT_TYPE], "application/json; charset=utf-8");
    let body = serde_json::from_slice(&reply.body).unwrap();
    (body, event.unwrap_err())
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// Returns the expected event kind of a fixture.
fn kind_of(fixture: &str) -> InboundKind {
    match fixture {
        name if name.starts_with("inbound-call") => InboundKind::ClickToCall,
        name if name.starts_with("inbound-hangup") => InboundKind::Hangup,
        "inbound-webhook-entity-event" => InboundKind::CustomerChanged,
        "inbound-webhook-sync" => InboundKind::SyncRequested,
        "inbound-webhook-upgrade" => InboundKind::Other("setup/upgrade".to_owned()),
        other => panic!("{other}: unknown fixture"),
    }
}

#[test]
fn every_fixture_gets_documented_reply() {
    let names = from_kontur();
    assert_eq!(names.len(), 9);
    for name in names {
        let fixture = Fixture::open(&name);
        let (reply, event) = send(&recorded_request(fixture.request()));
        let wanted = fixture.response("accepted");
        assert_eq!(reply.status, wanted.status, "{name}");
        assert_eq!(reply.headers, wanted.headers, "{name}");
        assert_eq!(reply.body, wanted.body, "{name}");
        assert_eq!(event.unwrap().kind, kind_of(&name), "{name}");
    }
}

#[test]
fn scenario_requests_are_accepted() {
    for (scenario, kind) in [
        ("scenario-click-to-call", InboundKind::ClickToCall),
        ("scenario-click-to-call-failed", InboundKind::ClickToCall),
        ("scenario-consultation", InboundKind::Hangup),
    ] {
        let folder = env!("CARGO_MANIFEST_DIR");
        let path = format!("{folder}/../../fixtures/kontur/{scenario}.json");
        let scenario: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut steps = scenario["steps"].as_array().unwrap().iter();
        let step = steps.find(|step| step["from"] == "kontur").unwrap();
        let event = accepted(send(&recorded_request(&step["request"])));
        assert_eq!(event.kind, kind, "{path}");
    }
}
