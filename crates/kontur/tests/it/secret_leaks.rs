//! Searches for canary secrets in errors, logs and stored state after every kind of failure.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{CrmConnector as _, Cx, Hub};

use super::support::{
    CALL, connect, hangup, incoming, log, planned, record, recording, started_and_ok, user,
};

/// A part of every secret in this test.
const CANARY: &str = "canary";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn profile() -> serde_json::Value {
    json!({
        "workspace": "vochi-demo", "api_key": "canary-api-key", "bearer": "canary-bearer",
        "integration_secret": "secretKey=canary-secret",
        "inbound_secret": "canary-inbound", "extensions": {"101": user("101")}, "retries": 1,
    })
}

fn key() -> Step {
    Step::json(200, &json!({"accessKey": "canary-access-key", "integrationInstance": {}}))
}

/// Returns responses that quote the request's secrets, as careless servers do.
fn quoting_responses() -> Vec<Step> {
    let all = "canary-api-key canary-access-key secretKey=canary-secret canary-bearer";
    vec![
        Step::json(409, &json!({"status": "invalidArgs", "message": all})),
        Step::json(400, &json!({"errors": {"canary-access-key": [all]}, "status": 400})),
        Step::json(401, &json!(all)),
        Step::text(403, "text/html", all),
        Step::text(200, "text/html", format!("<html>{all}</html>")),
        Step::text(500, "text/html", format!("<html>{all}</html>")),
        Step::json(200, &json!({"id": 7, "externalId": all})),
        Step::json(200, &json!({"isSuccessful": false, "errorInfo": {"message": all}})),
        Step::Fail(TransportError::Broken(format!("reset while sending {all}"))),
        Step::Fail(TransportError::Connect("no route to https://canary-access-key.test".into())),
        Step::text(302, "text/html", ""),
    ]
}

/// Sends a call into every faulty response and collects all error texts.
async fn collect_errors() -> String {
    let mut errors = String::new();
    for index in 0..quoting_responses().len() {
        let steps =
            std::iter::once(key()).chain((0..20).map(|_| quoting_responses().swap_remove(index)));
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script)).build().unwrap();
        let connector = connect(&hub, &profile());
        let results = [
            connector.handle_event(&Cx::live(), &incoming(0, &["101"])).await,
            connector.handle_event(&Cx::live(), &hangup(9)).await,
            log(&connector, record(CALL)).await,
        ];
        for result in results {
            match result {
                Ok(receipt) => writeln!(errors, "{receipt:?}").unwrap(),
                Err(error) => {
                    writeln!(errors, "{error}\n{error:?}\n{error:#?}\n{:?}", error.hint()).unwrap();
                }
            }
        }
        writeln!(errors, "{connector:?}\n{:?}", connector.client()).unwrap();
    }
    errors
}

#[tokio::test(start_paused = true)]
async fn errors_and_logs_contain_no_secret() {
    // The first caller of a log statement decides for the whole process whether it is enabled, and
    // other tests have no log. A second subscriber makes tracing ask all of them, and a first round
    // registers every statement before the log is captured.
    let second_listener = tracing::Dispatch::new(tracing_subscriber::registry());
    collect_errors().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let errors = collect_errors().await;
    drop((guard, second_listener));
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for name in ["crm_request", "audit", "request done"] {
        assert!(logged.contains(name), "the log contains {name}");
    }
    assert!(errors.len() > 10_000, "expected errors");
    for (what, text) in [("errors", &errors), ("log", &logged)] {
        let leak = text.lines().find(|line| line.contains(CANARY));
        assert_eq!(leak, None, "secret found in {what}");
    }
}

#[tokio::test(start_paused = true)]
async fn stored_call_state_contains_no_key() {
    use vochi_crm_core::state::{CallStore, MemoryCallStore};
    let store = Arc::new(MemoryCallStore::new());
    let script = ScriptedTransport::new(std::iter::once(key()).chain(started_and_ok()));
    let hub = Hub::builder()
        .transport(Arc::new(script))
        .store(store.clone() as Arc<dyn CallStore>)
        .build()
        .unwrap();
    let connector = connect(&hub, &profile());
    let _ = connector.handle_event(&Cx::live(), &incoming(0, &["101"])).await.unwrap();
    let slot = store.open("demo", CALL).await.unwrap();
    let text = slot.document().unwrap().to_string();
    assert!(text.contains("Vochi/"), "{text}");
    assert!(!text.contains(CANARY), "{text}");
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
