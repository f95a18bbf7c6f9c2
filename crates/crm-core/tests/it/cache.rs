//! The cache: loading, waiting and lifetimes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::{advance, sleep, timeout};
use vochi_crm_core::cache::{Cache, CacheKey, Lifetime};

const POSITIVE: Duration = Duration::from_secs(5 * 60);
const NEGATIVE: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(1);
const LIFETIME: Lifetime = Lifetime::new(POSITIVE, NEGATIVE);

/// A CRM that counts its requests and responds with the count, or with nothing.
#[derive(Clone, Default)]
struct Crm {
    asked: Arc<AtomicUsize>,
}

impl Crm {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn count(&self) -> usize {
        self.asked.fetch_add(1, Ordering::SeqCst) + 1
    }

    async fn knows(&self, cache: &Cache, key: CacheKey, lifetime: Lifetime) -> Option<usize> {
        let answer = cache.get_or_load(key, lifetime, async || Ok::<_, ()>(Some(self.count())));
        answer.await.unwrap()
    }

    async fn knows_none(&self, cache: &Cache, key: CacheKey, lifetime: Lifetime) -> Option<usize> {
        let load = async || {
            self.count();
            Ok::<Option<usize>, ()>(None)
        };
        cache.get_or_load(key, lifetime, load).await.unwrap()
    }
}

fn key(key: &str) -> CacheKey {
    CacheKey::new("shop", "manager", key)
}

#[tokio::test(start_paused = true)]
async fn value_expires_exactly_after_its_lifetime() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(1));

    advance(POSITIVE.saturating_sub(MOMENT)).await;
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(1), "not expired yet");

    advance(MOMENT).await;
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(2), "expired");
}

#[tokio::test(start_paused = true)]
async fn missing_value_has_a_shorter_lifetime() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    assert_eq!(crm.knows_none(&cache, key("a"), LIFETIME).await, None);

    advance(NEGATIVE.saturating_sub(MOMENT)).await;
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, None);
    assert_eq!(crm.asked(), 1, "a missing value is cached too");

    advance(MOMENT).await;
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn caller_sets_the_largest_age() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    crm.knows(&cache, key("a"), LIFETIME).await;
    advance(Duration::from_secs(20)).await;

    let strict = Lifetime::new(Duration::from_secs(10), NEGATIVE);
    assert_eq!(crm.knows(&cache, key("a"), strict).await, Some(2));
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(2), "the newest value stays");
}

#[tokio::test(start_paused = true)]
async fn zero_lifetime_always_loads() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    for asked in 1..=3 {
        assert_eq!(crm.knows(&cache, key("a"), Lifetime::OFF).await, Some(asked));
    }
    let only_negative = Lifetime::new(Duration::ZERO, NEGATIVE);
    for asked in 4..=6 {
        assert_eq!(crm.knows(&cache, key("a"), only_negative).await, Some(asked));
    }
    let only_positive = Lifetime::new(POSITIVE, Duration::ZERO);
    crm.knows_none(&cache, key("b"), only_positive).await;
    assert_eq!(crm.knows(&cache, key("b"), only_positive).await, Some(8));
}

#[tokio::test(start_paused = true)]
async fn accounts_kinds_and_keys_do_not_mix() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let keys = [
        CacheKey::new("shop", "manager", "1"),
        CacheKey::new("shop", "manager", "2"),
        CacheKey::new("shop", "customer", "1"),
        CacheKey::new("travel", "manager", "1"),
    ];
    for round in ["first", "second"] {
        for (at, key) in keys.iter().enumerate() {
            let answer = crm.knows(&cache, key.clone(), LIFETIME).await;
            assert_eq!(answer, Some(at + 1), "{round} round, {key:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_load_once() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (cache, crm) = (cache.clone(), crm.clone());
            tokio::spawn(async move {
                let load = async || {
                    sleep(Duration::from_secs(2)).await;
                    Ok::<_, ()>(Some(crm.count()))
                };
                cache.get_or_load(key("a"), LIFETIME, load).await
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(Some(1)));
    }
    assert_eq!(crm.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiters_get_a_value_older_than_its_lifetime() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let short = Lifetime::new(Duration::from_secs(1), Duration::from_secs(1));
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let (cache, crm) = (cache.clone(), crm.clone());
            tokio::spawn(async move {
                let load = async || {
                    sleep(Duration::from_secs(5)).await;
                    Ok::<_, ()>(Some(crm.count()))
                };
                cache.get_or_load(key("a"), short, load).await
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(Some(1)));
    }
    assert_eq!(crm.knows(&cache, key("a"), short).await, Some(2), "expired later");
}

#[tokio::test(start_paused = true)]
async fn error_is_returned_to_its_loader_and_next_waiter_loads() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let (cache, crm) = (cache.clone(), crm.clone());
            tokio::spawn(async move {
                let load = async || {
                    sleep(Duration::from_secs(1)).await;
                    match crm.count() {
                        1 => Err("no connection"),
                        asked => Ok(Some(asked)),
                    }
                };
                cache.get_or_load(key("a"), LIFETIME, load).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap());
    }
    assert_eq!(answers, [Err("no connection"), Ok(Some(2)), Ok(Some(2))]);
}

#[tokio::test(start_paused = true)]
async fn error_does_not_return_an_expired_value() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    crm.knows(&cache, key("a"), LIFETIME).await;
    advance(POSITIVE).await;
    let failed = cache.get_or_load(key("a"), LIFETIME, async || Err::<Option<usize>, _>("503"));
    assert_eq!(failed.await, Err("503"));
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn cancelled_loader_hands_over_to_the_next_waiter() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let (started, has_started) = oneshot::channel();
    let stuck = {
        let cache = cache.clone();
        tokio::spawn(async move {
            let load = async move || {
                started.send(()).unwrap();
                std::future::pending::<Result<Option<usize>, ()>>().await
            };
            cache.get_or_load(key("a"), LIFETIME, load).await
        })
    };
    has_started.await.unwrap();
    let waiting = {
        let (cache, crm) = (cache.clone(), crm.clone());
        tokio::spawn(async move { crm.knows(&cache, key("a"), LIFETIME).await })
    };
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "one load at a time");

    stuck.abort();
    let answer = timeout(Duration::from_secs(1), waiting).await.expect("the next one loads");
    assert_eq!(answer.unwrap(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn slow_key_blocks_no_other() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    let slow = cache.get_or_load(key("slow"), LIFETIME, async || {
        std::future::pending::<Result<Option<usize>, ()>>().await
    });
    tokio::select! {
        biased;
        _ = slow => panic!("the slow load never ends"),
        answer = crm.knows(&cache, key("quick"), LIFETIME) => assert_eq!(answer, Some(1)),
    }
}

#[tokio::test(start_paused = true)]
async fn invalidated_value_is_loaded() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    for name in ["a", "b"] {
        crm.knows(&cache, key(name), LIFETIME).await;
    }
    cache.invalidate(&key("a")).await;
    assert_eq!(crm.knows(&cache, key("b"), LIFETIME).await, Some(2));
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(3));
}

#[tokio::test(start_paused = true)]
async fn invalidated_account_keeps_other_accounts() {
    let (cache, crm) = (Cache::new(100), Crm::default());
    for at in 0..10 {
        for account in ["shop", "travel"] {
            crm.knows(&cache, CacheKey::new(account, "manager", at.to_string()), LIFETIME).await;
        }
    }
    cache.invalidate_account("shop").await;
    for at in 0..10 {
        crm.knows(&cache, CacheKey::new("travel", "manager", at.to_string()), LIFETIME).await;
    }
    assert_eq!(crm.asked(), 20, "the other account is still cached");
    for at in 0..10 {
        crm.knows(&cache, CacheKey::new("shop", "manager", at.to_string()), LIFETIME).await;
    }
    assert_eq!(crm.asked(), 30, "the invalidated account is loaded");
}

#[tokio::test(start_paused = true)]
async fn value_invalidated_during_its_load_is_not_stored() {
    for whole_account in [false, true] {
        let (cache, crm) = (Cache::new(10), Crm::default());
        let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let early = {
            let (cache, asked, go_on) = (cache.clone(), Arc::clone(&asked), Arc::clone(&go_on));
            tokio::spawn(async move {
                let load = async || {
                    asked.notify_one();
                    go_on.notified().await;
                    Ok::<_, ()>(Some(0))
                };
                cache.get_or_load(key("a"), LIFETIME, load).await
            })
        };
        asked.notified().await;
        if whole_account {
            cache.invalidate_account("shop").await;
        } else {
            cache.invalidate(&key("a")).await;
        }
        go_on.notify_one();
        assert_eq!(
            early.await.unwrap(),
            Ok(Some(0)),
            "callers before the change get the old value"
        );
        assert_eq!(
            crm.knows(&cache, key("a"), LIFETIME).await,
            Some(1),
            "callers after the change get the new value"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn value_of_another_type_is_loaded() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    crm.knows(&cache, key("a"), LIFETIME).await;
    let name = cache.get_or_load(key("a"), LIFETIME, async || Ok::<_, ()>(Some("Anna")));
    assert_eq!(name.await, Ok(Some("Anna")));
}

/// Counts its live instances.
#[derive(Clone)]
struct Counted {
    _alive: Arc<()>,
}

#[tokio::test(start_paused = true)]
async fn capacity_evicts_the_oldest() {
    const CAPACITY: usize = 100;
    let (cache, alive) = (Cache::new(CAPACITY as u64), Arc::new(()));
    for at in 0..20_000 {
        let value = Counted { _alive: Arc::clone(&alive) };
        let load = async || Ok::<_, ()>(Some(value));
        cache.get_or_load(key(&at.to_string()), LIFETIME, load).await.unwrap();
    }
    let kept = Arc::strong_count(&alive) - 1;
    // The cache evicts in batches, so it may exceed its capacity briefly.
    assert!((CAPACITY / 2..CAPACITY * 10).contains(&kept), "{kept} values are cached");

    let crm = Crm::default();
    let load = async || {
        crm.count();
        Ok::<Option<Counted>, ()>(None)
    };
    assert!(cache.get_or_load(key("19999"), LIFETIME, load).await.unwrap().is_some());
    assert_eq!(crm.asked(), 0, "the newest value was evicted");
}

#[tokio::test(start_paused = true)]
async fn new_key_is_stored_beside_frequent_keys() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    for _ in 0..200 {
        for at in 0..10 {
            crm.knows(&cache, key(&at.to_string()), LIFETIME).await;
        }
    }
    let first = crm.knows(&cache, key("newcomer"), LIFETIME).await;
    for _ in 0..200 {
        for at in 5..10 {
            crm.knows(&cache, key(&at.to_string()), LIFETIME).await;
        }
    }
    assert_eq!(crm.knows(&cache, key("newcomer"), LIFETIME).await, first);
}

#[tokio::test(start_paused = true)]
async fn debug_prints_no_values() {
    let cache = Cache::new(10);
    let load = async || Ok::<_, ()>(Some("token-1234"));
    cache.get_or_load(key("a"), LIFETIME, load).await.unwrap();
    let shown = format!("{cache:?}");
    assert!(!shown.contains("token"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn inserted_value_is_not_loaded() {
    let (cache, crm) = (Cache::new(10), Crm::default());
    assert_eq!(cache.get::<usize>(&key("a"), LIFETIME).await, None, "nothing is cached yet");
    cache.insert(key("a"), Some(&7_usize)).await;
    cache.insert::<usize>(key("b"), None).await;
    assert_eq!(crm.knows(&cache, key("a"), LIFETIME).await, Some(7));
    assert_eq!(cache.get::<usize>(&key("b"), LIFETIME).await, Some(None));
    assert_eq!(crm.asked(), 0);

    advance(NEGATIVE).await;
    assert_eq!(cache.get::<usize>(&key("b"), LIFETIME).await, None, "expired");
    assert_eq!(cache.get(&key("a"), LIFETIME).await, Some(Some(7_usize)));
}
