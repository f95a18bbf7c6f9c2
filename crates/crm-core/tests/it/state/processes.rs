//! The directory store between real processes, and when they are killed.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use vochi_crm_core::state::CallStore;

use super::{ACCOUNT, CALL, Place, document};

const ROOT: &str = "VOCHI_CRM_TEST_STATE";
const ROLE: &str = "VOCHI_CRM_TEST_ROLE";
const ROUNDS: u64 = 40;

/// A process that does not outlive the test, however that ends.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs [`another_process`] in another process.
fn start(place: &Place, role: &str) -> Running {
    let (_, test) = concat!(module_path!(), "::another_process").split_once("::").unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .env(ROOT, &place.root)
        .env(ROLE, role)
        .stdout(Stdio::null())
        .spawn();
    Running(child.unwrap())
}

#[test]
#[ignore = "the second process of the tests below"]
fn another_process() {
    let (Ok(root), Ok(role)) = (std::env::var(ROOT), std::env::var(ROLE)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let began = Instant::now();
    runtime.block_on(async {
        let store = vochi_crm_core::state::DirectoryCallStore::open(root).await.unwrap();
        match role.as_str() {
            "count" => {
                for _ in 0..ROUNDS {
                    let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
                    let seen = slot.document().and_then(Value::as_u64).unwrap_or(0);
                    slot.save(&json!(seen + 1)).await.unwrap();
                }
            }
            // Until it is killed, or nobody is left to do so.
            "write" => {
                while began.elapsed() < Duration::from_mins(1) {
                    let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
                    let round =
                        slot.document().map_or(0, |document| document["round"].as_u64().unwrap());
                    slot.save(&large(round + 1)).await.unwrap();
                }
            }
            other => panic!("no such role: {other}"),
        }
    });
}

/// Long enough that half of it would be noticed.
fn large(round: u64) -> Value {
    json!({ "round": round, "filling": vec![round; 5_000] })
}

#[tokio::test]
async fn processes_work_on_a_call_one_after_another() {
    let place = Place::new();
    let children: Vec<_> = (0..4).map(|_| start(&place, "count")).collect();
    for mut child in children {
        assert!(child.0.wait().unwrap().success());
    }
    let counted = document(&place.store().await, CALL).await;
    assert_eq!(counted, Some(json!(4 * ROUNDS)), "a count was lost");
}

#[tokio::test]
async fn a_process_killed_at_any_moment_leaves_a_whole_document_and_no_lock() {
    let place = Place::new();
    let store = place.store().await;
    let mut last = 0;
    for delay in 0..12_u64 {
        let mut child = start(&place, "write");
        // Killed during the writes that follow, at a moment that shifts from round to round.
        let write = wait_for_a_write_after(&place, last);
        let seen = timeout(Duration::from_mins(1), write).await.expect("the process writes");
        sleep(Duration::from_micros(delay * 700)).await;
        child.kill();

        let found = document(&store, CALL).await.expect("the document is still there");
        let round = found["round"].as_u64().unwrap();
        assert!(round >= seen, "round {round} is older than round {seen}, which was seen before");
        assert_eq!(found, large(round), "half a document");
        assert!(!place.file("bad").exists(), "a document could not be read");
        last = round;
    }
}

/// Reads the file as it is, without any lock, until a round later than `last` is in it.
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
