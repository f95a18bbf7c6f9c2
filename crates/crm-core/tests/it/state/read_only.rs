//! Dry runs: every operation works, and no file changes.

use std::fs;

use serde_json::json;
use vochi_crm_core::state::{CallStore, DirectoryCallStore, StoreError};

use super::{ACCOUNT, CALL, Place, document, envelope, now, save, tree};

#[tokio::test]
async fn dry_run_reads_files_and_changes_memory_only() {
    let place = Place::new();
    let real = place.store().await;
    save(&real, CALL, json!("real")).await;
    save(&real, "removed", json!("real")).await;
    let files = tree(&place.root);

    let dry = DirectoryCallStore::read_only(&place.root).await.unwrap();
    assert_eq!(document(&dry, CALL).await, Some(json!("real")));
    save(&dry, CALL, json!("dry")).await;
    save(&dry, "new", json!("dry")).await;
    dry.open(ACCOUNT, "removed").await.unwrap().remove().await.unwrap();
    assert_eq!(document(&dry, CALL).await, Some(json!("dry")));
    assert_eq!(document(&dry, "new").await, Some(json!("dry")));
    assert_eq!(document(&dry, "removed").await, None);
    dry.sweep().await.unwrap();

    assert_eq!(tree(&place.root), files, "a dry run changed files");
    assert_eq!(document(&real, CALL).await, Some(json!("real")));
    assert_eq!(document(&real, "new").await, None);
    assert_eq!(document(&real, "removed").await, Some(json!("real")));
}

#[tokio::test]
async fn dry_run_creates_no_directory() {
    let place = Place::new();
    let dry = DirectoryCallStore::read_only(&place.root).await.unwrap();
    save(&dry, CALL, json!(1)).await;
    assert_eq!(document(&dry, CALL).await, Some(json!(1)));
    assert!(!place.root.exists());
}

#[tokio::test]
async fn dry_run_does_not_wait_for_a_real_one() {
    let place = Place::new();
    let real = place.store().await;
    save(&real, CALL, json!("real")).await;
    let _held = real.open(ACCOUNT, CALL).await.unwrap();
    let dry = DirectoryCallStore::read_only(&place.root).await.unwrap();
    assert_eq!(document(&dry, CALL).await, Some(json!("real")));
}

#[tokio::test]
async fn dry_run_ignores_bad_and_expired_documents() {
    let place = Place::new();
    place.plant("no JSON");
    let dry = DirectoryCallStore::read_only(&place.root).await.unwrap();
    assert_eq!(document(&dry, CALL).await, None);
    assert_eq!(fs::read_to_string(place.file("json")).unwrap(), "no JSON");

    place.plant(envelope(now() - 48 * 60 * 60).to_string());
    assert_eq!(document(&dry, CALL).await, None);
    assert!(place.file("json").exists());
}

#[tokio::test]
async fn dry_run_fails_at_a_newer_document() {
    let place = Place::new();
    place.plant(json!({ "version": 7 }).to_string());
    let dry = DirectoryCallStore::read_only(&place.root).await.unwrap();
    let error = dry.open(ACCOUNT, CALL).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { found: 7, .. }), "{error:?}");
}
