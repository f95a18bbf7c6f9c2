//! Requests, answers and whole processes that are lost in the middle of a call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use vochi_crm_core::state::{CallStore, MemoryCallStore};
use vochi_crm_core::{CrmConnector as _, Cx, Hub};
use vochi_crm_kontur::Connector;
use vochi_crm_sandbox::kontur::Stage;
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::stand_in::{
    BASE, TELEPHONY, assert_truthful, communication, events, facts, profile, stand_in, tell,
};
use super::support::{CALL, call, connect, ext, log, record, recording};

/// A connector that shares what is remembered with others of this store.
fn remembering(sandbox: &Sandbox, store: &Arc<MemoryCallStore>) -> Connector {
    let store: Arc<dyn CallStore> = store.clone();
    let hub = Hub::builder().store(store).build().unwrap();
    connect(&hub, &profile(sandbox, json!({})))
}

#[tokio::test]
async fn whatever_is_lost_at_any_step_one_truthful_call_stands_there_in_the_end() {
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
                let (sandbox, connector) = stand_in().await;
                let fault = Fault::on(Crm::Kontur).path(path).lose(lose).times(times);
                for (number, event) in events().iter().enumerate() {
                    if number == step {
                        sandbox.fault(fault.clone());
                    }
                    let _ = tell(&connector, event).await;
                }
                if step == events().len() {
                    sandbox.fault(fault.clone());
                }
                let _ = log(&connector, facts(&file)).await;
                // The host plays everything again, until all of it was taken.
                let mut settled = false;
                for _ in 0..4 {
                    for event in events() {
                        let _ = tell(&connector, &event).await;
                    }
                    let receipt = log(&connector, facts(&file)).await;
                    settled = receipt.is_ok_and(|receipt| receipt.requests() == 0);
                    if settled {
                        break;
                    }
                }
                assert!(settled, "{what}");
                assert_truthful(&sandbox, &what);
                let requests = sandbox.requests(Crm::Kontur);
                lost |= requests.iter().any(|one| one.status.is_none());
            }
            assert!(lost, "{lose:?} of {path}: nothing was lost");
        }
    }
}

#[tokio::test]
async fn a_late_recording_that_is_lost_on_its_way_is_attached_once_in_the_end() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let lossy = [format!("{TELEPHONY}/call-recording"), format!("{BASE}/files")];
    for lose in [Lose::Request, Lose::Answer] {
        for (path, times) in lossy.iter().flat_map(|path| [(path, 1), (path, 2)]) {
            let what = format!("{lose:?} {times} of {path}");
            let (sandbox, connector) = stand_in().await;
            for event in events() {
                tell(&connector, &event).await.unwrap();
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
            assert_truthful(&sandbox, &what);
        }
    }
}

#[tokio::test]
async fn a_process_that_ends_between_two_requests_is_followed_by_one_that_finishes() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    for path in ["/communications/callbacks/telephony/register-call", "/files"] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let store = Arc::new(MemoryCallStore::new());
        let first = remembering(&sandbox, &store);
        for event in events() {
            tell(&first, &event).await.unwrap();
        }
        // The request is carried out, and whoever waits for its answer is gone.
        sandbox.fault(
            Fault::on(Crm::Kontur).path(format!("{BASE}{path}")).delay(Duration::from_secs(30)),
        );
        let gone = tokio::time::timeout(Duration::from_millis(300), log(&first, facts(&file)));
        gone.await.unwrap_err();
        drop(first);
        let second = remembering(&sandbox, &store);
        assert!(log(&second, facts(&file)).await.unwrap().recorded());
        assert_truthful(&sandbox, path);
        assert_eq!(log(&second, facts(&file)).await.unwrap().requests(), 0);
    }
}

#[tokio::test]
async fn an_event_whose_process_ended_is_gone_on_with_by_the_next_one() {
    let begun = (0, "call-started");
    let ended = (4, "call-finished");
    let legs = (0..5).map(|step| (step, "call-event"));
    for (step, method) in legs.chain([begun, ended]) {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let store = Arc::new(MemoryCallStore::new());
        let first = remembering(&sandbox, &store);
        for earlier in &events()[..step] {
            tell(&first, earlier).await.unwrap();
        }
        sandbox.fault(
            Fault::on(Crm::Kontur)
                .path(format!("{TELEPHONY}/{method}"))
                .delay(Duration::from_secs(30)),
        );
        let event = &events()[step];
        let gone = tokio::time::timeout(Duration::from_millis(120), tell(&first, event));
        gone.await.unwrap_err();
        drop(first);
        let second = remembering(&sandbox, &store);
        for event in &events()[step..] {
            let _ = tell(&second, event).await;
        }
        let call = communication(&sandbox);
        let what = format!("{method} of event {step}");
        assert_eq!(call.stage, Stage::Finished, "{what}");
        assert_eq!(sandbox.refused(Crm::Kontur), [], "{what}");
        // The stand-in knows a repeat by its time, and what is told again has the same.
        assert_eq!(call.events.len(), 7, "{what}: {:?}", call.events);
    }
}
