//! Requests, responses and processes lost in the middle of a call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use vochi_crm_core::state::{CallStore, MemoryCallStore};
use vochi_crm_core::{CrmConnector as _, Cx, Hub};
use vochi_crm_kontur::Connector;
use vochi_crm_sandbox::kontur::Stage;
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::sandbox_calls::{
    BASE, TELEPHONY, assert_correct, call_record, communication, events, profile, sandbox_account,
    send_event,
};
use super::support::{CALL, call, connect, ext, log, record, recording};

/// Returns a connector with a shared call store.
fn with_store(sandbox: &Sandbox, store: &Arc<MemoryCallStore>) -> Connector {
    let store: Arc<dyn CallStore> = store.clone();
    let hub = Hub::builder().store(store).build().unwrap();
    connect(&hub, &profile(sandbox, json!({})))
}

#[tokio::test]
async fn loss_at_any_step_ends_in_one_correct_call() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let lossy = [
        format!("{TELEPHONY}/call-started"),
        format!("{TELEPHONY}/call-event"),
        format!("{TELEPHONY}/call-finished"),
        format!("{TELEPHONY}/register-call"),
        format!("{BASE}/files"),
        BASE.to_owned(),
    ];
    for lose in [Lose::Request, Lose::Answer] {
        for path in &lossy {
            let mut lost = false;
            for (step, times) in (0..=events().len()).flat_map(|step| [(step, 1), (step, 2)]) {
                let what = format!("{lose:?} {times} of {path} from step {step}");
                let (sandbox, connector) = sandbox_account().await;
                let fault = Fault::on(Crm::Kontur).path(path).lose(lose).times(times);
                for (number, event) in events().iter().enumerate() {
                    if number == step {
                        sandbox.fault(fault.clone());
                    }
                    let _ = send_event(&connector, event).await;
                }
                if step == events().len() {
                    sandbox.fault(fault.clone());
                }
                let _ = log(&connector, call_record(&file)).await;
                // The host repeats everything until all of it is accepted.
                let mut settled = false;
                for _ in 0..4 {
                    for event in events() {
                        let _ = send_event(&connector, &event).await;
                    }
                    let receipt = log(&connector, call_record(&file)).await;
                    settled = receipt.is_ok_and(|receipt| receipt.requests() == 0);
                    if settled {
                        break;
                    }
                }
                assert!(settled, "{what}");
                assert_correct(&sandbox, &what);
                let requests = sandbox.requests(Crm::Kontur);
                lost |= requests.iter().any(|one| one.status.is_none());
            }
            assert!(lost, "{lose:?} of {path}: nothing was lost");
        }
    }
}

#[tokio::test]
async fn lost_late_recording_is_attached_once() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let lossy = [format!("{TELEPHONY}/call-recording"), format!("{BASE}/files")];
    for lose in [Lose::Request, Lose::Answer] {
        for (path, times) in lossy.iter().flat_map(|path| [(path, 1), (path, 2)]) {
            let what = format!("{lose:?} {times} of {path}");
            let (sandbox, connector) = sandbox_account().await;
            for event in events() {
                send_event(&connector, &event).await.unwrap();
            }
            let record = record(CALL).with_talked_with(ext("102"));
            let _ = log(&connector, record).await.unwrap();
            sandbox.fault(Fault::on(Crm::Kontur).path(path).lose(lose).times(times));
            let mut settled = false;
            for _ in 0..4 {
                let cx = Cx::history();
                let receipt = connector.attach_recording(&cx, &call(), &file).await;
                settled = receipt.is_ok_and(|receipt| receipt.requests() == 0);
                if settled {
                    break;
                }
            }
            assert!(settled, "{what}");
            let requests = sandbox.requests(Crm::Kontur);
            let lost = requests.iter().any(|one| one.status.is_none());
            assert!(lost, "{what}: nothing was lost");
            assert_correct(&sandbox, &what);
        }
    }
}

#[tokio::test]
async fn next_process_finishes_interrupted_requests() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    for path in ["/communications/callbacks/telephony/register-call", "/files"] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let store = Arc::new(MemoryCallStore::new());
        let first = with_store(&sandbox, &store);
        for event in events() {
            send_event(&first, &event).await.unwrap();
        }
        // The request is processed, but its sender no longer waits for the response.
        sandbox.fault(
            Fault::on(Crm::Kontur).path(format!("{BASE}{path}")).delay(Duration::from_secs(30)),
        );
        let cancelled =
            tokio::time::timeout(Duration::from_millis(300), log(&first, call_record(&file)));
        cancelled.await.unwrap_err();
        drop(first);
        let second = with_store(&sandbox, &store);
        assert!(log(&second, call_record(&file)).await.unwrap().recorded());
        assert_correct(&sandbox, path);
        assert_eq!(log(&second, call_record(&file)).await.unwrap().requests(), 0);
    }
}

#[tokio::test]
async fn next_process_continues_interrupted_event() {
    let start = (0, "call-started");
    let ended = (4, "call-finished");
    let legs = (0..5).map(|step| (step, "call-event"));
    for (step, method) in legs.chain([start, ended]) {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let store = Arc::new(MemoryCallStore::new());
        let first = with_store(&sandbox, &store);
        for earlier in &events()[..step] {
            send_event(&first, earlier).await.unwrap();
        }
        sandbox.fault(
            Fault::on(Crm::Kontur)
                .path(format!("{TELEPHONY}/{method}"))
                .delay(Duration::from_secs(30)),
        );
        let event = &events()[step];
        let cancelled = tokio::time::timeout(Duration::from_millis(120), send_event(&first, event));
        cancelled.await.unwrap_err();
        drop(first);
        let second = with_store(&sandbox, &store);
        for event in &events()[step..] {
            let _ = send_event(&second, event).await;
        }
        let call = communication(&sandbox);
        let what = format!("{method} of event {step}");
        assert_eq!(call.stage, Stage::Finished, "{what}");
        assert_eq!(sandbox.refused(Crm::Kontur), [], "{what}");
        // The sandbox detects a repeat by its time, which a repeated event keeps.
        assert_eq!(call.events.len(), 7, "{what}: {:?}", call.events);
    }
}
