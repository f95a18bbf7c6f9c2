//! Sent bytes, seen from the other end of a socket.

use serde_json::{Value, json};
use vochi_crm_core::{Cx, Hub, LocalTime, Seconds};
use vochi_crm_retailcrm::Client;
use vochi_crm_retailcrm::api::{
    FindManager, GetCredentials, GetSettings, SendCallEvent, UploadCalls, UserFilter,
};
use vochi_crm_retailcrm::model::{CallDirection, CallResult, CallUpload, PhoneText, UserId};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::fixture::Fixture;
use super::support::{ext, phone, text};

const KEY: &str = "TEST-KEY-0000000000000000000000";

fn client(server: &MockServer) -> Client {
    Client::builder(server.uri()).api_key(KEY).build(&Hub::new().unwrap()).unwrap()
}

fn success() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"success": true}))
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The headers that every request has, and no others, from the fixture.
fn assert_headers(request: &Request, fixture: &Value) {
    let mut names: Vec<&str> = request.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let mut expected = vec!["accept", "accept-encoding", "host", "user-agent", "x-api-key"];
    if fixture["content_type"].is_string() {
        expected.extend(["content-length", "content-type"]);
    }
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (name, value) in fixture["headers"].as_object().unwrap() {
        assert_eq!(request.headers.get(name).unwrap(), value.as_str().unwrap(), "{name}");
    }
    assert!(request.headers["user-agent"].to_str().unwrap().starts_with("vochi-crm/"));
}

#[tokio::test]
async fn call_event_matches_the_fixture() {
    let server = MockServer::start().await;
    let fixture = Fixture::open("telephony_call_event");
    let wanted = fixture.request(None);
    Mock::given(method("POST"))
        .and(path("/api/v5/telephony/call/event"))
        .and(header("x-api-key", KEY))
        .and(body_string(wanted["wire_body"].as_str().unwrap()))
        .respond_with(success())
        .expect(1)
        .mount(&server)
        .await;
    let event = SendCallEvent::incoming(phone("+375291112233"))
        .codes([ext("101")])
        .codes([ext("102")])
        .user_ids([UserId::new(7).unwrap()])
        .user_ids([UserId::new(8).unwrap()])
        .call_external_id(text("pbx1-1773474900.42"))
        .external_phone(PhoneText::from(phone("+375171234567")))
        .site(text("shop-one"));
    client(&server).send(&Cx::live(), &event).await.unwrap();
    assert_headers(&only_request(&server).await, wanted);
}

#[tokio::test]
async fn upload_encodes_plus_and_blanks() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/v5/telephony/calls/upload"))
        .respond_with(success())
        .mount(&server)
        .await;
    let call = CallUpload::new(
        "2026-03-14 10:15:00".parse::<LocalTime>().unwrap(),
        CallDirection::In,
        phone("+375291112233"),
        CallResult::NoAnswer,
        text("pbx1-1"),
    )
    .code(ext("101"))
    .duration_waiting(Seconds::new(12));
    let upload = UploadCalls::new().calls([call]);
    client(&server).send(&Cx::history(), &upload).await.unwrap();
    let request = only_request(&server).await;
    assert_headers(&request, Fixture::open("telephony_calls_upload").request(None));
    let fields = super::support::form(std::str::from_utf8(&request.body).unwrap());
    let calls: Value = serde_json::from_str(&fields[0].1).unwrap();
    assert_eq!(calls[0]["phone"], "+375291112233");
    assert_eq!(calls[0]["date"], "2026-03-14 10:15:00");
}

#[tokio::test]
async fn key_is_in_a_header_not_in_the_url() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(success()).mount(&server).await;
    let client = client(&server);
    let cx = Cx::history();
    let asked = FindManager::new(phone("+375291112233")).details().ignore_status();
    client.send(&cx, &asked).await.unwrap();
    client.list(&cx, UserFilter::new().active().managers()).all().await.unwrap();
    client.send(&cx, GetCredentials).await.unwrap();
    client.send(&cx, GetSettings).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    for (request, name) in
        requests.iter().zip(["telephony_manager", "users_list", "credentials", "settings"])
    {
        let fixture = Fixture::open(name);
        let wanted = fixture.request(None);
        assert_headers(request, wanted);
        assert_eq!(request.url.path(), wanted["path"]);
        assert_eq!(request.url.query(), wanted["wire_query"].as_str(), "{name}");
        assert!(!request.url.as_str().contains(KEY));
    }
}
