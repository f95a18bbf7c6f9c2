//! Searches for canary secrets in the requests of a dry run.

use serde_json::json;
use vochi_crm_core::{CrmConnector as _, Cx};

use super::support::{CALL, connect, hangup, incoming, log, planned, record, recording, user};

/// A part of every secret in this test.
const CANARY: &str = "canary";

fn profile() -> serde_json::Value {
    json!({
        "workspace": "vochi-demo", "api_key": "canary-api-key", "bearer": "canary-bearer",
        "integration_secret": "secretKey=canary-secret",
        "inbound_secret": "canary-inbound", "extensions": {"101": user("101")}, "retries": 1,
    })
}

#[tokio::test(start_paused = true)]
async fn dry_run_lists_requests_without_secrets() {
    let folder = tempfile::TempDir::new().unwrap();
    let (hub, plan) = planned();
    let connector = connect(&hub, &profile());
    for event in [incoming(0, &["101"]), hangup(73)] {
        let _ = connector.handle_event(&Cx::live(), &event).await.unwrap();
    }
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = log(&connector, with).await.unwrap();
    assert!(receipt.recorded());
    let later = vochi_crm_core::CallId::new("2").unwrap();
    let _ = log(&connector, record("2")).await.unwrap();
    let file = recording(&folder, "2.mp3");
    let cx = Cx::history();
    let attached = connector.attach_recording(&cx, &later, &file);
    let _ = attached.await.unwrap();
    let names: Vec<_> = plan.requests().into_iter().map(|it| it.operation).collect();
    assert_eq!(
        names,
        [
            "authorization/authorize-integration",
            "telephony/call-started",
            "telephony/call-event",
            "telephony/call-event",
            "telephony/call-finished",
            "files",
            "telephony/register-call",
            "telephony/register-call",
            "files",
            "telephony/call-started",
            "telephony/call-recording",
        ]
    );
    assert!(!format!("{:?}", plan.requests()).contains(CANARY));
}
