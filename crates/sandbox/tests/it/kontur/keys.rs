//! Access keys: issuing and lifetime.

use std::time::Duration;

use serde_json::Value;
use vochi_crm_sandbox::Crm;

use super::support::{INSTANCE, authorize, done, get, ready, send};
use crate::support::{Wire, sandbox};

fn with_key(key: &Value) -> Wire {
    get(INSTANCE).header("X-XCOM-AccessKey", key.as_str().unwrap_or_default())
}

async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn access_key_expires_after_twenty_minutes() {
    let sandbox = sandbox().await;
    let answer = done(&authorize(), &sandbox).await.json();
    assert_eq!(answer["workspace"]["name"], "vochi-demo");
    let key = &answer["accessKey"];
    done(&with_key(key), &sandbox).await;

    pass(Duration::from_secs(19 * 60)).await;
    done(&with_key(key), &sandbox).await;
    pass(Duration::from_secs(60)).await;
    let reply = send(&with_key(key), &sandbox).await;
    assert_eq!((reply.status, reply.text.as_str()), (401, "\"Unauthorized\""));
    let refused = sandbox.refused(Crm::Kontur);
    assert_eq!(refused[0].checks, ["access_key.alive"], "{refused:?}");
}

#[tokio::test]
async fn keys_expire_independently() {
    let sandbox = sandbox().await;
    let first = done(&authorize(), &sandbox).await.json()["accessKey"].clone();
    pass(Duration::from_secs(15 * 60)).await;
    let second = done(&authorize(), &sandbox).await.json()["accessKey"].clone();
    assert_ne!(first, second);
    done(&with_key(&first), &sandbox).await;
    done(&with_key(&second), &sandbox).await;
    pass(Duration::from_secs(6 * 60)).await;
    assert_eq!(send(&with_key(&first), &sandbox).await.status, 401);
    done(&with_key(&second), &sandbox).await;
}

#[tokio::test]
async fn key_lifetime_is_configurable() {
    let sandbox = sandbox().await;
    sandbox.kontur().set_key_life(Duration::from_secs(2));
    let key = done(&authorize(), &sandbox).await.json()["accessKey"].clone();
    done(&with_key(&key), &sandbox).await;
    pass(Duration::from_secs(2)).await;
    assert_eq!(send(&with_key(&key), &sandbox).await.status, 401);
}

#[tokio::test]
async fn bearer_reads_the_instance_by_workspace_name_or_id() {
    let sandbox = sandbox().await;
    let by_id = INSTANCE.replace("vochi-demo", "d28f0000-6666-4f4f-bfbf-000000000601");
    let wire = get(&by_id)
        .header("X-XCOM-AccessKey", "")
        .header("Authorization", "Bearer test-bearer-token-0001");
    let instance = done(&wire, &sandbox).await.json();
    assert_eq!(instance["status"], "active");
}

#[tokio::test]
async fn configured_limit_sends_retry_after() {
    let sandbox = ready().await;
    sandbox.kontur().set_limit(2, 7);
    let began = std::time::Instant::now();
    let mut statuses = Vec::new();
    let mut last = None;
    for _ in 0..3 {
        let reply = send(&get(INSTANCE), &sandbox).await;
        statuses.push(reply.status);
        last = reply.headers.get("retry-after").cloned();
    }
    if began.elapsed() < Duration::from_secs(1) {
        assert_eq!(statuses, [200, 200, 429]);
        assert_eq!(last.as_ref().and_then(|it| it.to_str().ok()), Some("7"));
    }
}
