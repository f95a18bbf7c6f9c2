//! Concurrent events of a call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use vochi_crm_core::state::CallStore;

use super::{ACCOUNT, CALL, Place, document, every_store, save};

/// Expires only on a failure: the clock is paused, and does not advance during file work.
const LONG: Duration = Duration::from_secs(60);
/// Long enough for a waiter to try the lock several times.
const SHORT: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_events_of_one_call_are_serialized() {
    let place = Place::new();
    for store in every_store(&place).await {
        let events: Vec<_> = (0..100)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
                    let seen = slot.document().and_then(Value::as_u64).unwrap_or(0);
                    tokio::task::yield_now().await;
                    slot.save(&json!(seen + 1)).await.unwrap();
                })
            })
            .collect();
        for event in events {
            event.await.unwrap();
        }
        assert_eq!(document(&*store, CALL).await, Some(json!(100)), "{store:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_one_call_are_first_come_first_served() {
    let place = Place::new();
    for store in every_store(&place).await {
        let first = store.open(ACCOUNT, CALL).await.unwrap();
        let events: Vec<_> = (0..20)
            .map(|at| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
                    let mut order = slot.document().cloned().unwrap_or_else(|| json!([]));
                    order.as_array_mut().unwrap().push(json!(at));
                    slot.save(&order).await.unwrap();
                })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(first);
        for event in events {
            event.await.unwrap();
        }
        let order: Vec<i32> = (0..20).collect();
        assert_eq!(document(&*store, CALL).await, Some(json!(order)), "{store:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn locked_call_blocks_no_other() {
    let place = Place::new();
    for store in every_store(&place).await {
        let _held = store.open(ACCOUNT, CALL).await.unwrap();
        let other = timeout(LONG, store.open(ACCOUNT, "another call")).await;
        assert!(other.is_ok(), "{store:?}");
        let other = timeout(LONG, store.open("another account", CALL)).await;
        assert!(other.is_ok(), "{store:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn cancelled_event_leaves_no_lock() {
    let place = Place::new();
    for store in every_store(&place).await {
        let held = store.open(ACCOUNT, CALL).await.unwrap();
        let gave_up = timeout(SHORT, store.open(ACCOUNT, CALL)).await;
        assert!(gave_up.is_err(), "it must not get the lock: {store:?}");
        drop(held);
        assert!(timeout(LONG, store.open(ACCOUNT, CALL)).await.is_ok(), "{store:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_stores_on_one_directory_exclude_each_other() {
    let place = Place::new();
    let (one, other) = (place.store().await, place.store().await);
    let mut held = one.open(ACCOUNT, CALL).await.unwrap();
    assert!(
        timeout(SHORT, other.open(ACCOUNT, CALL)).await.is_err(),
        "the lock must hold across stores"
    );
    held.save(&json!("from one")).await.unwrap();
    drop(held);
    assert_eq!(document(&other, CALL).await, Some(json!("from one")));
}

#[tokio::test(start_paused = true)]
async fn cancelled_event_leaves_no_ticket() {
    let place = Place::new();
    let (one, other) = (place.store().await, place.store().await);
    let held = one.open(ACCOUNT, CALL).await.unwrap();
    let tickets = || std::fs::read_dir(place.account().join(".queue")).unwrap().count();
    {
        let mut waiting = other.open(ACCOUNT, CALL);
        assert!(timeout(SHORT, &mut waiting).await.is_err());
        assert_eq!(tickets(), 1, "the waiter has a ticket");
    }
    assert_eq!(tickets(), 0, "a ticket was left behind");
    drop(held);
    assert!(timeout(LONG, one.open(ACCOUNT, CALL)).await.is_ok());
}

/// Opens a call in its own store, and returns when it has a ticket.
async fn queue_up(place: &Place, at: usize) -> tokio::task::JoinHandle<()> {
    let store = place.store().await;
    let waiting = tokio::spawn(async move {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        let mut order = slot.document().cloned().unwrap_or_else(|| json!([]));
        order.as_array_mut().unwrap().push(json!(at));
        slot.save(&order).await.unwrap();
    });
    let tickets = || {
        let queue = std::fs::read_dir(place.account().join(".queue"));
        queue.map_or(0, |entries| {
            let names = entries.map(|entry| entry.unwrap().file_name());
            names.filter(|name| !name.to_string_lossy().starts_with('.')).count()
        })
    };
    timeout(LONG, async {
        while tickets() <= at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("missing ticket");
    waiting
}

#[tokio::test(start_paused = true)]
async fn order_of_arrival_holds_across_stores() {
    let place = Place::new();
    let store = place.store().await;
    let first = store.open(ACCOUNT, CALL).await.unwrap();
    let mut waiting = Vec::new();
    for at in 0..8 {
        waiting.push(queue_up(&place, at).await);
    }
    drop(first);
    for event in waiting {
        timeout(LONG, event).await.expect("a waiter was not woken").unwrap();
    }
    assert_eq!(document(&store, CALL).await, Some(json!([0, 1, 2, 3, 4, 5, 6, 7])));
}

#[tokio::test(start_paused = true)]
async fn open_many_does_not_deadlock() {
    let place = Place::new();
    for store in every_store(&place).await {
        let mut tasks = Vec::new();
        for at in 0..20 {
            let store = Arc::clone(&store);
            tasks.push(tokio::spawn(async move {
                let ids = if at % 2 == 0 { ["a", "b", "c", "a"] } else { ["c", "a", "b", "c"] };
                let mut slots = store.open_many(ACCOUNT, &ids).await.unwrap();
                assert_eq!(slots.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
                for slot in slots.values_mut() {
                    let seen = slot.document().and_then(Value::as_u64).unwrap_or(0);
                    slot.save(&json!(seen + 1)).await.unwrap();
                }
            }));
        }
        for task in tasks {
            timeout(LONG, task).await.expect("a deadlock").unwrap();
        }
        for call_id in ["a", "b", "c"] {
            assert_eq!(document(&*store, call_id).await, Some(json!(20)), "{call_id} {store:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cancelled_open_many_releases_all_locks() {
    let place = Place::new();
    for store in every_store(&place).await {
        let held = store.open(ACCOUNT, "b").await.unwrap();
        let gave_up = timeout(SHORT, store.open_many(ACCOUNT, &["c", "b", "a"])).await;
        assert!(gave_up.is_err(), "{store:?}");
        save(&*store, "a", json!(1)).await;
        drop(held);
        let all = timeout(LONG, store.open_many(ACCOUNT, &["a", "b", "c"])).await;
        assert_eq!(all.unwrap().unwrap().len(), 3, "{store:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn abandoned_save_ends_before_the_next_event() {
    let place = Place::new();
    let store = place.store().await;
    for round in 0..50 {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        let before = slot.document().cloned();
        let new = json!(round);
        // Polled once: the file work has started, and the caller does not wait for it.
        tokio::select! {
            biased;
            result = slot.save(&new) => result.unwrap(),
            () = std::future::ready(()) => {}
        }
        drop(slot);
        let found = document(&store, CALL).await;
        assert!(found == before || found == Some(new), "{found:?} in round {round}");
        let again = document(&store, CALL).await;
        assert_eq!(found, again, "an earlier write finished later");
    }
}

#[tokio::test(start_paused = true)]
async fn save_after_an_abandoned_one_wins() {
    let place = Place::new();
    let store = place.store().await;
    for round in 0..50 {
        let mut slot = store.open(ACCOUNT, CALL).await.unwrap();
        let abandoned = json!("abandoned");
        tokio::select! {
            biased;
            result = slot.save(&abandoned) => result.unwrap(),
            () = std::future::ready(()) => {}
        }
        slot.save(&json!(round)).await.unwrap();
        assert_eq!(slot.document(), Some(&json!(round)));
        drop(slot);
        assert_eq!(document(&store, CALL).await, Some(json!(round)));
    }
}
