//! The files of the directory store: names, permissions, damaged files.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use vochi_crm_core::state::{CallStore, DirectoryCallStore, StoreError};

use super::{ACCOUNT, CALL, Place, document, envelope, now, save, tree};

#[tokio::test]
async fn call_is_one_file_with_a_versioned_envelope() {
    let place = Place::new();
    let before = now();
    save(&place.store().await, CALL, json!({ "rang": ["151"] })).await;

    let written: Value = serde_json::from_slice(&fs::read(place.file("json")).unwrap()).unwrap();
    let saved_at = written["saved_at"].as_u64().unwrap();
    assert!((before..=now()).contains(&saved_at), "seconds since 1970: {saved_at}");
    assert_eq!(written, envelope(saved_at));
    assert!(!place.file("tmp").exists(), "the temporary file became the document");
}

#[tokio::test]
async fn document_survives_a_restart() {
    let place = Place::new();
    save(&place.store().await, CALL, json!({ "nested": [{ "a": null }, -1, "ы"] })).await;
    let later = place.store().await;
    assert_eq!(document(&later, CALL).await, Some(json!({ "nested": [{ "a": null }, -1, "ы"] })));
}

#[tokio::test]
async fn any_call_id_has_a_file_inside_its_account() {
    let place = Place::new();
    let store = place.store().await;
    let long = "x".repeat(10_000);
    let longer = format!("{long}y");
    let ids = [
        "../../etc/x",
        "a/b",
        "",
        ".",
        "..",
        "/etc/passwd",
        ".hidden",
        "a\\b",
        "C:\\x",
        "a\0b",
        "%",
        "%2e",
        "звонок №5 ☎",
        "a b\n",
        "CON",
        "a.json",
        "a.lock",
        "a",
        "~",
        "@",
        &long,
        &longer,
    ];
    for (at, id) in ids.iter().enumerate() {
        save(&store, id, json!(at)).await;
        store.open(id, CALL).await.unwrap().save(&json!(at)).await.unwrap();
    }
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(document(&store, id).await, Some(json!(at)), "call {id:?}");
        let slot = store.open(id, CALL).await.unwrap();
        assert_eq!(slot.document(), Some(&json!(at)), "account {id:?}");
    }
    let beside = tree(place.root.parent().unwrap());
    assert!(beside.iter().all(|path| path.starts_with("state")), "{beside:?}");
    let calls = fs::read_dir(place.account()).unwrap();
    let calls = calls.filter(|file| file.as_ref().unwrap().path().extension().unwrap() == "json");
    assert_eq!(calls.count(), ids.len(), "one file per call, directly in the account");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn two_different_ids_never_share_a_document(a in ".{0,150}", b in ".{0,150}") {
        prop_assume!(a != b);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let store = place.store().await;
            save(&store, &a, json!("a")).await;
            save(&store, &b, json!("b")).await;
            prop_assert_eq!(document(&store, &a).await, Some(json!("a")));
            prop_assert_eq!(document(&store, &b).await, Some(json!("b")));
            Ok(())
        })?;
    }
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn chmod(path: &std::path::Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn all_files_are_owner_only() {
        let place = Place::new();
        let (one, other) = (place.store().await, place.store().await);
        let mut slot = one.open(ACCOUNT, CALL).await.unwrap();
        slot.save(&json!(1)).await.unwrap();
        {
            // Creates the queue and a ticket in it.
            let waiting = other.open(ACCOUNT, CALL);
            let patience = tokio::time::timeout(std::time::Duration::from_millis(50), waiting);
            assert!(patience.await.is_err());
        }
        for path in tree(&place.root) {
            let path = place.root.join(path);
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), expected, "{}", path.display());
        }
        assert_eq!(mode(&place.root), 0o700);
    }

    #[tokio::test]
    async fn missing_parents_are_created_owner_only() {
        let place = Place::new();
        let deep = place.root.join("a/b");
        DirectoryCallStore::open(&deep).await.unwrap();
        for path in [&place.root, &place.root.join("a"), &deep] {
            assert_eq!(mode(path), 0o700, "{}", path.display());
        }
    }

    #[tokio::test]
    async fn world_writable_directory_is_refused_with_a_hint() {
        for bad in [0o777, 0o770, 0o702, 0o1777] {
            let place = Place::new();
            fs::create_dir(&place.root).unwrap();
            chmod(&place.root, bad);
            let errors = [
                DirectoryCallStore::open(&place.root).await.unwrap_err(),
                DirectoryCallStore::read_only(&place.root).await.unwrap_err(),
            ];
            for error in errors {
                assert!(matches!(error, StoreError::WritableByOthers { .. }), "{error:?}");
                let text = error.to_string();
                let path = place.root.display();
                assert!(text.contains(&format!("chmod 700 {path}")), "{text}");
                assert!(text.contains(&format!("(mode {bad:03o})")), "{text}");
            }
            chmod(&place.root, 0o700);
            assert!(
                DirectoryCallStore::open(&place.root).await.is_ok(),
                "the hint must solve the problem"
            );
        }
    }

    #[tokio::test]
    async fn world_readable_directory_is_accepted() {
        let place = Place::new();
        fs::create_dir(&place.root).unwrap();
        chmod(&place.root, 0o755);
        assert!(DirectoryCallStore::open(&place.root).await.is_ok());
    }

    #[tokio::test]
    async fn world_writable_account_is_refused() {
        let place = Place::new();
        let store = place.store().await;
        save(&store, CALL, json!(1)).await;
        chmod(&place.account(), 0o777);
        let error = store.open(ACCOUNT, CALL).await.unwrap_err().to_string();
        assert!(error.contains(&format!("chmod 700 {}", place.account().display())), "{error}");
    }
}

#[tokio::test]
async fn uncreatable_directory_error_names_the_path() {
    let place = Place::new();
    fs::write(&place.root, "a file is in the way").unwrap();
    for root in [place.root.clone(), place.root.join("below")] {
        let error = DirectoryCallStore::open(&root).await.unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&root.display().to_string()), "{text}");
        assert!(text.contains("name another state directory"), "{text}");
    }
}

#[tokio::test]
async fn failed_save_is_an_error_and_changes_nothing() {
    let place = Place::new();
    let store = place.store().await;
    let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
    slot.save(&json!("old")).await.unwrap();
    // A directory in the place of the temporary file cannot be replaced by a file, even by root.
    fs::create_dir(place.file("tmp")).unwrap();

    let error = slot.save(&json!("new")).await.unwrap_err().to_string();
    let named = place.file("json").display().to_string();
    assert!(error.contains("cannot write") && error.contains(&named), "{error}");
    assert_eq!(slot.document(), Some(&json!("old")));
    drop(slot);
    assert_eq!(document(&store, CALL).await, Some(json!("old")));
}

#[tokio::test]
async fn removed_directory_is_recreated() {
    let place = Place::new();
    let store = place.store().await;
    save(&store, CALL, json!("lost")).await;
    fs::remove_dir_all(&place.root).unwrap();
    assert_eq!(document(&store, CALL).await, None);
    save(&store, CALL, json!("new")).await;
    assert_eq!(document(&store, CALL).await, Some(json!("new")));
}

#[tokio::test]
async fn unreadable_document_is_renamed_and_counts_as_missing() {
    let mut other_call = envelope(now());
    other_call["call_id"] = json!("another");
    let mut old_version = envelope(now());
    old_version["version"] = json!(0);
    let mut cases: Vec<Vec<u8>> = vec![
        b"".into(),
        b"{\"version\":1,\"saved_at\":17".into(),
        b"\xff\xfe".into(),
        b"[]".into(),
        b"null".into(),
        b"{}".into(),
        other_call.to_string().into(),
        old_version.to_string().into(),
        "[".repeat(100_000).into(),
    ];
    for key in ["version", "saved_at", "call_id", "document"] {
        let mut incomplete = envelope(now());
        incomplete.as_object_mut().unwrap().remove(key);
        cases.push(incomplete.to_string().into());
    }
    for case in cases {
        let place = Place::new();
        place.plant(&case);
        let store = place.store().await;
        let shown = String::from_utf8_lossy(&case[..case.len().min(80)]).into_owned();

        assert_eq!(document(&store, CALL).await, None, "{shown}");
        assert_eq!(fs::read(place.file("bad")).unwrap(), case, "kept for diagnosis: {shown}");
        assert!(!place.file("json").exists(), "{shown}");
        save(&store, CALL, json!("new")).await;
        assert_eq!(document(&store, CALL).await, Some(json!("new")), "{shown}");
    }
}

#[tokio::test]
async fn renamed_document_is_logged_without_its_contents() {
    let place = Place::new();
    place.plant("{\"version\":1,\"phone\":\"+375291234567\", oops");
    let log = super::log::Log::default();
    {
        let _listening = tracing::subscriber::set_default(log.clone());
        document(&place.store().await, CALL).await;
    }
    let text = log.text();
    assert!(text.contains("WARN"), "{text}");
    assert!(
        text.contains(&place.file("json").display().to_string()),
        "missing path of the file: {text}"
    );
    assert!(text.contains(&place.file("bad").display().to_string()), "missing new path: {text}");
    assert!(!text.contains("375291234567"), "{text}");
}

#[tokio::test]
async fn newer_document_error_names_the_file() {
    let place = Place::new();
    let newer = json!({ "version": 2, "anything": "else" }).to_string();
    place.plant(&newer);
    let store = place.store().await;

    let error = store.open(ACCOUNT, CALL).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { found: 2, known: 1, .. }), "{error:?}");
    let (text, file) = (error.to_string(), place.file("json").display().to_string());
    assert!(text.contains(&file), "{text}");
    assert!(error.hint().contains("newer program"), "{text}");

    assert_eq!(store.sweep().await.unwrap(), 0);
    assert_eq!(fs::read_to_string(place.file("json")).unwrap(), newer, "the file is unchanged");
    save(&store, "another", json!(1)).await;
}

#[tokio::test]
async fn document_expires_48_hours_after_its_save() {
    let hours = |hours: u64| hours * 60 * 60;
    let cases = [
        (now() - hours(48) + 60, true),
        (now() - hours(48), false),
        (0, false),
        // The clock was set back since the save; the document is kept.
        (now() + hours(10), true),
    ];
    for (saved_at, remembered) in cases {
        let place = Place::new();
        place.plant(envelope(saved_at).to_string());
        let found = document(&place.store().await, CALL).await;
        assert_eq!(found.is_some(), remembered, "saved at {saved_at}, now {}", now());
    }
}

#[tokio::test]
async fn lifetime_of_calls_is_configurable() {
    let place = Place::new();
    place.plant(envelope(now() - 600).to_string());
    let minutes = std::time::Duration::from_mins;
    let store = place.store().await.kept_for(minutes(5));
    assert_eq!(document(&store, CALL).await, None);
    let store = place.store().await.kept_for(minutes(15));
    assert!(document(&store, CALL).await.is_some());
}
