//! Requests of RetailCRM, and the replies.

mod hostile;
mod module;
mod networks;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use vochi_crm_core::inbound::{
    Availability, InboundEvent, InboundKind, InboundReply, InboundRequest,
};
use vochi_crm_core::testing::conformance::{Inbound, recorded_request};
use vochi_crm_core::{Capability, CrmConnector as _, ErrorKind, Party, Result};
use vochi_crm_retailcrm::inbound::{MAKE_CALL_PATH, USER_STATUS_PATH};

use super::fixture::Fixture;
use super::support::{Bench, phone};

/// The account of the fixtures.
pub(crate) const CLIENT_ID: &str = "9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f";

const FORM: &str = "application/x-www-form-urlencoded";

type Response = (InboundReply, Result<InboundEvent>);

pub(crate) fn bench(client_id: Option<&str>) -> Bench {
    Bench::with(
        [],
        json!({"extensions": {"101": "7", "102": "8"}, "inbound_secret": "canary-inbound-secret"}),
        json!({"client_id": client_id}),
    )
}

fn send(bench: &Bench, request: &InboundRequest) -> Response {
    let answer = bench.connector.parse_inbound(request);
    assert!(bench.played().is_empty(), "parsing needs no network");
    answer
}

fn request(method: Method, path: &str, query: &str, form: Option<&str>) -> InboundRequest {
    let mut headers = HeaderMap::new();
    if form.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    }
    let body = form.unwrap_or_default().to_owned();
    InboundRequest::new(method, path, query, headers, body)
}

fn get(path: &str, query: &str) -> Response {
    send(&bench(Some(CLIENT_ID)), &request(Method::GET, path, query, None))
}

fn post(path: &str, form: &str) -> Response {
    send(&bench(Some(CLIENT_ID)), &request(Method::POST, path, "", Some(form)))
}

/// A GET with the right `clientId` before the rest of the query.
fn genuine(path: &str, rest: &str) -> Response {
    get(path, &format!("clientId={CLIENT_ID}&{rest}"))
}

fn event(answer: Response) -> InboundEvent {
    let (reply, event) = answer;
    let event = event.unwrap_or_else(|error| panic!("{} {error}", reply.status));
    assert_eq!(reply.status, StatusCode::OK);
    event
}

/// The status of a refusal and the kind of its error; the reply's body is empty.
fn refused(answer: Response) -> (u16, ErrorKind) {
    let (reply, event) = answer;
    assert!(reply.body.is_empty(), "{reply:?}");
    (reply.status.as_u16(), event.unwrap_err().kind())
}

/// Every request of the fixtures. A user and their extension can replace each other.
pub(crate) fn requests() -> Vec<Inbound> {
    let mut all = Vec::new();
    for (name, required) in [
        ("inbound_make_call", &["phone", "userId"][..]),
        ("inbound_change_user_status", &["status", "userId"]),
        ("inbound_module_activity", &["activity"]),
        ("inbound_module_settings", &[]),
    ] {
        for (index, request) in Fixture::open(name).requests().into_iter().enumerate() {
            let row = Inbound::new(format!("{name} {index}"), recorded_request(request));
            // Whether the module is active decides between two kinds.
            let row = row.required(required).credential("clientId").steers(&["activity"]);
            all.push(row);
        }
    }
    for request in Fixture::open("inbound_trigger_webhook").requests() {
        let mut request = recorded_request(request);
        let genuine = |text: &str| text.replace("TEST-TRIGGER-SECRET", CLIENT_ID);
        request.query = genuine(&request.query);
        request.body = genuine(std::str::from_utf8(&request.body).unwrap()).into();
        let row = Inbound::new("inbound_trigger_webhook", request).credential("secret");
        all.push(row.required(&["event"]).steers(&["event"]));
    }
    for request in Fixture::open("inbound_simple_connection").requests() {
        all.push(
            Inbound::new("inbound_simple_connection", recorded_request(request)).unsupported(),
        );
    }
    all
}

/// Parses a fixture's request, and compares the reply with the one called `ok`: the status, and a
/// JSON body. Texts for people are not sent.
fn play(fixture: &str, name: Option<&str>, client_id: &str) -> InboundEvent {
    let fixture = Fixture::open(fixture);
    let (reply, event) = send(&bench(Some(client_id)), &recorded_request(fixture.request(name)));
    let event = event.unwrap();
    assert_eq!(reply.status, StatusCode::OK);
    match fixture.body("ok") {
        Value::String(_) => assert!(reply.body.is_empty() && reply.headers.is_empty()),
        json => {
            assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), json);
            assert_eq!(reply.headers[CONTENT_TYPE], "application/json");
        }
    }
    event
}

#[test]
fn connector_supports_click_to_call() {
    let bench = bench(None);
    assert!(bench.connector.capabilities().has(Capability::ClickToCall));
    assert!(!bench.connector.capabilities().has(Capability::HangupFromCrm));
}

#[test]
fn click_is_read_from_query_or_form() {
    let click = play("inbound_make_call", None, CLIENT_ID);
    assert_eq!(click.kind, InboundKind::ClickToCall);
    assert_eq!(click.phone, Some(phone("+375291112233").into()));
    assert_eq!(click.phone_raw.as_deref(), Some("+375291112233"));
    assert_eq!(click.our_number, Some(phone("+375171234567").into()));
    assert_eq!(click.user_id.as_ref().unwrap().as_str(), "7");
    assert_eq!(click.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!((&click.crm_call_id, &click.entity, &click.clicked_on), (&None, &None, &None));
    assert_eq!(
        json!(click.raw),
        json!({
            "clientId": "***", "code": "101", "phone": "+375291112233", "userId": "7",
            "externalPhone": "+375171234567",
        })
    );
    let form = Some("post_form_accept_too_unverified");
    assert_eq!(play("inbound_make_call", form, CLIENT_ID), click);
}

#[test]
fn click_without_code_rings_the_user_extension() {
    let name = Some("without_code_and_externalPhone");
    let click = play("inbound_make_call", name, CLIENT_ID);
    assert_eq!(click.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(click.phone, Some(phone("+375291112233").into()));
    assert_eq!(click.phone_raw.as_deref(), Some("375291112233"));
    assert_eq!(click.our_number, None);
    let full = play("inbound_make_call", None, CLIENT_ID);
    assert_eq!(click.id, full.id, "same employee and number");
}

#[test]
fn code_of_a_click_overrides_the_directory() {
    let click = event(genuine(MAKE_CALL_PATH, "phone=%2B375291112233&userId=7&code=300"));
    assert_eq!(click.extension.unwrap().as_str(), "300");
    let click = event(genuine(MAKE_CALL_PATH, "phone=%2B375291112233&code=102"));
    assert_eq!(click.user_id.unwrap().as_str(), "8");
    let click = event(genuine(MAKE_CALL_PATH, "phone=%2B375291112233&userId=7&code=%0A%07%0A1"));
    assert_eq!(click.extension.unwrap().as_str(), "101", "an invalid extension is ignored");
}

#[test]
fn click_without_extension_is_refused() {
    let wrong = (400, ErrorKind::Input);
    for rest in [
        "userId=7&code=101",
        "phone=&userId=7",
        "phone=anonymous&userId=7",
        "phone=%2B375291112233",
        "phone=%2B375291112233&userId=99",
        "phone=%2B375291112233&userId=you",
        "phone=%2B375291112233&phone=%2B375291112244&userId=7",
        "phone=%2B375291112233&userId=7&userId=8",
    ] {
        assert_eq!(refused(genuine(MAKE_CALL_PATH, rest)), wrong, "{rest}");
    }
    let (_, error) = genuine(MAKE_CALL_PATH, "phone=%2B375291112233&userId=99");
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("retailcrm account shop: makeCallUrl: cannot read the click: user 99 "),
        "{message}"
    );
}

#[test]
fn numbers_are_parsed_and_kept_raw() {
    for (sent, read, raw) in [
        ("8029+111-22-33", Some("+375291112233"), "8029 111-22-33"),
        ("+375291112233", Some("+375291112233"), "375291112233"),
        ("80+29+1112233", Some("+375291112233"), "80 29 1112233"),
        ("1234567890123456789", None, "1234567890123456789"),
    ] {
        let click = event(genuine(MAKE_CALL_PATH, &format!("phone={sent}&userId=7")));
        let expected = read.map_or(Party::Raw(raw.to_owned()), |read| phone(read).into());
        assert_eq!(click.phone, Some(expected), "{sent}");
        assert_eq!(click.phone_raw.as_deref(), Some(raw));
    }
}

#[test]
fn same_click_has_the_same_id_in_any_form() {
    let id = |rest: &str| event(genuine(MAKE_CALL_PATH, rest)).id;
    let click = id("phone=%2B375291112233&userId=7");
    for same in [
        "userId=7&phone=%2B375291112233",
        "phone=80291112233&userId=7&code=101",
        "phone=%2B375291112233&phone=%2B375291112233&userId=07&x=1",
        "code=101&phone=%2B375291112233",
        "phone=%2B375291112233&userId=7&externalPhone=%2B375171234567",
    ] {
        assert_eq!(id(same), click, "{same}");
    }
    for other in ["phone=%2B375291112234&userId=7", "phone=%2B375291112233&userId=8"] {
        assert_ne!(id(other), click, "{other}");
    }
    let elsewhere =
        Bench::with([], json!({"extensions": {"101": "7"}}), json!({"client_id": CLIENT_ID}));
    let query = format!("clientId={CLIENT_ID}&phone=%2B375291112233&userId=7");
    let again = send(&elsewhere, &request(Method::GET, MAKE_CALL_PATH, &query, None));
    assert_eq!(event(again).id, click, "the id does not depend on the process");
    assert!(!click.contains("375291112233"), "ids are logged, so they contain no number");
}

#[test]
fn status_is_read_from_query_or_form() {
    let busy = play("inbound_change_user_status", None, CLIENT_ID);
    assert_eq!(busy.kind, InboundKind::UserStatusChanged);
    assert_eq!(busy.availability, Some(Availability::Away));
    assert_eq!(busy.user_id.as_ref().unwrap().as_str(), "7");
    assert_eq!(busy.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(busy.raw["status"], "busy");
    let form = Some("post_form_accept_too_unverified");
    assert_eq!(play("inbound_change_user_status", form, CLIENT_ID), busy);
    let dinner = play("inbound_change_user_status", Some("without_code"), CLIENT_ID);
    assert_eq!(dinner.extension.unwrap().as_str(), "101");
    assert_eq!(dinner.availability, Some(Availability::Away));
    assert_ne!(dinner.id, busy.id);
}

#[test]
fn unknown_status_is_kept() {
    let free = event(genuine(USER_STATUS_PATH, "userId=7&status=free"));
    assert_eq!(free.availability, Some(Availability::Available));
    let other = event(genuine(USER_STATUS_PATH, "userId=55&status=on+a+horse"));
    assert_eq!(other.availability, None);
    assert_eq!(other.raw["status"], "on a horse");
    assert_eq!(other.extension, None, "an unmapped user is still a user");
    for rest in ["userId=7", "status=busy"] {
        let answer = genuine(USER_STATUS_PATH, rest);
        assert_eq!(refused(answer), (400, ErrorKind::Input), "{rest}");
    }
}
