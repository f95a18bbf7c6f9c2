//! Access keys: got when they are needed, renewed once for all who wait, kept nowhere.

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
use super::stand_in::profile;
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

fn nobody() -> Step {
    Step::json(200, &json!({"userIds": []}))
}

fn sent_away() -> Step {
    Step::json(401, &json!("Unauthorized"))
}

fn client(steps: impl IntoIterator<Item = Step>) -> (Client, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    let client = Client::builder("vochi-demo").api_key(API).retries(0);
    (client.build(&hub.unwrap()).unwrap(), script)
}

async fn ask(client: &Client) -> Result<(), vochi_crm_core::Error> {
    let asked = CallRedirect::Phone(PhoneText::digits_of("375291112233").unwrap());
    let answer = client.send(&Cx::live(), asked).await;
    answer.map(|_| ())
}

/// The end of each path, and the access key that went with it.
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
async fn a_key_is_used_until_it_is_old() {
    let (client, script) = client([key("one"), nobody(), nobody(), key("two"), nobody()]);
    ask(&client).await.unwrap();
    tokio::time::advance(Duration::from_mins(14)).await;
    ask(&client).await.unwrap();
    tokio::time::advance(Duration::from_mins(2)).await;
    ask(&client).await.unwrap();
    let sent = keys(&script);
    let used: Vec<_> = sent.iter().map(|(_, key)| key.as_deref()).collect();
    assert_eq!(used, [None, Some("one"), Some("one"), None, Some("two")]);
    let first = &script.played()[0];
    assert_eq!(first.line, "POST /api/v1/authorization/authorize-private-integration");
    assert!(first.headers.contains(&("x-xcom-integration-apikey".to_owned(), API.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_renewed_once_and_the_request_repeated() {
    let (well, script) = client([key("one"), sent_away(), key("two"), nobody()]);
    ask(&well).await.unwrap();
    assert_eq!(keys(&script)[3].1.as_deref(), Some("two"));

    let (badly, script) = client([key("one"), sent_away(), key("two"), sent_away()]);
    let error = ask(&badly).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert_eq!(script.left(), 0, "it is not asked for ever");
}

#[tokio::test(start_paused = true)]
async fn an_api_key_that_is_refused_says_what_to_check() {
    let (client, _) = client([sent_away()]);
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("api_key"), "{error}");
    assert!(!format!("{error:?}").contains(API));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_key_waits_for_the_same_one() {
    let slow = match key("one") {
        Step::Response(answer) => Step::Slow(Duration::from_secs(1), answer),
        other => other,
    };
    let steps = std::iter::once(slow).chain((0..10).map(|_| nobody()));
    let (client, script) = client(steps);
    let asking: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client).await })
        })
        .collect();
    for asked in asking {
        asked.await.unwrap().unwrap();
    }
    let authorizations = keys(&script).into_iter().filter(|(_, key)| key.is_none());
    assert_eq!(authorizations.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ready_key_is_taken_as_it_is_and_tells_nothing() {
    let script = ScriptedTransport::new([nobody(), sent_away()]);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let client = Client::builder("vochi-demo").access_key("ready").build(&hub).unwrap();
    ask(&client).await.unwrap();
    assert_eq!(keys(&script)[0].1.as_deref(), Some("ready"));
    let error = client.authorized(&Cx::live()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = client.instance_id(&Cx::live()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(ask(&client).await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_a_system_call_serves_beside_our_own() {
    let (client, script) = client([nobody(), key("one"), nobody()]);
    let guest = client.with_key(&Secret::new("theirs")).unwrap();
    ask(&guest).await.unwrap();
    ask(&client).await.unwrap();
    let used: Vec<_> = keys(&script).into_iter().map(|(_, key)| key).collect();
    assert_eq!(used, [Some("theirs".to_owned()), None, Some("one".to_owned())]);
}

async fn connected(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, changes));
    (sandbox, connector)
}

#[tokio::test]
async fn private_and_public_integrations_are_let_in() {
    for (changes, path) in [
        (json!({}), "authorize-private-integration"),
        (json!({"integration_secret": SECRET}), "authorize-integration"),
    ] {
        let (sandbox, connector) = connected(changes).await;
        ask(connector.client()).await.unwrap();
        assert_eq!(sandbox.refused(Crm::Kontur), []);
        assert!(sandbox.requests(Crm::Kontur)[0].path.ends_with(path));
    }
    let wrong = json!({"integration_secret": "secretKey=invented-wrong"});
    let (_sandbox, connector) = connected(wrong).await;
    let error = ask(connector.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn however_an_old_key_is_refused_it_is_renewed() {
    for manner in [Unauthorized::Quoted, Unauthorized::Bare, Unauthorized::Forbidden] {
        let (sandbox, connector) = connected(json!({})).await;
        let mut dialect = Dialect::default();
        dialect.unauthorized = manner;
        sandbox.kontur().set_dialect(dialect);
        ask(connector.client()).await.unwrap();
        sandbox.kontur().expire_access_keys();
        ask(connector.client()).await.unwrap();
        assert_eq!(sandbox.requests(Crm::Kontur).len(), 5, "{manner:?}");
    }
}

#[tokio::test]
async fn what_needs_a_person_says_so_by_its_kind() {
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
