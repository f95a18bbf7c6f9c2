//! Answers of CRMs, remembered for a while: one cache per hub, shared by its accounts.
//!
//! With the feature `cache` (on by default) it serves many accounts at once; without it a small map
//! behind one lock takes its place.
//!
//! Lifetimes run on tokio's clock and are judged when an answer is asked for, so the one who asks
//! says how old an answer may be.
//!
//! ```
//! use std::convert::Infallible;
//! use std::time::Duration;
//! use vochi_crm_core::cache::{Cache, CacheKey, Lifetime};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Infallible> {
//! let cache = Cache::new(10_000);
//! let lifetime = Lifetime::new(Duration::from_secs(300), Duration::from_secs(30));
//! let key = || CacheKey::new("shop", "manager", "+375291234567");
//!
//! let ask = async || Ok::<_, Infallible>(Some(18_u32));
//! assert_eq!(cache.get_or_load(key(), lifetime, ask).await?, Some(18));
//!
//! let ask_again = async || Ok::<Option<u32>, Infallible>(None); // does not run
//! assert_eq!(cache.get_or_load(key(), lifetime, ask_again).await?, Some(18));
//! # Ok(())
//! # }
//! ```

mod entries;

use std::any::{Any, type_name};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use self::entries::Entries;

/// What an answer belongs to. It is printed in debug output, so it must hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    /// The account whose CRM was asked.
    pub account: String,
    /// What was asked for, such as `manager`. Answers of one kind are of one Rust type.
    pub kind: &'static str,
    /// About what it was asked, such as a phone number.
    pub key: String,
}

impl CacheKey {
    /// A key.
    pub fn new(account: impl Into<String>, kind: &'static str, key: impl Into<String>) -> Self {
        Self { account: account.into(), kind, key: key.into() }
    }
}

/// How old a response may be when it is used, counted from its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Of something found.
    pub positive: Duration,
    /// Of "there is none", usually shorter: what is missing now may be created any moment.
    pub negative: Duration,
}

impl Lifetime {
    /// Nothing is remembered: every question is asked.
    pub const OFF: Self = Self::new(Duration::ZERO, Duration::ZERO);

    /// A lifetime. Zero turns remembering off for that kind of answer.
    pub const fn new(positive: Duration, negative: Duration) -> Self {
        Self { positive, negative }
    }
}

/// Remembers answers, and asks once where many want the same.
///
/// Bounded by count: the answers not asked for the longest leave first. Clones share the contents.
#[derive(Clone)]
pub struct Cache {
    entries: Entries,
}

#[expect(clippy::unused_async, reason = "the API does not depend on where entries are kept")]
impl Cache {
    /// A cache of at most `capacity` answers; somewhat more for moments, while many come at once.
    /// Without the feature `cache` it keeps at most 1,024, however large `capacity` is.
    pub fn new(capacity: u64) -> Self {
        Self { entries: Entries::new(capacity) }
    }

    /// The remembered answer, if it is young enough, else the one that `load` brings.
    ///
    /// Of many callers with the same key one loads, and the others get its answer. If it fails, its
    /// error goes to that caller and the next in turn loads; errors are not remembered. Dropping
    /// the future of the caller that loads passes the turn on as well.
    ///
    /// With [`Lifetime::OFF`] the cache is left out: each caller loads, and nothing is kept.
    ///
    /// # Errors
    /// What `load` returns.
    pub async fn get_or_load<T, E, F, L>(
        &self,
        key: CacheKey,
        lifetime: Lifetime,
        load: F,
    ) -> Result<Option<T>, E>
    where
        T: Clone + Send + Sync + 'static,
        F: FnOnce() -> L,
        L: Future<Output = Result<Option<T>, E>>,
    {
        if lifetime == Lifetime::OFF {
            return load().await;
        }
        let (kind, came) = (key.kind, Instant::now());
        let entry = self.entries.get_or_default(key);
        if let Remembered::Answer(answer) = entry.recall(kind, lifetime, came) {
            return Ok(answer);
        }
        let _turn = entry.loading.lock().await;
        if let Remembered::Answer(answer) = entry.recall(kind, lifetime, came) {
            return Ok(answer);
        }
        let asked_at = Instant::now();
        let answer = load().await?;
        entry.keep(answer.as_ref(), asked_at);
        Ok(answer)
    }

    /// The remembered answer, if there is one that is young enough: `Some(None)` for "there is none".
    /// Nothing is loaded.
    pub async fn get<T>(&self, key: &CacheKey, lifetime: Lifetime) -> Option<Option<T>>
    where
        T: Clone + Send + Sync + 'static,
    {
        let entry = self.entries.get(key)?;
        match entry.recall(key.kind, lifetime, Instant::now()) {
            Remembered::Answer(answer) => Some(answer),
            Remembered::Nothing => None,
        }
    }

    /// Remembers an answer that is known already, in place of an older one; `None` for "there is
    /// none". A load under way ends for those who wait for it, and is not remembered.
    pub async fn insert<T>(&self, key: CacheKey, found: Option<&T>)
    where
        T: Clone + Send + Sync + 'static,
    {
        let entry = Entry::default();
        entry.keep(found, Instant::now());
        self.entries.insert(key, Arc::new(entry));
    }

    /// Forgets one answer. A load under way ends for those who wait for it, and is not remembered.
    pub async fn invalidate(&self, key: &CacheKey) {
        self.entries.remove(key);
    }

    /// Forgets every answer of an account, as [`invalidate`](Self::invalidate) does. Looks at every
    /// key of the cache.
    pub async fn invalidate_account(&self, account: &str) {
        self.entries.remove_account(account);
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("answers", &self.entries.count()).finish()
    }
}

/// The place of one response. The task that loads it holds it, so an answer to a question from before an
/// invalidation lands in a place that is no longer in the cache.
#[derive(Default)]
struct Entry {
    loading: Mutex<()>,
    answer: RwLock<Option<Answer>>,
}

#[derive(Clone)]
struct Answer {
    /// When the CRM was asked for it.
    asked_at: Instant,
    /// The `T` that was found, none for "there is none".
    found: Option<Arc<dyn Any + Send + Sync>>,
}

enum Remembered<T> {
    Answer(Option<T>),
    Nothing,
}

impl Entry {
    /// The response, if it was young enough when the caller came. A response that another caller
    /// requested in that time counts, however long it took, unless nothing is to be remembered.
    fn recall<T: Clone + 'static>(
        &self,
        kind: &str,
        lifetime: Lifetime,
        came: Instant,
    ) -> Remembered<T> {
        let answer = self.answer.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Answer { asked_at, found }) = answer else {
            return Remembered::Nothing;
        };
        let longest = if found.is_some() { lifetime.positive } else { lifetime.negative };
        // Zero for an answer that was asked for later.
        if came.saturating_duration_since(asked_at) >= longest {
            return Remembered::Nothing;
        }
        match found.as_deref().map(<dyn Any + Send + Sync>::downcast_ref::<T>) {
            None => Remembered::Answer(None),
            Some(Some(value)) => Remembered::Answer(Some(value.clone())),
            Some(None) => {
                let wanted = type_name::<T>();
                tracing::warn!(
                    kind,
                    wanted,
                    "answers of one kind are of two types: not remembered"
                );
                Remembered::Nothing
            }
        }
    }

    fn keep<T: Clone + Send + Sync + 'static>(&self, found: Option<&T>, asked_at: Instant) {
        let found = found.map(|value| Arc::new(value.clone()) as Arc<dyn Any + Send + Sync>);
        let mut answer = self.answer.write().unwrap_or_else(PoisonError::into_inner);
        *answer = Some(Answer { asked_at, found });
    }
}
