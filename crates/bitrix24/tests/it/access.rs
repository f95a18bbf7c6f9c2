//! What an operator learns of the access to a portal: the token of events, damaged tokens, old
//! subscriptions.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use vochi_crm_bitrix24::api::BindEvent;
use vochi_crm_bitrix24::model::EventName;
use vochi_crm_bitrix24::{AuthorizationRedirect, Connector};
use vochi_crm_core::connector::{Check, SetupPlan};
use vochi_crm_core::http::{ApiRequest, RawRequest};
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, Hub, Result, SecretUrl};
use vochi_crm_sandbox::bitrix24::List;
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

use super::installation::app_event;
use super::stand_in::{connect, connect_with};

/// A connector with an application that is not authorized yet; its events have an address.
async fn not_authorized(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut profile = sandbox.bitrix24().application_profile();
    profile["public_url"] = json!("https://pbx.example.test");
    profile["inbound_secret"] = json!("canary-inbound-secret");
    let connector = connect(&Hub::new().unwrap(), profile, &changes).unwrap();
    (sandbox, connector)
}

async fn authorize(sandbox: &Sandbox, connector: &Connector) -> Result<()> {
    let redirect = format!("https://pbx.example.test/?code={}", sandbox.bitrix24().code());
    let redirect = AuthorizationRedirect::parse(&redirect)?;
    connector.client().oauth().unwrap().exchange(&Cx::history(), &redirect).await.map(drop)
}

async fn application(changes: Value) -> (Sandbox, Connector) {
    let (sandbox, connector) = not_authorized(changes).await;
    authorize(&sandbox, &connector).await.unwrap();
    (sandbox, connector)
}

async fn check(connector: &Connector, name: &str) -> Option<Check> {
    let report = connector.health(&Cx::history()).await.unwrap();
    report.checks().iter().find(|check| check.name() == name).cloned()
}

fn handlers(sandbox: &Sandbox) -> Vec<String> {
    let records = sandbox.bitrix24().records(List::Handlers);
    records.iter().map(|it| it["handler"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn first_event_brings_the_application_token() {
    let (sandbox, connector) = application(json!({"application_token": null})).await;
    let message = |check: Option<Check>| check.unwrap().message().to_owned();
    let before = message(check(&connector, "application token").await);
    assert!(before.contains("the first click brings"), "{before}");
    let mut auth = sandbox.bitrix24().issue_tokens(24);
    auth["application_token"] = json!("canary-learnt-token");
    let verify = async |auth: &Value| {
        let click = connector.parse_inbound(&app_event("ONEXTERNALCALLSTART", auth)).1?;
        connector.verify_inbound(&Cx::live(), &click).await
    };
    let mut forged = auth.clone();
    forged["access_token"] = json!("invented");
    assert!(verify(&forged).await.is_err(), "unknown to the OAuth host");
    forged.as_object_mut().unwrap().remove("access_token");
    assert_eq!(verify(&forged).await.unwrap_err().kind(), ErrorKind::Auth);

    verify(&auth).await.unwrap();
    let oauth = connector.client().oauth().unwrap();
    let stored = oauth.application_token().await.unwrap().unwrap();
    assert_eq!(stored.expose(), "canary-learnt-token");
    let user = oauth.refresh(&Cx::history()).await.unwrap().user_id;
    assert_eq!(user, Some(1), "the tokens of requests are the administrator's");
    auth["application_token"] = json!("guessed");
    assert!(verify(&auth).await.is_err(), "another token is refused from then on");
    let after = message(check(&connector, "application token").await);
    assert!(after.contains("recognized"), "{after}");
}

#[tokio::test]
async fn token_file_with_an_invalid_field_is_an_error_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("portal.json");
    let (sandbox, connector) = application(json!({"token_file": path})).await;
    let good: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for (key, value) in
        [("expires_at", json!("soon")), ("portal", json!(5)), ("member_id", json!(null))]
    {
        let mut wrong = good.clone();
        wrong[key] = value;
        let wrong = wrong.to_string();
        std::fs::write(&path, &wrong).unwrap();
        let profile = json!({"token_file": path});
        let settings = sandbox.bitrix24().application_profile();
        let fresh = connect(&Hub::new().unwrap(), settings, &profile).unwrap();
        let oauth = fresh.client().oauth().unwrap();
        let errors = [
            oauth.status().await.unwrap_err(),
            oauth.refresh(&Cx::history()).await.unwrap_err(),
            fresh.users(&Cx::history()).await.unwrap_err(),
            authorize(&sandbox, &fresh).await.unwrap_err(),
        ];
        for error in errors {
            let text = format!("{error} {:?}", error.hint());
            assert_eq!(error.kind(), ErrorKind::Config, "{key}: {text}");
            assert!(text.contains("portal.json") && text.contains("authorize"), "{key}: {text}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong, "{key}: it was overwritten");
    }
    assert!(connector.client().oauth().unwrap().status().await.is_err());
}

#[tokio::test]
async fn directory_as_token_file_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(directory.path(), mode).unwrap();
    let path = directory.path().join("tokens");
    std::fs::create_dir(&path).unwrap();
    let (_sandbox, connector) = not_authorized(json!({"token_file": path})).await;
    let error = connector.client().oauth().unwrap().status().await.unwrap_err();
    let hint = error.hint().unwrap();
    assert!(error.to_string().contains("tokens"), "{error}");
    assert!(!hint.contains("state directory"), "{error}: {hint}");
}

#[tokio::test]
async fn subscriptions_of_the_profile_move_to_the_new_host() {
    let (sandbox, connector) = application(json!({})).await;
    let cx = Cx::history();
    let plan = |host: &str| {
        SetupPlan::new(format!("https://{host}/in/portal/canary-inbound-secret").parse().ok())
    };
    let first = connector.setup(&cx, &plan("one.example.test")).await.unwrap();
    assert_eq!(first.warnings, []);
    let foreign = "https://other.example.test/canary-foreign/handler";
    let bind = BindEvent::new(EventName::CallStart).handler(Some(SecretUrl::new(foreign)));
    connector.client().send(&cx, bind).await.unwrap();

    let moved = connector.setup(&cx, &plan("two.example.test/path")).await.unwrap();
    assert_eq!(moved.changes.len(), 4, "{moved:?}");
    let left = handlers(&sandbox);
    assert!(left.iter().all(|it| !it.contains("one.example.test")), "{left:?}");
    assert!(left.iter().any(|it| it == foreign), "one of another program was removed: {left:?}");
    let warnings: Vec<_> = moved.warnings.iter().map(|it| it.text().to_owned()).collect();
    let named = warnings.iter().any(|it| it.contains("other.example.test"));
    assert!(named, "{warnings:?}");
    assert!(!format!("{moved:?}").contains("canary"), "{moved:?}");
    let again = connector.setup(&cx, &plan("two.example.test/path")).await.unwrap();
    assert_eq!(again.changes, Vec::<String>::new());
}

#[tokio::test]
async fn failed_setup_names_what_it_changed() {
    let (sandbox, connector) = application(json!({})).await;
    let refused = r#"{"error":"ACCESS_DENIED","error_description":"Access denied!"}"#;
    let fault = Fault::on(Crm::Bitrix24).path("/rest/event.bind").status(403).body(refused);
    sandbox.fault(fault);
    let error = connector.setup(&Cx::history(), &SetupPlan::new(None)).await.unwrap_err();
    let hint = error.hint().unwrap();
    assert!(hint.contains("already done: add line"), "{error}: {hint}");
}

#[tokio::test]
async fn line_with_two_names_is_added_once_and_only_ours_are_counted() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let lines = json!({"lines": {"a": "+375171234567", "b": "+375171234567"}});
    let connector = connect_with(&Hub::new().unwrap(), &sandbox, &lines).unwrap();
    let cx = Cx::history();
    let other = json!({"NUMBER": "375170000000", "NAME": "other"});
    sandbox.bitrix24().put(List::Lines, other);
    let before = check(&connector, "telephony").await.unwrap();
    assert!(before.message().contains("0 of our 1 lines"), "{before:?}");
    let added = connector.setup(&cx, &SetupPlan::new(None)).await.unwrap();
    assert_eq!(added.changes.len(), 1, "{added:?}");
    let removed = connector.setup(&cx, &SetupPlan::removal()).await.unwrap();
    assert_eq!(removed.changes.len(), 1, "{removed:?}");
}

#[tokio::test]
async fn health_of_a_webhook_proposes_no_address_for_clicks() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let address = json!({
        "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
    });
    let connector = connect_with(&Hub::new().unwrap(), &sandbox, &address).unwrap();
    let events = check(&connector, "events").await.unwrap();
    assert_eq!(events.hint(), None, "{events:?}");
    let way = check(&connector, "authorization").await.unwrap();
    assert!(way.hint().unwrap().contains("client_id"), "{way:?}");
}

#[tokio::test]
async fn token_of_an_application_is_in_no_address() {
    let (sandbox, connector) = application(json!({})).await;
    let before = sandbox.requests(Crm::Bitrix24).len();
    let request = RawRequest::new(ApiRequest::get("/profile"));
    let error = connector.client().raw(&Cx::history(), request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.hint().unwrap().contains("POST"), "{error}");
    assert_eq!(sandbox.requests(Crm::Bitrix24).len(), before, "a token was sent in an address");
}

#[tokio::test]
async fn authorization_without_a_refresh_token_ends_with_the_access_token() {
    let (sandbox, connector) = not_authorized(json!({})).await;
    let mut auth = sandbox.bitrix24().issue_tokens(1);
    auth.as_object_mut().unwrap().remove("refresh_token");
    let event = vochi_crm_bitrix24::InstalledTokens::read(&auth).unwrap();
    let about = connector.client().oauth().unwrap().install(&Cx::history(), event).await.unwrap();
    assert_eq!(about.refresh_until, about.expires_at);
}
