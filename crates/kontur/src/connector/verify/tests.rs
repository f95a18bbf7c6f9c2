use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::inbound::{InboundEvent, InboundKind};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{AccountConfig, CrmConnector as _, Hub};
use vochi_crm_sandbox::kontur::{Dialect, Unauthorized};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::*;
use crate::{Config, Connector};

const OURS: &str = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
const OTHERS: &str = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";

fn scripted(steps: impl IntoIterator<Item = Step>) -> (Connector, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone()));
    let common: AccountConfig = serde_json::from_value(json!({"retries": 0})).unwrap();
    let config: Config = serde_json::from_value(json!({
        "workspace": "vochi-demo", "access_key": "ready", "instance_id": OURS,
    }))
    .unwrap();
    let account = common.account("crm").unwrap();
    let connector = Connector::open(&hub.build().unwrap(), account, &config).unwrap();
    (connector, script)
}

fn instance(id: &str) -> Step {
    Step::json(200, &json!({"id": id}))
}

async fn verify(connector: &Connector, key: &str) -> Result<()> {
    let key = Secret::new(key);
    connector.inner.key_check().check(&Cx::live(), Some(&key)).await
}

#[tokio::test(start_paused = true)]
async fn valid_key_is_cached() {
    let (connector, script) = scripted([instance(OURS), instance(OURS)]);
    verify(&connector, "canary-key").await.unwrap();
    verify(&connector, "canary-key").await.unwrap();
    let played = script.played();
    assert_eq!(played.len(), 1);
    let key = ("x-xcom-accesskey".to_owned(), "canary-key".to_owned());
    assert!(played[0].headers.contains(&key), "sent with the inbound key");
    tokio::time::advance(RESULT_LIFETIME.positive).await;
    verify(&connector, "canary-key").await.unwrap();
    assert_eq!(script.played().len(), 2, "the cached result expires");
    let printed = format!("{connector:?} {:?}", connector.inner.context.hub().cache());
    assert!(!printed.contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn foreign_key_is_rejected_and_cached() {
    let refusals = [
        Step::json(401, &json!("Unauthorized")),
        Step::json(403, &json!("")),
        Step::json(409, &json!({"status": "notFound", "message": "no"})),
        Step::json(409, &json!({"status": "unheard-of", "message": "no"})),
        instance(OTHERS),
        Step::json(200, &json!({"status": "active"})),
    ];
    for refusal in refusals {
        let shown = format!("{refusal:?}");
        let (connector, script) = scripted([refusal, instance(OURS)]);
        for _ in 0..2 {
            let error = verify(&connector, "canary-key").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Auth, "{shown}");
            assert!(!format!("{error:?}").contains("canary"), "{shown}");
        }
        assert_eq!(script.played().len(), 1, "{shown}");
        tokio::time::advance(RESULT_LIFETIME.negative).await;
        verify(&connector, "canary-key").await.unwrap();
    }
    let (connector, _) = scripted([]);
    let error = verify(&connector, "no\nheader").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test(start_paused = true)]
async fn unavailable_server_is_no_rejection() {
    let Step::Response(late) = instance(OURS) else { unreachable!("expected a response") };
    for (trouble, kind) in [
        (Step::text(503, "text/html", "down"), ErrorKind::Unavailable),
        (Step::Fail(TransportError::Connect("refused".into())), ErrorKind::Unavailable),
        (Step::text(200, "text/html", "<html>"), ErrorKind::Decode),
        (Step::Slow(Duration::from_secs(10 * 60), late), ErrorKind::Timeout),
    ] {
        let (connector, _) = scripted([trouble, instance(OURS)]);
        let error = verify(&connector, "key").await.unwrap_err();
        assert_eq!(error.kind(), kind);
        verify(&connector, "key").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn missing_key_passes_without_request() {
    let (connector, script) = scripted([]);
    connector.inner.key_check().check(&Cx::live(), None).await.unwrap();
    let event = InboundEvent::new(InboundKind::SyncRequested, "1");
    connector.verify_inbound(&Cx::live(), &event).await.unwrap();
    assert!(script.played().is_empty());
}

#[tokio::test]
async fn sandbox_verifies_its_own_keys() {
    for unauthorized in [Unauthorized::Quoted, Unauthorized::Bare, Unauthorized::Forbidden] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let mut dialect = Dialect::default();
        dialect.unauthorized = unauthorized;
        sandbox.kontur().set_dialect(dialect);
        let profile = sandbox.profiles()["kontur"].clone();
        let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
        let config: Config = serde_json::from_value(profile).unwrap();
        let account = common.account("crm").unwrap();
        let connector = Connector::open(&Hub::new().unwrap(), account, &config).unwrap();
        sandbox.kontur().put_system_call_key("key-of-a-call");
        verify(&connector, "key-of-a-call").await.unwrap();
        let error = verify(&connector, "forged").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{unauthorized:?}");
        let requests = sandbox.requests(Crm::Kontur).len();
        verify(&connector, "key-of-a-call").await.unwrap();
        assert_eq!(sandbox.requests(Crm::Kontur).len(), requests);
    }
}
