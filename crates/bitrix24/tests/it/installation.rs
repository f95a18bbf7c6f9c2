//! The installation of an application, its events, and its page.

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use vochi_crm_bitrix24::Connector;
use vochi_crm_core::inbound::InboundRequest;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, Hub, Result};
use vochi_crm_sandbox::Sandbox;

use super::stand_in::connect;

/// The number of a contact.
const KNOWN: &str = "+375446370646";

/// A connector of an application that is not installed yet.
async fn not_installed(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = sandbox.bitrix24().application_profile();
    let connector = connect(&Hub::new().unwrap(), profile, &changes).unwrap();
    (sandbox, connector)
}

/// Parses and applies a request.
async fn apply(connector: &Connector, request: &InboundRequest) -> Result<()> {
    let event = connector.parse_inbound(request).1?;
    connector.apply_inbound(&Cx::history(), &event).await.map(drop)
}

/// The employee whose tokens are stored, as the OAuth host knows it.
async fn authorized_user(connector: &Connector) -> Option<u64> {
    connector.client().oauth().unwrap().refresh(&Cx::history()).await.unwrap().user_id
}

/// An event of the portal, as a form.
pub(crate) fn app_event(name: &str, auth: &Value) -> InboundRequest {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("event", name);
    for (key, value) in auth.as_object().unwrap() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        form.append_pair(&format!("auth[{key}]"), &text);
    }
    form.append_pair("data[CALL_ID]", "externalCall.1").append_pair("data[USER_ID]", "24");
    form.append_pair("data[PHONE_NUMBER]", KNOWN);
    InboundRequest::new(Method::POST, "/events", "", HeaderMap::new(), form.finish())
}

#[tokio::test]
async fn installation_is_confirmed_and_its_token_proves_events() {
    let (sandbox, connector) = not_installed(json!({"application_token": null})).await;
    let cx = Cx::history();
    let parsed = |request: &InboundRequest| connector.parse_inbound(request).1.unwrap();
    let mut auth = sandbox.bitrix24().issue_tokens(1);
    auth["application_token"] = json!("canary-installed-token");

    let mut forged = auth.clone();
    forged["access_token"] = json!("invented");
    let forged = parsed(&app_event("ONAPPINSTALL", &forged));
    assert!(connector.apply_inbound(&cx, &forged).await.is_err(), "unknown to the OAuth host");
    let oauth = connector.client().oauth().unwrap();
    assert!(oauth.status().await.unwrap().is_none());
    let click = parsed(&app_event("ONEXTERNALCALLSTART", &auth));
    assert_eq!(connector.verify_inbound(&cx, &click).await.unwrap_err().kind(), ErrorKind::Auth);

    let installed = parsed(&app_event("ONAPPINSTALL", &auth));
    let _ = connector.apply_inbound(&cx, &installed).await.unwrap();
    assert!(oauth.status().await.unwrap().is_some());
    connector.verify_inbound(&cx, &click).await.unwrap();
    auth["application_token"] = json!("guessed");
    let guessed = parsed(&app_event("ONEXTERNALCALLSTART", &auth));
    let error = connector.verify_inbound(&cx, &guessed).await.unwrap_err();
    assert!(error.message().contains("wrong application_token"), "{error}");

    auth["application_token"] = json!("canary-installed-token");
    let removed = parsed(&app_event("ONAPPUNINSTALL", &auth));
    connector.verify_inbound(&cx, &removed).await.unwrap();
    let _ = connector.apply_inbound(&cx, &removed).await.unwrap();
    assert!(oauth.status().await.unwrap().is_none(), "the tokens are void");
}

/// The request of an opened page of the application.
fn page(auth: &Value) -> InboundRequest {
    let text = |name: &str| auth[name].as_str().unwrap().to_owned();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("AUTH_ID", &text("access_token"))
        .append_pair("REFRESH_ID", &text("refresh_token"))
        .append_pair("AUTH_EXPIRES", "3600")
        .append_pair("SERVER_ENDPOINT", &text("server_endpoint"))
        .append_pair("member_id", &text("member_id"))
        .append_pair("PLACEMENT", "DEFAULT")
        .finish();
    InboundRequest::new(Method::POST, "/events", "", HeaderMap::new(), form)
}

#[tokio::test]
async fn page_opened_by_an_employee_keeps_the_tokens_of_the_installation() {
    let (sandbox, connector) = not_installed(json!({})).await;
    apply(&connector, &page(&sandbox.bitrix24().issue_tokens(1))).await.unwrap();
    assert_eq!(authorized_user(&connector).await, Some(1), "the first opening installs it");
    apply(&connector, &page(&sandbox.bitrix24().issue_tokens(24))).await.unwrap();
    assert_eq!(authorized_user(&connector).await, Some(1));
}

#[tokio::test]
async fn page_replaces_tokens_that_are_void() {
    let (sandbox, connector) = not_installed(json!({})).await;
    let mut void = sandbox.bitrix24().issue_tokens(1);
    void["refresh_token"] = json!("canary-void-refresh");
    apply(&connector, &app_event("ONAPPINSTALL", &void)).await.unwrap();
    apply(&connector, &page(&sandbox.bitrix24().issue_tokens(24))).await.unwrap();
    assert_eq!(authorized_user(&connector).await, Some(24), "the application is installed again");
}

#[tokio::test]
async fn update_without_refresh_token_keeps_the_stored_one() {
    let (sandbox, connector) = not_installed(json!({})).await;
    let auth = sandbox.bitrix24().issue_tokens(1);
    apply(&connector, &app_event("ONAPPINSTALL", &auth)).await.unwrap();
    let mut update = sandbox.bitrix24().issue_tokens(24);
    update.as_object_mut().unwrap().remove("refresh_token");
    update["application_token"] = json!("canary-updated-token");
    apply(&connector, &app_event("ONAPPUPDATE", &update)).await.unwrap();
    let oauth = connector.client().oauth().unwrap();
    let token = oauth.application_token().await.unwrap().unwrap();
    assert_eq!(token.expose(), "canary-updated-token");
    assert_eq!(authorized_user(&connector).await, Some(1), "the refresh token is still there");
}

#[tokio::test]
async fn first_tokens_must_be_of_the_configured_portal() {
    let (sandbox, connector) = not_installed(json!({"url": "https://other.bitrix24.by"})).await;
    let auth = sandbox.bitrix24().issue_tokens(1);
    let error = apply(&connector, &app_event("ONAPPINSTALL", &auth)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(error.message().contains("not of https://other.bitrix24.by"), "{error}");
    // The page names no other portal; the OAuth host does.
    let error = apply(&connector, &page(&auth)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    let stored = connector.client().oauth().unwrap().status().await.unwrap();
    assert_eq!(stored, None);
}
