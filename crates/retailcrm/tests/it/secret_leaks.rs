//! Searches logs and errors for a canary in every secret of the configuration, after every error
//! path.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx};

use super::fixture::Fixture;
use super::support::{Bench, hangup, incoming, phone, record, success};

/// The text that every secret of this test contains.
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

/// Responses that echo the request's secrets, as careless servers do.
fn echoing_responses() -> Vec<Step> {
    let key = super::support::KEY;
    let mut steps = vec![
        Step::json(400, &json!({"success": false, "errorMsg": format!("bad key {key}")})),
        Step::json(
            400,
            &json!({"success": false, "errorMsg": "Validation error",
                    "errors": {key: format!("see ?apiKey={key}")}}),
        ),
        Step::text(200, "text/html", format!("<html>X-API-KEY: {key}</html>")),
        Step::text(500, "text/html", format!("<html>{key}</html>")),
        Step::json(200, &json!({"success": true, "notExistCodes": 7, "manager": {"id": key}})),
        Step::Fail(TransportError::Broken(format!("reset while sending {key}"))),
        Step::Fail(TransportError::Connect(format!("no route to https://{key}.test"))),
        Step::text(302, "text/html", ""),
    ];
    steps.extend(
        Fixture::open("errors_common")
            .responses()
            .into_iter()
            .map(|(_, response)| Step::Response(response)),
    );
    steps
}

/// Runs every operation with each echoing response and returns all printed errors.
async fn run_everything() -> String {
    let mut printed = String::new();
    for index in 0..echoing_responses().len() {
        let config = json!({"client_id": "canary-client-id", "send_client_id": true});
        let common = json!({"inbound_secret": "canary-inbound-secret", "retries": 1});
        let steps = (0..9).map(|_| echoing_responses().swap_remove(index));
        let bench = Bench::with(steps.chain([success()]), common, config);
        let cx = Cx::live();
        let number = phone("+375291112233");
        let results = [
            bench.event(incoming(0, &["151"])).await.err(),
            bench.log_one(record("1")).await.err(),
            bench.connector.users(&cx).await.err(),
            bench.connector.responsible(&cx, &number).await.err(),
            bench.event(hangup(9)).await.err(),
        ];
        for error in results.into_iter().flatten() {
            writeln!(printed, "{error}\n{error:?}\n{error:#?}\n{:?}", error.hint()).unwrap();
        }
        let health = bench.connector.health(&cx).await;
        let shown = (&bench.connector, bench.connector.client());
        writeln!(printed, "{health:?}\n{shown:?}").unwrap();
    }
    printed
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_errors_logs_or_debug_output() {
    // The first thread that reaches a log statement registers it for the whole process, and
    // parallel tests have no subscriber. A second dispatcher makes tracing ask all of them, and the
    // first run registers every statement before the log is captured.
    let second_listener = tracing::Dispatch::new(tracing_subscriber::registry());
    run_everything().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let printed = run_everything().await;
    drop((guard, second_listener));
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for name in ["crm_request", "audit", "request done", "request will be retried"] {
        assert!(logged.contains(name), "the log must contain {name}");
    }
    assert!(printed.len() > 10_000, "errors must have happened");
    for (what, text) in [("errors", &printed), ("log", &logged)] {
        let leak = text.lines().find(|line| line.contains(CANARY));
        assert_eq!(leak, None, "a secret is in the {what}");
    }
}

#[test]
fn no_secret_is_in_configuration_errors() {
    let hub = vochi_crm_core::Hub::new().unwrap();
    for config in [
        json!({"api_key": "canary\nkey"}),
        json!({"url": "https://canary:canary@demo.retailcrm.ru"}),
        json!({"url": "https://demo.retailcrm.ru/?apiKey=canary"}),
    ] {
        let error = super::support::open(&hub, json!({}), config).unwrap_err();
        assert!(!format!("{error}{error:?}").contains(CANARY), "{error:?}");
    }
}
