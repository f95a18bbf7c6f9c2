//! Minimal forms of the reference, and strict mode.

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{
    Reply, call, control, customer, sandbox, send_calls, send_customer, send_customers, with,
};

fn without_id() -> Value {
    with(customer(), json!({"externalId": null}))
}

async fn link(sandbox: &Sandbox, address: &str) -> Reply {
    let call = with(call(), json!({"recordUrl": address}));
    send_calls(&[call]).send(sandbox).await
}

#[tokio::test]
async fn customer_without_external_id_is_created() {
    let sandbox = sandbox().await;
    let reply = send_customer(&without_id()).send(&sandbox).await;
    assert_eq!(reply.json(), json!({"success": true, "id": 62}));
    let reply = send_customers(&[without_id()]).send(&sandbox).await;
    assert_eq!(reply.status, 200, "one of an upload: {reply:?}");
    assert_eq!(sandbox.refused(Crm::RetailCrm), []);
}

#[tokio::test]
async fn call_with_a_plain_http_recording_is_accepted() {
    let sandbox = sandbox().await;
    let address = "http://pbx.example.test/1.mp3";
    let reply = link(&sandbox, address).await;
    assert_eq!(reply.json()["processedCallsCount"], 1, "{reply:?}");
    let kept = sandbox.retailcrm().call("pbx-1").expect("the call is kept");
    assert_eq!(kept.recording.as_deref(), Some(address));
}

#[tokio::test]
async fn strict_mode_lasts_until_reset() {
    let sandbox = sandbox().await;
    let strict = json!({"crm": "retailcrm", "strict": true});
    assert_eq!(control(&sandbox, "/account", &strict).await.0, 200);
    let reply = send_customer(&without_id()).send(&sandbox).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(link(&sandbox, "http://pbx.example.test/1.mp3").await.status, 400);
    assert_eq!(link(&sandbox, "https://pbx.example.test/1.mp3").await.status, 200);
    sandbox.reset();
    assert_eq!(link(&sandbox, "http://pbx.example.test/1.mp3").await.status, 200);
    let wrong = json!({"crm": "retailcrm", "strict": 1});
    assert_eq!(control(&sandbox, "/account", &wrong).await.0, 400);
}
