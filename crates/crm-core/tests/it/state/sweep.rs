//! Removing expired calls concurrently with other work.

use std::fs::{self, File, FileTimes};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use vochi_crm_core::state::CallStore;

use super::{ACCOUNT, CALL, Place, document, envelope, now, save, tree};

const HOUR: Duration = Duration::from_secs(3600);

fn date_back(path: &std::path::Path, age: Duration) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_times(FileTimes::new().set_modified(SystemTime::now() - age)).unwrap();
}

#[tokio::test]
async fn sweep_removes_expired_calls_with_their_files() {
    let place = Place::new();
    let store = place.store().await;
    drop(store.open(ACCOUNT, CALL).await.unwrap()); // leaves a lock file
    place.plant(envelope(now() - 48 * 3600).to_string());
    fs::write(place.file("tmp"), "half a docu").unwrap();
    fs::write(place.file("bad"), "no JSON").unwrap();
    date_back(&place.file("bad"), 48 * HOUR);
    save(&store, "young", json!(1)).await;

    assert_eq!(store.sweep().await.unwrap(), 1);
    let left = ["", "/young.json", "/young.lock"].map(|file| format!("{ACCOUNT}{file}"));
    assert_eq!(tree(&place.root)[1..], left);
    assert_eq!(store.sweep().await.unwrap(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn sweep_removes_leftovers_of_ended_processes() {
    let place = Place::new();
    let store = place.store().await;
    save(&store, "removed", json!(1)).await;
    store.open(ACCOUNT, "removed").await.unwrap().remove().await.unwrap();
    drop(store.open(ACCOUNT, "only opened").await.unwrap());
    fs::write(place.file("tmp"), "half a docu").unwrap();
    let queue = place.account().join(".queue");
    fs::create_dir(&queue).unwrap();
    let ticket = format!("{CALL}@00000000000000000001-1-1");
    fs::write(queue.join(&ticket), "").unwrap();
    fs::write(queue.join(format!(".{ticket}")), "").unwrap();
    date_back(&queue.join(format!(".{ticket}")), HOUR);
    // A ticket that is being created, by a process that has not locked it yet.
    fs::write(queue.join(".new"), "").unwrap();

    assert_eq!(store.sweep().await.unwrap(), 0, "no call was removed");
    assert_eq!(tree(&place.root), [".swept", "shop", "shop/.queue", "shop/.queue/.new"]);
}

#[tokio::test]
async fn sweep_renames_bad_documents_and_keeps_them() {
    let place = Place::new();
    place.plant("no JSON");
    let store = place.store().await;
    assert_eq!(store.sweep().await.unwrap(), 0);
    assert!(place.file("bad").exists() && !place.file("json").exists());
    store.sweep().await.unwrap();
    assert!(place.file("bad").exists(), "kept for diagnosis");
}

#[tokio::test]
async fn sweep_leaves_foreign_files_alone() {
    let place = Place::new();
    let store = place.store().await;
    save(&store, CALL, json!(1)).await;
    for name in ["README", "notes.txt", "shop/notes.txt", "shop/README", "shop/.json"] {
        fs::write(place.root.join(name), "by hand").unwrap();
    }
    let before = tree(&place.root);
    store.sweep().await.unwrap();
    assert_eq!(tree(&place.root), before);
}

#[tokio::test]
async fn locked_call_is_not_swept() {
    let place = Place::new();
    let (store, sweeper) = (place.store().await, place.store().await);
    place.plant(envelope(now() - 48 * 3600).to_string());
    let mut held = store.open(ACCOUNT, CALL).await.unwrap();
    assert_eq!(sweeper.sweep().await.unwrap(), 0);
    held.save(&json!("just in time")).await.unwrap();
    drop(held);
    assert_eq!(sweeper.sweep().await.unwrap(), 0);
    assert_eq!(document(&store, CALL).await, Some(json!("just in time")));
}

#[tokio::test]
async fn unsweepable_call_does_not_block_the_sweep() {
    let place = Place::new();
    place.plant(envelope(now() - 48 * 3600).to_string());
    // Directories in the place of files.
    fs::create_dir(place.account().join("a.tmp")).unwrap();
    fs::create_dir(place.account().join("b.json")).unwrap();
    let store = place.store().await;
    assert_eq!(store.sweep().await.unwrap(), 1);
}

/// Opens a call, and returns when a sweep started by that has ended.
async fn open_and_let_sweep(place: &Place) {
    let store = place.store().await;
    drop(store.open(ACCOUNT, "another").await.unwrap());
    drop(store.open(ACCOUNT, "another").await.unwrap());
}

#[test]
fn open_starts_a_sweep_once_an_hour() {
    for (age, swept) in [(HOUR * 61 / 60, true), (HOUR * 59 / 60, false)] {
        let place = Place::new();
        // The end of a runtime waits for running file work, and so for the sweep.
        let in_a_program = |work: &dyn Fn() -> _| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(work());
        };
        in_a_program(&|| open_and_let_sweep(&place));
        place.plant(envelope(now() - 48 * 3600).to_string());
        date_back(&place.root.join(".swept"), age);
        in_a_program(&|| open_and_let_sweep(&place));
        assert_eq!(!place.file("json").exists(), swept, "last sweep {age:?} ago");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_sweeps_keep_documents_and_locks() {
    const ROUNDS: u64 = 60;
    let place = Place::new();
    let done = Arc::new(AtomicBool::new(false));
    let sweeper = {
        let (store, done) = (place.store().await, Arc::clone(&done));
        tokio::spawn(async move {
            let mut sweeps = 0;
            while !done.load(Ordering::Relaxed) {
                store.sweep().await.unwrap();
                sweeps += 1;
            }
            sweeps
        })
    };
    // Separate stores, so that only the files separate them. Between rounds a call has no document,
    // which is when a sweep removes its lock file.
    let counted = Arc::new(std::sync::Mutex::new(0));
    let mut workers = Vec::new();
    for _ in 0..4 {
        let (store, counted) = (place.store().await, Arc::clone(&counted));
        workers.push(tokio::spawn(async move {
            for _ in 0..ROUNDS {
                let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
                let before = *counted.lock().unwrap();
                assert_eq!(slot.document(), None, "another task holds the lock");
                slot.save(&json!(before)).await.unwrap();
                *counted.lock().unwrap() = before + 1;
                slot.remove().await.unwrap();
            }
        }));
    }
    let kept = {
        let store = place.store().await;
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let mut slot = store.open(ACCOUNT, "kept").await.unwrap();
                let seen = slot.document().and_then(Value::as_u64).unwrap_or(0);
                assert_eq!(seen, round, "a sweep removed a document in use");
                slot.save(&json!(round + 1)).await.unwrap();
            }
        })
    };
    for worker in workers {
        worker.await.unwrap();
    }
    kept.await.unwrap();
    done.store(true, Ordering::Relaxed);
    assert!(sweeper.await.unwrap() > 0, "no sweep ran concurrently");
    assert_eq!(*counted.lock().unwrap(), 4 * ROUNDS);
}
