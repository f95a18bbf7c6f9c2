//! Tokens that are fetched, cached, renewed once for all waiting requests, and shared through a
//! store.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex as PlainMutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Auth, Grant, Renewal};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use crate::secret::Secret;
use crate::state::{CallSlot, StoreError};

/// The number of tokens masked in errors and logs: late responses may contain an older one.
const REMEMBERED: usize = 3;

/// The lifetime of a token, from when it was fetched or read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenLifetime {
    /// When the next one is fetched. `Duration::MAX`: only after a refusal.
    pub renew_after: Duration,
    /// When the token is dropped.
    pub forget_after: Duration,
}

impl TokenLifetime {
    /// Creates a lifetime.
    pub const fn new(renew_after: Duration, forget_after: Duration) -> Self {
        Self { renew_after, forget_after }
    }
}

/// Fetches and applies the tokens of one account.
#[async_trait::async_trait]
pub trait FetchToken: Send + Sync + fmt::Debug {
    /// A token with the data that belongs to it.
    type Token: Clone + Send + Sync;

    /// Fetches a token. `current` is the newest one, from the store or memory: a refresh may use it
    /// up.
    ///
    /// # Errors
    /// If no token can be fetched. The next request tries again.
    async fn fetch(&self, cx: &Cx, current: Option<&Self::Token>) -> Result<Self::Token>;

    /// Puts a token into a request.
    ///
    /// # Errors
    /// If it cannot be put there.
    fn apply(&self, token: &Self::Token, request: &mut HttpRequest) -> Result<()>;

    /// The lifetime of a token from now on.
    fn lifetime(&self, token: &Self::Token) -> TokenLifetime;

    /// The parts of a token that must not be printed.
    fn secrets(&self, token: &Self::Token) -> Vec<Secret>;

    /// Serializes a token for the store.
    fn write_document(&self, token: &Self::Token) -> Option<Value> {
        let _ = token;
        None
    }

    /// Reads a token from the store; `None` for an invalid document.
    fn read_document(&self, document: &Value) -> Option<Self::Token> {
        let _ = document;
        None
    }
}

/// The store of one account's token, across restarts and processes.
#[async_trait::async_trait]
pub trait TokenStore: Send + Sync + fmt::Debug {
    /// Locks the token; other processes wait until the slot is dropped.
    ///
    /// # Errors
    /// If the store cannot be read or locked.
    async fn lock(&self) -> Result<Box<dyn CallSlot>, StoreError>;
}

/// Credentials that are fetched when first needed, and renewed before they expire or once after a
/// refusal: one fetch for all waiting requests. With a store, a fetch holds its lock, and the new
/// token is saved before its first use.
pub struct CachedToken<F: FetchToken> {
    shared: Arc<Shared<F>>,
}

impl<F: FetchToken> Clone for CachedToken<F> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

struct Shared<F: FetchToken> {
    fetch: F,
    store: Option<Arc<dyn TokenStore>>,
    held: Mutex<Held<F::Token>>,
    /// Separate from `held`, which is locked while a token is fetched.
    secrets: TokenSecrets,
}

/// The newest tokens of an account, to be masked, also in errors of the requests that fetch them:
/// their pipeline shares this value through [`NoAuth::masking`](super::NoAuth::masking).
#[derive(Clone, Default)]
pub struct TokenSecrets(Arc<PlainMutex<Remembered>>);

/// The secrets of the newest tokens, with their expiry.
type Remembered = VecDeque<(Instant, Vec<Secret>)>;

impl TokenSecrets {
    /// The secrets of unexpired tokens.
    pub(super) fn current(&self) -> Vec<Secret> {
        let now = Instant::now();
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|(forget_at, _)| *forget_at > now);
        tokens.iter().flat_map(|(_, secrets)| secrets.clone()).collect()
    }

    fn add(&self, forget_at: Instant, secrets: Vec<Secret>) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() == REMEMBERED {
            tokens.pop_front();
        }
        tokens.push_back((forget_at, secrets));
    }
}

impl fmt::Debug for TokenSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecrets")
    }
}

struct Held<T> {
    /// The number of tokens so far.
    number: u64,
    current: Option<Current<T>>,
    /// The newest token could not be saved: the next request tries again.
    unsaved: bool,
}

struct Current<T> {
    token: T,
    renew_at: Option<Instant>,
}

impl<F: FetchToken> CachedToken<F> {
    /// Creates tokens in memory only.
    pub fn new(fetch: F, secrets: TokenSecrets) -> Self {
        Self::with(fetch, secrets, None)
    }

    /// Creates tokens that are stored and shared through a store.
    pub fn stored(fetch: F, secrets: TokenSecrets, store: Arc<dyn TokenStore>) -> Self {
        Self::with(fetch, secrets, Some(store))
    }

    fn with(fetch: F, secrets: TokenSecrets, store: Option<Arc<dyn TokenStore>>) -> Self {
        let held = Held { number: 0, current: None, unsaved: false };
        Self { shared: Arc::new(Shared { fetch, store, held: Mutex::new(held), secrets }) }
    }

    /// The current token; fetches one if there is none.
    ///
    /// # Errors
    /// As [`FetchToken::fetch`], and those of the store.
    pub async fn token(&self, cx: &Cx) -> Result<F::Token> {
        let mut held = self.shared.held.lock().await;
        Ok(self.fresh(cx, &mut held).await?.clone())
    }

    /// The fetcher of the tokens.
    pub fn fetcher(&self) -> &F {
        &self.shared.fetch
    }

    async fn fresh<'a>(&self, cx: &Cx, held: &'a mut Held<F::Token>) -> Result<&'a F::Token> {
        let due = |current: &Current<F::Token>| {
            current.renew_at.is_some_and(|renew_at| Instant::now() >= renew_at)
        };
        if held.current.as_ref().is_none_or(due) {
            self.obtain(cx, held).await?;
        } else if held.unsaved {
            self.save_again(held).await;
        }
        let current = held.current.as_ref();
        current.map(|current| &current.token).ok_or_else(|| Error::internal("no token is stored"))
    }

    /// Takes the token of the store if it is newer and valid, else fetches one.
    async fn obtain(&self, cx: &Cx, held: &mut Held<F::Token>) -> Result<()> {
        let shared = &*self.shared;
        if let Some(current) = &mut held.current {
            // If the fetch fails, the next request tries again; a refresh needs the old token.
            current.renew_at = Some(Instant::now());
        }
        let own = held.current.as_ref().map(|current| current.token.clone());
        if let Some(store) = &shared.store {
            return self.obtain_from(cx, held, &**store, own.as_ref()).await;
        }
        let token = shared.fetch.fetch(cx, own.as_ref()).await?;
        self.keep(held, token);
        Ok(())
    }

    async fn obtain_from(
        &self,
        cx: &Cx,
        held: &mut Held<F::Token>,
        store: &dyn TokenStore,
        own: Option<&F::Token>,
    ) -> Result<()> {
        let fetch = &self.shared.fetch;
        let mut slot = store.lock().await?;
        let stored = slot.document().and_then(|document| fetch.read_document(document));
        let own_document = own.and_then(|token| fetch.write_document(token));
        // A token that could not be saved is newer than the stored one.
        let is_other = !held.unsaved && slot.document() != own_document.as_ref();
        if let Some(token) = stored.clone().filter(|_| is_other)
            && !fetch.lifetime(&token).renew_after.is_zero()
        {
            self.keep(held, token);
            return Ok(());
        }
        let current = if held.unsaved { own.cloned() } else { stored.or_else(|| own.cloned()) };
        let token = fetch.fetch(cx, current.as_ref()).await?;
        held.unsaved = !save(&mut *slot, fetch.write_document(&token)).await;
        self.keep(held, token);
        Ok(())
    }

    /// Saves the newest token if an earlier attempt failed.
    async fn save_again(&self, held: &mut Held<F::Token>) {
        let (Some(store), Some(current)) = (&self.shared.store, &held.current) else { return };
        let document = self.shared.fetch.write_document(&current.token);
        if let Ok(mut slot) = store.lock().await {
            held.unsaved = !save(&mut *slot, document).await;
        }
    }

    fn keep(&self, held: &mut Held<F::Token>, token: F::Token) {
        let lifetime = self.shared.fetch.lifetime(&token);
        let now = Instant::now();
        let far = now + Duration::from_secs(24 * 365 * 3600);
        let forget_at = now.checked_add(lifetime.forget_after).unwrap_or(far);
        self.shared.secrets.add(forget_at, self.shared.fetch.secrets(&token));
        held.number += 1;
        held.current = Some(Current { token, renew_at: now.checked_add(lifetime.renew_after) });
    }
}

/// Saves a token. A failure is only logged: this token may be the only valid one.
async fn save(slot: &mut dyn CallSlot, document: Option<Value>) -> bool {
    let Some(document) = document else { return true };
    match slot.save(&document).await {
        Ok(()) => true,
        Err(error) => {
            let error = Error::from(error);
            tracing::error!(error = error.message(), "cannot save the new token");
            false
        }
    }
}

#[async_trait::async_trait]
impl<F: FetchToken> Auth for CachedToken<F> {
    async fn authorize(&self, cx: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        let mut held = self.shared.held.lock().await;
        let token = self.fresh(cx, &mut held).await?;
        self.shared.fetch.apply(token, request)?;
        Ok(Grant::new(held.number))
    }

    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let mut held = self.shared.held.lock().await;
        if refused == Grant::new(held.number) {
            match self.obtain(cx, &mut held).await {
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Renewal::Impossible);
                }
                result => result?,
            }
        }
        Ok(Renewal::Renewed)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.shared.secrets.current()
    }
}

impl<F: FetchToken> fmt::Debug for CachedToken<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedToken").field("fetch", &self.shared.fetch).finish_non_exhaustive()
    }
}
