//! Requests of Bitrix24, and the replies.

use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use vochi_crm_core::inbound::{ClickedOn, InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::testing::Fixture;
use vochi_crm_core::testing::conformance::{CrmUnderTest as _, Inbound};
use vochi_crm_core::{CrmConnector as _, ErrorKind, Result};

use super::conformance::Bitrix24;
use super::support::{APPLICATION_TOKEN, Bench, CALL_ID};

type Response = (InboundReply, Result<InboundEvent>);

/// An account with a fallback user for callbacks.
pub(crate) fn bench() -> Bench {
    Bench::with([], json!({"default_user": "17"}))
}

/// The recorded event, with the account's application token.
fn recorded(name: &str) -> InboundRequest {
    let fixture = Fixture::open(Bitrix24::FIXTURES, name);
    let body = fixture.request(None)["body"].as_str().unwrap().to_owned();
    let samples = ["sample-application-token-0001", "sample-application-token-0002"];
    let body = samples.iter().fold(body, |body, one| body.replace(one, APPLICATION_TOKEN));
    request(&body)
}

fn request(body: &str) -> InboundRequest {
    InboundRequest::new(Method::POST, "/events", "", HeaderMap::new(), body.to_owned())
}

/// The requests for the suite, proved by the application token alone.
pub(crate) fn requests() -> Vec<Inbound> {
    let row = |name: &str| {
        let mut request = recorded(name);
        let text = String::from_utf8(request.body.to_vec()).unwrap();
        let named = ["auth%5Bdomain%5D=", "auth%5Bclient_endpoint%5D="];
        let kept = text.split('&').filter(|pair| !named.iter().any(|name| pair.starts_with(name)));
        request.body = kept.collect::<Vec<_>>().join("&").into();
        Inbound::new(name, request).credential("auth[application_token]").steers(&["event"])
    };
    vec![
        row("event.ONEXTERNALCALLSTART").required(&["event", "data[CALL_ID]", "data[USER_ID]"]),
        row("event.ONEXTERNALCALLSTART.minimal").required(&[
            "event",
            "data[CALL_ID]",
            "data[USER_ID]",
        ]),
        row("event.ONEXTERNALCALLBACKSTART").required(&["event", "data[PHONE_NUMBER]"]),
        row("event.ONVOXIMPLANTCALLEND").required(&["event"]),
        row("event.ONVOXIMPLANTCALLINIT").required(&["event"]),
        row("event.ONVOXIMPLANTCALLSTART").required(&["event"]),
        row("event.ONAPPINSTALL").required(&["event", "auth[access_token]"]),
        row("event.ONAPPUNINSTALL").required(&["event"]),
        row("event.ONAPPUPDATE").required(&["event", "auth[access_token]"]),
        row("event.ONAPPTEST").required(&["event"]),
        row("event.ONOFFLINEEVENT").required(&["event"]),
    ]
}

fn parse(request: &InboundRequest) -> Response {
    bench().connector.parse_inbound(request)
}

fn event_of(name: &str) -> InboundEvent {
    let (reply, event) = parse(&recorded(name));
    assert_eq!(reply.status, StatusCode::OK, "{name}");
    event.unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn click_has_the_registered_call() {
    let click = event_of("event.ONEXTERNALCALLSTART");
    assert_eq!(click.kind, InboundKind::ClickToCall);
    assert_eq!(click.crm_call_id.unwrap().as_str(), CALL_ID);
    assert_eq!(click.phone.unwrap().to_string(), "+375291112233");
    assert_eq!(click.extension.unwrap().as_str(), "151");
    assert_eq!(click.clicked_on, Some(ClickedOn::Desktop));
    let entity = click.entity.unwrap();
    assert_eq!((entity.kind.as_str(), entity.id.as_str()), ("CONTACT", "797"));
}

#[test]
fn click_in_the_mobile_application_has_the_international_number() {
    let click = event_of("event.ONEXTERNALCALLSTART.minimal");
    assert_eq!(click.clicked_on, Some(ClickedOn::Mobile));
    assert_eq!(click.phone.unwrap().to_string(), "+375291112233");
    assert_eq!(click.phone_raw.as_deref(), Some("8 (029) 111-22-33"), "as it is stored");
    assert_eq!((click.our_number, click.entity), (None, None), "empty values are none");
}

#[test]
fn raw_brackets_are_read_too() {
    let recorded = recorded("event.ONEXTERNALCALLSTART");
    let body = String::from_utf8(recorded.body.to_vec()).unwrap();
    let raw = request(&body.replace("%5B", "[").replace("%5D", "]"));
    assert_eq!(parse(&raw).1.unwrap(), parse(&recorded).1.unwrap());
}

#[test]
fn callback_is_for_the_fallback_user_or_refused() {
    let callback = event_of("event.ONEXTERNALCALLBACKSTART");
    assert_eq!(callback.kind, InboundKind::CallbackRequest);
    assert_eq!(callback.extension.unwrap().as_str(), "151");
    assert_eq!(callback.raw["data[voice]"], "ruinternalfemale");
    let bench = Bench::new([]);
    let (reply, event) = bench.connector.parse_inbound(&recorded("event.ONEXTERNALCALLBACKSTART"));
    let error = event.unwrap_err();
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("default_user")));
}

#[test]
fn installation_has_its_tokens_and_prints_none() {
    let installed = event_of("event.ONAPPINSTALL");
    assert_eq!(installed.kind, InboundKind::Installed);
    let tokens = installed.access_key.as_ref().unwrap().expose();
    assert!(tokens.contains("sample-refresh-token-0001"), "the host gets the tokens");
    assert!(!format!("{installed:?}").contains("sample-"), "{installed:?}");
    assert_eq!(event_of("event.ONAPPUNINSTALL").kind, InboundKind::Uninstalled);
}

#[test]
fn first_opening_of_the_page_is_an_installation() {
    let fixture = Fixture::open(Bitrix24::FIXTURES, "app.frame.open");
    let body = fixture.request(None)["body"].as_str().unwrap().to_owned();
    let mut request = request(&body.replace("sample-application-token-0001", APPLICATION_TOKEN));
    request.query = "DOMAIN=b24-demo.example&PROTOCOL=1&LANG=ru&APP_SID=sample".to_owned();
    let installed = parse(&request).1.unwrap();
    assert_eq!(installed.kind, InboundKind::Installed);
    let tokens: serde_json::Value =
        serde_json::from_str(installed.access_key.unwrap().expose()).unwrap();
    assert_eq!(tokens["access_token"], "sample-access-token-0001");
    assert_eq!(tokens["client_endpoint"], "https://b24-demo.example/rest/");
}

#[test]
fn other_portal_and_wrong_token_are_refused() {
    let genuine = String::from_utf8(recorded("event.ONEXTERNALCALLSTART").body.to_vec()).unwrap();
    for (what, body) in [
        ("another portal", genuine.replace("b24-demo.example", "other.bitrix24.by")),
        ("a wrong token", genuine.replace(APPLICATION_TOKEN, "guessed")),
        ("no token", genuine.replace("application_token", "other")),
    ] {
        let (reply, event) = parse(&request(&body));
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{what}");
        assert_eq!(event.unwrap_err().kind(), ErrorKind::Auth, "{what}");
    }
    let bench = Bench::with([], json!({"application_token": null}));
    let (reply, event) = bench.connector.parse_inbound(&request(&genuine));
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(event.unwrap_err().key(), Some("application_token"), "never accepted unproved");
}

#[test]
fn unknown_event_is_ignored() {
    let body = format!("event=ONTASKADD&auth[application_token]={APPLICATION_TOKEN}");
    let (reply, event) = parse(&request(&body));
    assert_eq!(reply.body, r#"{"ignored":true,"ok":true}"#);
    assert_eq!(event.unwrap().kind, InboundKind::Other("ONTASKADD".to_owned()));
}
