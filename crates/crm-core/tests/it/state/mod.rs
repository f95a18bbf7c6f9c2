//! The call store: stored state and locks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod directory;
mod log;
mod memory;
mod order;
pub(crate) mod processes;
mod read_only;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use vochi_crm_core::state::{CallStore, DirectoryCallStore, MemoryCallStore, Space};
use vochi_crm_core::testing::check_call_store;

const ACCOUNT: &str = "shop";
const CALL: &str = "1700000000.17";

/// A directory that is removed with the test.
struct Place {
    _parent: TempDir,
    root: PathBuf,
}

impl Place {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("state");
        Self { _parent: parent, root }
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

    /// Writes the document of [`CALL`].
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

/// One empty store of each kind.
async fn every_store(place: &Place) -> Vec<Arc<dyn CallStore>> {
    vec![
        Arc::new(MemoryCallStore::new()),
        Arc::new(place.store().await),
        Arc::new(DirectoryCallStore::read_only(place.root.join("elsewhere")).await.unwrap()),
    ]
}

async fn save(store: &dyn CallStore, call_id: &str, document: Value) {
    store.open(ACCOUNT, call_id).await.unwrap().save(&document).await.unwrap();
}

async fn document(store: &dyn CallStore, call_id: &str) -> Option<Value> {
    store.open(ACCOUNT, call_id).await.unwrap().document().cloned()
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
async fn every_store_passes_the_conformance_checks() {
    let place = Place::new();
    for store in every_store(&place).await {
        check_call_store(&*store).await.unwrap();
    }
}

#[tokio::test]
async fn each_space_has_its_own_lifetime() {
    let place = Place::new();
    let brief = std::time::Duration::ZERO;
    let stores: [Arc<dyn CallStore>; 3] = [
        Arc::new(MemoryCallStore::new().kept_for(brief).capacity(0)),
        Arc::new(place.store().await.kept_for(brief)),
        Arc::new(DirectoryCallStore::read_only(&place.root).await.unwrap().kept_for(brief)),
    ];
    for store in stores {
        for &space in Space::ALL {
            store.open_in(space, ACCOUNT, "1").await.unwrap().save(&json!(1)).await.unwrap();
        }
        store.sweep().await.unwrap();
        for &space in Space::ALL {
            let kept = store.open_in(space, ACCOUNT, "1").await.unwrap().document().is_some();
            let lasts = matches!(space, Space::Pending | Space::Tokens);
            assert_eq!(kept, lasts, "{space:?} in {store:?}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn pipe_instead_of_a_file_is_an_error_at_once() {
    for name in
        [format!("{ACCOUNT}/{CALL}.json"), format!("{ACCOUNT}/{CALL}.lock"), ".swept".into()]
    {
        let place = Place::new();
        place.plant("{}");
        let path = place.root.join(&name);
        drop(std::fs::remove_file(&path));
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success(), "{name}");
        let opened =
            async { DirectoryCallStore::open(&place.root).await?.open(ACCOUNT, CALL).await };
        let error = opened.await.expect_err(&name);
        assert!(error.message().contains("not a regular file"), "{name}: {error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn unreadable_file_hides_no_other_document() {
    let place = Place::new();
    let store = place.store().await;
    for id in ["1", "2", "звонок 3"] {
        let mut slot = store.open_in(Space::Pending, ACCOUNT, id).await.unwrap();
        slot.save(&json!(id)).await.unwrap();
    }
    let directory = place.root.join(ACCOUNT).join(".pending");
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "json") && !path.ends_with("2.json") {
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
        }
    }
    let listed = store.list(Space::Pending, ACCOUNT).await.unwrap();
    assert_eq!(listed, ["1", "2", "звонок 3"]);
    assert!(store.open_in(Space::Pending, ACCOUNT, "звонок 3").await.is_err());
}

#[tokio::test]
async fn debug_prints_no_document() {
    let place = Place::new();
    for store in every_store(&place).await {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        slot.save(&json!({ "phone": "+375291234567" })).await.unwrap();
        let shown = format!("{slot:?} {store:?}");
        assert!(!shown.contains("375291234567"), "{shown}");
        assert!(shown.contains(CALL), "missing call id: {shown}");
    }
}
