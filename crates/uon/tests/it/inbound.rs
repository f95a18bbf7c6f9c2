//! Requests of U-ON, and the replies.

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use vochi_crm_core::inbound::{
    Availability, InboundEvent, InboundKind, InboundReply, InboundRequest,
};
use vochi_crm_core::testing::Fixture;
use vochi_crm_core::testing::conformance::{CrmUnderTest as _, Inbound, recorded_request};
use vochi_crm_core::{CrmConnector as _, ErrorKind, Result};
use vochi_crm_uon::inbound::HOOK_PATH;
use vochi_crm_uon::model::HookType;

use super::conformance::UOn;
use super::support::Bench;

type Response = (InboundReply, Result<InboundEvent>);

pub(crate) fn bench() -> Bench {
    Bench::new([])
}

fn folder() -> String {
    format!("{}/inbound", UOn::FIXTURES)
}

/// The recorded request of a fixture, at the path of our webhooks.
fn recorded(fixture: &Fixture) -> InboundRequest {
    let mut recorded = fixture.request(None).clone();
    recorded["path"] = json!(HOOK_PATH);
    let pairs = |query: &Value| {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in query.as_object().into_iter().flatten() {
            text.append_pair(name, value.as_str().unwrap());
        }
        text.finish()
    };
    recorded["wire_query"] = json!(pairs(&recorded["query"]));
    if let Value::String(body) = &recorded["body"] {
        recorded["wire_body"] = json!(body);
    }
    recorded_request(&recorded)
}

/// The requests for the suite. Those with the account's subdomain are sent without it, so that
/// `uon_id` alone proves the account.
pub(crate) fn requests() -> Vec<Inbound> {
    let row = |name: &str| {
        let mut request = recorded(&Fixture::open(folder(), name));
        let without = |text: &str| {
            let kept = text.split('&').filter(|pair| !pair.starts_with("uon_subdomain="));
            kept.collect::<Vec<_>>().join("&")
        };
        request.query = without(&request.query);
        if !request.body.starts_with(b"{") {
            request.body = without(std::str::from_utf8(&request.body).unwrap()).into();
        }
        Inbound::new(name, request).credential("uon_id")
    };
    let click = |name| row(name).steers(&["type_id", "method", "метод"]);
    vec![
        click("click_form_minimal").required(&["phone", "method"]),
        click("click_json").required(&["phone", "method"]),
        click("click_wrong_content_type").required(&["phone", "method"]),
        click("click_form_russian_keys").required(&["телефон", "метод"]),
        click("click_get_query").required(&["phone"]),
        click("click_form_full_brackets").required(&["phone"]),
        row("client_created_form_brackets").required(&["type_id"]).steers(&["type_id"]),
        row("client_created_form_json").required(&["type_id"]).steers(&["type_id", "client"]),
        row("client_changed_id_only").required(&["type_id", "client_id"]).steers(&["type_id"]),
        row("manager_status").required(&["type_id", "user_id"]).steers(&["type_id"]),
        row("missed_call").required(&["type_id"]).steers(&["type_id"]),
        row("lead_created").required(&["type_id"]).steers(&["type_id"]),
    ]
}

/// The recorded request of a fixture of U-ON's webhooks.
pub(crate) fn hook(name: &str) -> InboundRequest {
    recorded(&Fixture::open(folder(), name))
}

fn parse(name: &str) -> Response {
    bench().connector.parse_inbound(&hook(name))
}

#[test]
fn every_recorded_request_is_read_as_expected() {
    for name in Fixture::names(folder()) {
        if name == "bad_secret" {
            // The host compares the secret before it passes the request on.
            continue;
        }
        let fixture = Fixture::open(folder(), &name);
        let (expected, (reply, event)) = (&fixture.content()["expect"], parse(&name));
        let event = event.unwrap_or_else(|error| panic!("{name}: {error}"));
        let kind = match expected["kind"].as_str().unwrap() {
            "click_to_call" => "click_to_call",
            "client_changed" => "customer_changed",
            "manager_status" => "user_status_changed",
            _ => "other",
        };
        assert_eq!(event.kind.as_str(), kind, "{name}");
        let user = expected["user_id"].as_u64().map(|id| id.to_string());
        if kind == "click_to_call" {
            assert_eq!(event.user_id.map(|user| user.to_string()), user, "{name}");
            let phone = event.phone.unwrap().to_string();
            assert_eq!(json!(phone), expected["phone"], "{name}");
        }
        if let Some(client) = expected["client_id"].as_u64() {
            let entity = event.entity.unwrap();
            assert_eq!((entity.kind.as_str(), entity.id), ("client", client.to_string()), "{name}");
        }
        let answer = fixture.content()["responses"][0].clone();
        assert_eq!(json!(reply.status.as_u16()), answer["status"], "{name}");
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body, answer["body"], "{name}");
    }
}

#[test]
fn click_is_for_the_extension_of_the_user() {
    let event = parse("click_form_minimal").1.unwrap();
    assert_eq!(event.extension.unwrap().as_str(), "151");
    let unknown = parse("click_form_no_user").1.unwrap();
    assert_eq!((unknown.extension, unknown.user_id), (None, None));
    assert_eq!(unknown.entity.unwrap().id, "7", "its manager may place the call");
}

#[test]
fn number_with_a_lost_plus_is_read() {
    let event = parse("client_created_brackets_raw_plus").1.unwrap();
    assert_eq!(event.phone.unwrap().to_string(), "+375291112233");
}

#[test]
fn missed_call_of_the_crm_keeps_extension_and_line() {
    let event = parse("missed_call").1.unwrap();
    assert_eq!(event.kind, InboundKind::Other("call_missed".to_owned()));
    assert_eq!(event.extension.unwrap().as_str(), "151");
    assert_eq!(event.phone.unwrap().to_string(), "+375296254070");
    assert!(event.our_number.is_some());
}

#[test]
fn status_of_a_manager_is_availability() {
    let event = parse("manager_status").1.unwrap();
    assert_eq!(event.availability, Some(Availability::Away));
    assert_eq!(event.extension.unwrap().as_str(), "151");
}

#[test]
fn client_in_json_and_in_brackets_is_the_same() {
    let json = parse("client_created_form_json").1.unwrap();
    let brackets = parse("client_created_form_brackets").1.unwrap();
    assert_eq!(json.raw["client[u_surname]"], brackets.raw["client[u_surname]"]);
    assert_eq!(json.phone, brackets.phone);
}

#[test]
fn request_of_another_or_no_account_is_refused() {
    let send = |query: &str, changes: Value| {
        let request = InboundRequest::new(Method::GET, HOOK_PATH, query, HeaderMap::new(), "");
        let (reply, event) = Bench::with([], changes).connector.parse_inbound(&request);
        (reply.status.as_u16(), event.err().map(|error| error.kind()))
    };
    let click = "method=call&user_id=2&phone=375296254070";
    for (account, refused) in [
        ("&uon_id=12345", None),
        ("&uon_subdomain=id12345", None),
        ("&uon_id=12345&uon_subdomain=id12345", None),
        ("&uon_id=12346", Some(ErrorKind::Auth)),
        ("&uon_id=12345&uon_subdomain=id12346", Some(ErrorKind::Auth)),
        ("&uon_id=", Some(ErrorKind::Auth)),
        ("", Some(ErrorKind::Auth)),
        ("&u_id=12345", Some(ErrorKind::Auth)),
    ] {
        let status = if refused.is_some() { 403 } else { 200 };
        assert_eq!(send(&format!("{click}{account}"), json!({})), (status, refused), "{account}");
    }
    let unconfigured = send(&format!("{click}&uon_id=12345"), json!({"account_id": null}));
    assert_eq!(unconfigured, (403, Some(ErrorKind::Config)));
    let networks = json!({"allowed_networks": ["192.0.2.0/24"]});
    assert_eq!(send(&format!("{click}&uon_id=12345"), networks), (403, Some(ErrorKind::Auth)));
}

#[test]
fn every_type_of_the_table_is_an_event() {
    for kind in HookType::ALL {
        let query = format!(
            "uon_id=12345&type_id={}&client_id=7&user_id=2&phone=375296254070",
            kind.number()
        );
        let request = InboundRequest::new(Method::GET, "", query, HeaderMap::new(), "");
        let (reply, event) = bench().connector.parse_inbound(&request);
        let event = event.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(reply.body, r#"{"ok":true}"#, "{kind:?}");
        if let InboundKind::Other(name) = &event.kind {
            assert_eq!(*name, kind.name());
        }
    }
}
