//! Conformance checks for call stores.

use serde_json::{Value, json};

use crate::state::{CallSlot, CallStore, Space, StoreError};

/// Checks that a host's own call store meets the requirements of connectors. The store must be
/// empty.
///
/// ```
/// use vochi_crm_core::state::MemoryCallStore;
/// use vochi_crm_core::testing::check_call_store;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// check_call_store(&MemoryCallStore::new()).await
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A failure reported by the store.
///
/// # Panics
/// If the store violates a requirement; the message names it.
pub async fn check_call_store(store: &dyn CallStore) -> Result<(), StoreError> {
    documents_persist(store).await?;
    keys_do_not_mix(store).await?;
    tasks_exclude_each_other(store).await?;
    list_returns_stored_documents(store).await
}

async fn documents_persist(store: &dyn CallStore) -> Result<(), StoreError> {
    let mut slot = store.open("kept", "1").await?;
    assert_eq!(slot.document(), None, "a new call has no document");
    slot.remove().await?;
    for document in [json!({"rang": ["151"]}), json!({"rang": []}), Value::Null] {
        slot.save(&document).await?;
        assert_eq!(slot.document(), Some(&document), "a slot shows what it saved");
        drop(slot);
        slot = store.open("kept", "1").await?;
        assert_eq!(slot.document(), Some(&document), "the next task finds what was saved");
    }
    slot.remove().await?;
    assert_eq!(slot.document(), None, "a removed document is gone at once");
    drop(slot);
    let slot = store.open("kept", "1").await?;
    assert_eq!(slot.document(), None, "a removed document is gone later");
    Ok(())
}

async fn keys_do_not_mix(store: &dyn CallStore) -> Result<(), StoreError> {
    let accounts = [("mix", "1"), ("mix", "2"), ("mix2", "1"), ("mi", "x1"), ("Mix", "1")];
    let keys =
        Space::ALL.iter().flat_map(|space| accounts.map(|(account, id)| (*space, account, id)));
    for (space, account, id) in keys.clone() {
        let document = json!([space.as_str(), account, id]);
        store.open_in(space, account, id).await?.save(&document).await?;
    }
    for (space, account, id) in keys {
        let slot = store.open_in(space, account, id).await?;
        let document = json!([space.as_str(), account, id]);
        assert_eq!(
            slot.document(),
            Some(&document),
            "{space:?} {account} {id} has its own document"
        );
    }
    Ok(())
}

async fn tasks_exclude_each_other(store: &dyn CallStore) -> Result<(), StoreError> {
    let mut first = store.open("turns", "1").await?;
    let second = async { store.open("turns", "1").await };
    let work = async move {
        first.save(&json!("first")).await?;
        drop(first);
        Ok::<_, StoreError>(())
    };
    let (second, worked) = tokio::join!(second, work);
    worked?;
    let document = second?.document().cloned();
    assert_eq!(document, Some(json!("first")), "a locked call is waited for");
    let many = store.open_many("turns", &["2", "1", "2"]).await?;
    assert_eq!(many.len(), 2, "a repeated id is opened once");
    Ok(())
}

async fn list_returns_stored_documents(store: &dyn CallStore) -> Result<(), StoreError> {
    let pending = Space::Pending;
    assert!(store.list(pending, "list").await?.is_empty(), "a new account has no documents");
    for id in ["b", "a/../a", "c"] {
        store.open_in(pending, "list", id).await?.save(&json!(1)).await?;
    }
    store.open("list", "call").await?.save(&json!(1)).await?;
    let mut slot: Box<dyn CallSlot> = store.open_in(pending, "list", "c").await?;
    slot.remove().await?;
    drop(slot);
    drop(store.open_in(pending, "list", "opened only").await?);
    store.sweep().await?;
    let listed = store.list(pending, "list").await?;
    assert_eq!(listed, ["a/../a", "b"], "the stored documents of the space are listed in order");
    Ok(())
}
