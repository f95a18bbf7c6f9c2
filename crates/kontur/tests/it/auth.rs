//! Access keys: obtained on demand, renewed once for all waiting requests, never stored.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, ErrorKind, Hub, Secret};
use vochi_crm_kontur::api::{CallRedirect, ListEvents};
use vochi_crm_kontur::model::PhoneText;
use vochi_crm_kontur::{Client, Connector};
use vochi_crm_sandbox::kontur::{API_KEY, Dialect, SECRET, Unauthorized, WORKSPACE};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::operations::INSTANCE;
use super::sandbox_calls::profile;
use super::support::connect;

const API: &str = "canary-api-key-0001";

fn key(text: &str) -> Step {
    Step::json(
        200,
        &json!({
            "accessKey": text, "workspace": {"name": "vochi-demo"},
            "integrationInstance": {"id": INSTANCE},
        }),
    )
}

fn no_users() -> Step {
    Step::json(200, &json!({"userIds": []}))
}

fn unauthorized() -> Step {
    Step::json(401, &json!("Unauthorized"))
}

fn client(steps: impl IntoIterator<Item = Step>) -> (Client, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    let client = Client::builder("vochi-demo").api_key(API).retries(0);
    (client.build(&hub.unwrap()).unwrap(), script)
}

async fn request(client: &Client) -> Result<(), vochi_crm_core::Error> {
    let asked = CallRedirect::Phone(PhoneText::digits_of("375291112233").unwrap());
    let response = client.send(&Cx::live(), asked).await;
    response.map(|_| ())
}

/// Returns the end of each path and the access key sent with it.
fn keys(script: &ScriptedTransport) -> Vec<(String, Option<String>)> {
    let played = script.played().into_iter();
    played
        .map(|request| {
            let path = request.line.split('?').next().unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            let mut headers = request.headers.into_iter();
            let key = headers.find(|(name, _)| name == "x-xcom-accesskey");
            (name, key.map(|(_, value)| value))
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn key_is_reused_until_renewal() {
    let (client, script) = client([key("one"), no_users(), no_users(), key("two"), no_users()]);
    request(&client).await.unwrap();
    tokio::time::advance(Duration::from_secs(14 * 60)).await;
    request(&client).await.unwrap();
    tokio::time::advance(Duration::from_secs(2 * 60)).await;
    request(&client).await.unwrap();
    let sent = keys(&script);
    let used: Vec<_> = sent.iter().map(|(_, key)| key.as_deref()).collect();
    assert_eq!(used, [None, Some("one"), Some("one"), None, Some("two")]);
    let first = &script.played()[0];
    assert_eq!(first.line, "POST /api/v1/authorization/authorize-private-integration");
    assert!(first.headers.contains(&("x-xcom-integration-apikey".to_owned(), API.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn refused_key_is_renewed_once() {
    let (renewed, script) = client([key("one"), unauthorized(), key("two"), no_users()]);
    request(&renewed).await.unwrap();
    assert_eq!(keys(&script)[3].1.as_deref(), Some("two"));

    let (refused, script) = client([key("one"), unauthorized(), key("two"), unauthorized()]);
    let error = request(&refused).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert_eq!(script.left(), 0, "it is not retried endlessly");
}

#[tokio::test(start_paused = true)]
async fn refused_api_key_hints_to_check_it() {
    let (client, _) = client([unauthorized()]);
    let error = request(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("api_key"), "{error}");
    assert!(!format!("{error:?}").contains(API));
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_share_one_authorization() {
    let slow = match key("one") {
        Step::Response(response) => Step::Slow(Duration::from_secs(1), response),
        other => other,
    };
    let steps = std::iter::once(slow).chain((0..10).map(|_| no_users()));
    let (client, script) = client(steps);
    let asking: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { request(&client).await })
        })
        .collect();
    for asked in asking {
        asked.await.unwrap().unwrap();
    }
    let authorizations = keys(&script).into_iter().filter(|(_, key)| key.is_none());
    assert_eq!(authorizations.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn ready_key_is_sent_without_authorization() {
    let script = ScriptedTransport::new([no_users(), unauthorized()]);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let client = Client::builder("vochi-demo").access_key("ready").build(&hub).unwrap();
    request(&client).await.unwrap();
    assert_eq!(keys(&script)[0].1.as_deref(), Some("ready"));
    let error = client.authorized(&Cx::live()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = client.instance_id(&Cx::live()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(request(&client).await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn inbound_key_is_separate_from_own_key() {
    let (client, script) = client([no_users(), key("one"), no_users()]);
    let guest = client.with_key(&Secret::new("theirs")).unwrap();
    request(&guest).await.unwrap();
    request(&client).await.unwrap();
    let used: Vec<_> = keys(&script).into_iter().map(|(_, key)| key).collect();
    assert_eq!(used, [Some("theirs".to_owned()), None, Some("one".to_owned())]);
}

async fn connected(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, changes));
    (sandbox, connector)
}

#[tokio::test]
async fn private_and_public_integrations_are_authorized() {
    for (changes, path) in [
        (json!({}), "authorize-private-integration"),
        (json!({"integration_secret": SECRET}), "authorize-integration"),
    ] {
        let (sandbox, connector) = connected(changes).await;
        request(connector.client()).await.unwrap();
        assert_eq!(sandbox.refused(Crm::Kontur), []);
        assert!(sandbox.requests(Crm::Kontur)[0].path.ends_with(path));
    }
    let wrong = json!({"integration_secret": "secretKey=invented-wrong"});
    let (_sandbox, connector) = connected(wrong).await;
    let error = request(connector.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn expired_key_is_renewed_for_every_status() {
    for manner in [Unauthorized::Quoted, Unauthorized::Bare, Unauthorized::Forbidden] {
        let (sandbox, connector) = connected(json!({})).await;
        let mut dialect = Dialect::default();
        dialect.unauthorized = manner;
        sandbox.kontur().set_dialect(dialect);
        request(connector.client()).await.unwrap();
        sandbox.kontur().expire_access_keys();
        request(connector.client()).await.unwrap();
        assert_eq!(sandbox.requests(Crm::Kontur).len(), 5, "{manner:?}");
    }
}

#[tokio::test]
async fn personal_operation_without_bearer_fails_with_auth() {
    let (sandbox, connector) = connected(json!({})).await;
    let mut dialect = Dialect::default();
    dialect.entities_need_a_person = true;
    sandbox.kontur().set_dialect(dialect);
    let (cx, from_start) = (Cx::history(), ListEvents::from_start());
    let page = connector.client().send(&cx, &from_start);
    assert_eq!(page.await.unwrap_err().kind(), ErrorKind::Auth);
    let client = Client::builder(WORKSPACE)
        .url(sandbox.url(Crm::Kontur).as_str())
        .api_key(API_KEY)
        .bearer(vochi_crm_sandbox::kontur::BEARER)
        .build(&Hub::new().unwrap())
        .unwrap();
    let page = client.send(&cx, &from_start);
    page.await.unwrap();
}
