//! Expiry in the memory store.

use std::time::Duration;

use serde_json::json;
use tokio::time::advance;
use vochi_crm_core::state::{CallStore, KEPT_FOR, MemoryCallStore};

use super::{ACCOUNT, CALL, document, save};

#[tokio::test(start_paused = true)]
async fn call_expires_48_hours_after_its_last_save() {
    let store = MemoryCallStore::new();
    save(&store, CALL, json!(1)).await;
    advance(Duration::from_secs(47 * 3600)).await;
    save(&store, CALL, json!(2)).await;

    advance(Duration::from_secs(48 * 3600) - Duration::from_secs(1)).await;
    assert_eq!(document(&store, CALL).await, Some(json!(2)), "it was saved again in between");
    advance(Duration::from_secs(1)).await;
    assert_eq!(document(&store, CALL).await, None);
    assert_eq!(KEPT_FOR, Duration::from_secs(48 * 3600));
}

#[tokio::test(start_paused = true)]
async fn sweep_returns_the_number_of_removed_calls() {
    let store = MemoryCallStore::new().kept_for(Duration::from_secs(60));
    for call_id in ["1", "2"] {
        save(&store, call_id, json!(0)).await;
    }
    advance(Duration::from_secs(30)).await;
    save(&store, "3", json!(0)).await;
    assert_eq!(store.sweep().await.unwrap(), 0);

    advance(Duration::from_secs(30)).await;
    assert_eq!(store.sweep().await.unwrap(), 2);
    assert_eq!(document(&store, "3").await, Some(json!(0)));
}

#[tokio::test(start_paused = true)]
async fn full_store_evicts_the_oldest_call() {
    let store = MemoryCallStore::new().capacity(3);
    for call_id in ["1", "2", "3"] {
        save(&store, call_id, json!(0)).await;
    }
    save(&store, "1", json!(0)).await; // now the youngest
    save(&store, "4", json!(0)).await;
    assert_eq!(document(&store, "2").await, None, "the oldest is evicted");
    for call_id in ["1", "3", "4"] {
        assert_eq!(document(&store, call_id).await, Some(json!(0)), "call {call_id}");
    }
}

#[tokio::test(start_paused = true)]
async fn locked_call_never_expires() {
    let store = MemoryCallStore::new().capacity(1).kept_for(Duration::from_secs(60));
    let mut held = store.open(ACCOUNT, "held").await.unwrap();
    held.save(&json!("still talking")).await.unwrap();
    for call_id in ["1", "2", "3"] {
        save(&store, call_id, json!(0)).await;
    }
    advance(Duration::from_secs(59)).await;
    assert_eq!(held.document(), Some(&json!("still talking")));
    drop(held);
    assert_eq!(document(&store, "held").await, Some(json!("still talking")));

    // The same while a task waits for it.
    let held = store.open(ACCOUNT, "held").await.unwrap();
    let waiting = store.open(ACCOUNT, "held");
    tokio::pin!(waiting);
    assert!(is_pending(&mut waiting).await);
    drop(held);
    save(&store, "4", json!(0)).await;
    assert_eq!(waiting.await.unwrap().document(), Some(&json!("still talking")));
}

async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        () = tokio::task::yield_now() => true,
    }
}
