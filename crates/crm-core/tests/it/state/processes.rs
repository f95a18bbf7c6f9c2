//! The directory store shared by processes that may be killed.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use vochi_crm_core::state::{CallStore, DirectoryCallStore};

use super::{ACCOUNT, CALL, Place, document};
use crate::process::{Role, Running};

const ROUNDS: u64 = 40;

/// Increments the counter in a call's document, opening it anew each time.
pub(crate) async fn count_in_call(root: &Path) {
    let store = DirectoryCallStore::open(root).await.unwrap();
    for _ in 0..ROUNDS {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        let seen = slot.document().and_then(Value::as_u64).unwrap_or(0);
        slot.save(&json!(seen + 1)).await.unwrap();
    }
}

/// Writes until it is killed, or the test has ended.
pub(crate) async fn write_call(root: &Path) {
    let store = DirectoryCallStore::open(root).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        let round = slot.document().map_or(0, |document| document["round"].as_u64().unwrap());
        slot.save(&large(round + 1)).await.unwrap();
    }
}

/// Long enough that a partial write is noticed.
fn large(round: u64) -> Value {
    json!({ "round": round, "filling": vec![round; 5_000] })
}

#[tokio::test]
async fn processes_exclude_each_other() {
    let place = Place::new();
    let children: Vec<_> = (0..4).map(|_| Running::start(Role::CountInCall, &place.root)).collect();
    for mut child in children {
        child.succeeds();
    }
    let counted = document(&place.store().await, CALL).await;
    assert_eq!(counted, Some(json!(4 * ROUNDS)), "a count was lost");
}

#[tokio::test]
async fn killed_process_leaves_a_whole_document_and_no_lock() {
    let place = Place::new();
    let store = place.store().await;
    let mut last = 0;
    for delay in 0..12_u64 {
        let mut child = Running::start(Role::WriteCall, &place.root);
        // Killed during the following writes, at a time that varies between rounds.
        let write = wait_for_a_write_after(&place, last);
        let seen = timeout(Duration::from_secs(60), write).await.expect("the process writes");
        sleep(Duration::from_micros(delay * 700)).await;
        child.kill();

        let found = document(&store, CALL).await.expect("the document is still there");
        let round = found["round"].as_u64().unwrap();
        assert!(round >= seen, "round {round} is older than round {seen}, which was seen before");
        assert_eq!(found, large(round), "partial document");
        assert!(!place.file("bad").exists(), "a document was unreadable");
        last = round;
    }
}

/// Reads the file without a lock, until it contains a round later than `last`.
async fn wait_for_a_write_after(place: &Place, last: u64) -> u64 {
    loop {
        if let Ok(bytes) = fs::read(place.file("json")) {
            let envelope: Value = serde_json::from_slice(&bytes).expect("a whole document");
            let round = envelope["document"]["round"].as_u64().unwrap();
            if round > last {
                return round;
            }
        }
        sleep(Duration::from_millis(1)).await;
    }
}
