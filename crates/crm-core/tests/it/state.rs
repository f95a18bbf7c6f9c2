//! The call store: what is remembered of a call, and who may work on it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests"
)]

mod directory;
mod log;
mod memory;
mod order;
mod processes;
mod read_only;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use vochi_crm_core::state::{CallStore, DirectoryCallStore, MemoryCallStore};

const ACCOUNT: &str = "shop";
const CALL: &str = "1700000000.17";

/// A directory that goes away with the test.
struct Place {
    _parent: TempDir,
    root: PathBuf,
}

impl Place {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("state");
        Self {
            _parent: parent,
            root,
        }
    }

    async fn store(&self) -> DirectoryCallStore {
        DirectoryCallStore::open(&self.root).await.unwrap()
    }

    fn account(&self) -> PathBuf {
        self.root.join(ACCOUNT)
    }

    /// The file of [`CALL`] with this suffix.
    fn file(&self, suffix: &str) -> PathBuf {
        self.account().join(format!("{CALL}.{suffix}"))
    }

    /// Puts this in the place of [`CALL`]'s document.
    fn plant(&self, contents: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.account()).unwrap();
        #[cfg(unix)]
        for path in [&self.root, &self.account()] {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            std::fs::set_permissions(path, mode).unwrap();
        }
        std::fs::write(self.file("json"), contents).unwrap();
    }
}

/// The stores that promise the same, each with nothing in it.
async fn every_store(place: &Place) -> Vec<Arc<dyn CallStore>> {
    vec![
        Arc::new(MemoryCallStore::new()),
        Arc::new(place.store().await),
        Arc::new(
            DirectoryCallStore::read_only(place.root.join("elsewhere"))
                .await
                .unwrap(),
        ),
    ]
}

async fn save(store: &dyn CallStore, call_id: &str, document: Value) {
    store
        .open(ACCOUNT, call_id)
        .await
        .unwrap()
        .save(&document)
        .await
        .unwrap();
}

async fn document(store: &dyn CallStore, call_id: &str) -> Option<Value> {
    store
        .open(ACCOUNT, call_id)
        .await
        .unwrap()
        .document()
        .cloned()
}

fn envelope(saved_at: u64) -> Value {
    json!({ "version": 1, "saved_at": saved_at, "call_id": CALL, "document": { "rang": ["151"] } })
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// Every file and directory below, as text, in order.
fn tree(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(root).unwrap().display().to_string());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_one_event_saves_the_next_one_finds() {
    let place = Place::new();
    for store in every_store(&place).await {
        let mut ringing = store.open(ACCOUNT, CALL).await.unwrap();
        assert_eq!(ringing.document(), None, "{store:?}");
        ringing.save(&json!({ "rang": ["151"] })).await.unwrap();
        assert_eq!(
            ringing.document(),
            Some(&json!({ "rang": ["151"] })),
            "{store:?}"
        );
        ringing
            .save(&json!({ "rang": ["151", "152"] }))
            .await
            .unwrap();
        drop(ringing);
        let found = document(&*store, CALL).await;
        assert_eq!(found, Some(json!({ "rang": ["151", "152"] })), "{store:?}");
    }
}

#[tokio::test]
async fn a_removed_document_is_gone_at_once_and_later() {
    let place = Place::new();
    for store in every_store(&place).await {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        slot.remove().await.expect("nothing to remove is no error");
        slot.save(&json!(1)).await.unwrap();
        slot.remove().await.unwrap();
        assert_eq!(slot.document(), None, "{store:?}");
        drop(slot);
        assert_eq!(document(&*store, CALL).await, None, "{store:?}");
    }
}

#[tokio::test]
async fn a_saved_null_is_a_document() {
    let place = Place::new();
    for store in every_store(&place).await {
        save(&*store, CALL, Value::Null).await;
        assert_eq!(
            document(&*store, CALL).await,
            Some(Value::Null),
            "{store:?}"
        );
    }
}

#[tokio::test]
async fn accounts_and_calls_do_not_mix() {
    let place = Place::new();
    for store in every_store(&place).await {
        let pairs = [
            ("shop", "1"),
            ("shop", "2"),
            ("travel", "1"),
            ("sh", "op1"),
            ("Shop", "1"),
        ];
        for (at, (account, call_id)) in pairs.iter().enumerate() {
            store
                .open(account, call_id)
                .await
                .unwrap()
                .save(&json!(at))
                .await
                .unwrap();
        }
        for (at, (account, call_id)) in pairs.iter().enumerate() {
            let slot = store.open(account, call_id).await.unwrap();
            assert_eq!(
                slot.document(),
                Some(&json!(at)),
                "{account} {call_id} {store:?}"
            );
        }
    }
}

#[tokio::test]
async fn debug_output_shows_no_document() {
    let place = Place::new();
    for store in every_store(&place).await {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        slot.save(&json!({ "phone": "+375291234567" }))
            .await
            .unwrap();
        let shown = format!("{slot:?} {store:?}");
        assert!(!shown.contains("375291234567"), "{shown}");
        assert!(shown.contains(CALL), "it says which call: {shown}");
    }
}
