//! Tokens that are fetched, cached, renewed once for all waiting requests, and shared through a
//! store.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as PlainMutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::fetch_token::{FetchToken, TokenStore};
use super::held_token::{Current, Held, Refused};
use super::token_secrets::TokenSecrets;
use super::{Auth, Grant, Renewal};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use crate::secret::Secret;
use crate::state::CallSlot;

/// How long a renewal is not tried again: one that was refused, or that failed for a token that is
/// still valid.
const RENEW_AGAIN: Duration = Duration::from_secs(30);

/// How long requests wait for a renewal while the old token is valid.
const PATIENCE: Duration = Duration::from_secs(5);

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
    held: Arc<Mutex<Held<F::Token>>>,
    /// The number of tokens and of failures so far, and whether the next token is being obtained:
    /// readable while `held` is locked.
    newest: AtomicU64,
    failures: AtomicU64,
    is_obtaining: AtomicBool,
    /// The valid token that requests use while its renewal takes long, with its number.
    spare: PlainMutex<Option<(Current<F::Token>, u64)>>,
    is_slow: AtomicBool,
    /// Separate from `held`, which is locked while a token is fetched.
    secrets: TokenSecrets,
}

/// Where a token came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Obtained {
    Fetched,
    FromStore,
}

type Guard<F> = OwnedMutexGuard<Held<<F as FetchToken>::Token>>;

/// A token for a request, with its number.
enum Usable<F: FetchToken> {
    Fresh(Guard<F>),
    Old(F::Token, u64),
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
        let held = Held { number: 0, current: None, unsaved: false, refused: None, failed: None };
        let held = Arc::new(Mutex::new(held));
        let shared = Shared {
            fetch,
            store,
            held,
            newest: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            is_obtaining: AtomicBool::new(false),
            spare: PlainMutex::new(None),
            is_slow: AtomicBool::new(false),
            secrets,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The current token; fetches one if there is none.
    ///
    /// # Errors
    /// As [`FetchToken::fetch`], and those of the store.
    pub async fn token(&self, cx: &Cx) -> Result<F::Token> {
        let held = self.fresh(cx).await?;
        held.token().cloned()
    }

    /// The newest token of the store and of memory, valid or not. Nothing is fetched.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn peek(&self) -> Result<Option<F::Token>> {
        let held = self.shared.held.lock().await;
        let own = || held.current.as_ref().map(|current| current.token.clone());
        match &self.shared.store {
            Some(store) if !held.unsaved => {
                let slot = store.lock().await?;
                self.shared.stored(&**store, &*slot)
            }
            _ => Ok(own()),
        }
    }

    /// Replaces the token with one that was obtained in another way; `None` forgets it. `change`
    /// gets the newest token of the store and of memory.
    ///
    /// # Errors
    /// Those of `change` and of the store. The token is unchanged then.
    pub async fn replace(
        &self,
        change: impl FnOnce(Option<&F::Token>) -> Result<Option<F::Token>> + Send,
    ) -> Result<()> {
        let (shared, mut held) = (&*self.shared, self.shared.held.lock().await);
        let own = held.current.as_ref().map(|current| current.token.clone());
        let token = if let Some(store) = &shared.store {
            let mut slot = store.lock().await?;
            let stored = shared.stored(&**store, &*slot)?;
            let current = if held.unsaved { own } else { stored.or(own) };
            let token = change(current.as_ref())?;
            match token.as_ref().map(|token| shared.fetch.write_document(token)) {
                Some(Some(document)) => slot.save(&document).await?,
                Some(None) => {}
                None => slot.remove().await?,
            }
            token
        } else {
            change(own.as_ref())?
        };
        (held.unsaved, held.refused) = (false, None);
        if let Some(token) = token {
            shared.keep(&mut held, token);
        } else {
            shared.count(&mut held);
            shared.set_spare(None);
            held.current = None;
        }
        Ok(())
    }

    /// Renews the token now, and returns the new one. A token that another process renewed in the
    /// meantime is taken from the store.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn renewed(&self, cx: &Cx) -> Result<F::Token> {
        let mut held = Arc::clone(&self.shared.held).lock_owned().await;
        let is_first = held.current.is_none();
        held.refused = None;
        let (mut held, obtained) = self.obtain(cx, held).await?;
        if obtained? == Obtained::FromStore && is_first {
            let (again, obtained) = self.obtain(cx, held).await?;
            obtained?;
            held = again;
        }
        held.token().cloned()
    }

    /// The fetcher of the tokens.
    pub fn fetcher(&self) -> &F {
        &self.shared.fetch
    }

    /// Locks a token that is not due.
    async fn fresh(&self, cx: &Cx) -> Result<Guard<F>> {
        let before = self.shared.failures.load(Ordering::SeqCst);
        let mut held = Arc::clone(&self.shared.held).lock_owned().await;
        if held.current.as_ref().is_none_or(Current::is_due) {
            self.shared.failed_since(before, &held)?;
            let (held, obtained) = self.obtain(cx, held).await?;
            match obtained {
                Err(error) if !held.current.as_ref().is_some_and(Current::is_valid) => {
                    return Err(error);
                }
                _ => return Ok(held),
            }
        }
        if held.unsaved {
            self.shared.save_again(&mut held).await;
        }
        Ok(held)
    }

    /// Locks a token that is not due, or copies the old one if its renewal takes long.
    async fn usable(&self, cx: &Cx) -> Result<Usable<F>> {
        if self.shared.fetch.hub().is_none() {
            return self.fresh(cx).await.map(Usable::Fresh);
        }
        if let Ok(held) = Arc::clone(&self.shared.held).try_lock_owned()
            && held.current.as_ref().is_some_and(|current| !current.is_due())
            && !held.unsaved
        {
            return Ok(Usable::Fresh(held));
        }
        // It is slow for all as soon as one has waited for it.
        if !self.shared.is_obtaining_slowly()
            && let Ok(held) = tokio::time::timeout(PATIENCE, self.fresh(cx)).await
        {
            return held.map(Usable::Fresh);
        }
        if let Some((token, number)) = self.shared.valid_spare() {
            self.shared.is_slow.store(true, Ordering::SeqCst);
            return Ok(Usable::Old(token, number));
        }
        self.fresh(cx).await.map(Usable::Fresh)
    }

    /// Obtains a token. If a renewal uses the old one up, it runs in a task of its own, which ends
    /// even if the caller does not wait for it: the new token must reach the store.
    async fn obtain(&self, cx: &Cx, mut held: Guard<F>) -> Result<(Guard<F>, Result<Obtained>)> {
        let Some(hub) = self.shared.fetch.hub() else {
            let obtained = self.shared.obtain(cx, &mut held).await;
            return Ok((held, obtained));
        };
        let renewing = hub.renewing().await;
        let (shared, cx) = (Arc::clone(&self.shared), cx.clone().without_deadline());
        let task = async move {
            let _renewing = renewing;
            let obtained = shared.obtain(&cx, &mut held).await;
            (held, obtained)
        };
        let task = tokio::spawn(task.in_current_span());
        task.await.map_err(|_| Error::internal("the task that fetches a token was stopped"))
    }
}

/// Marks a token as being obtained until it is dropped.
struct Obtaining<'a>(&'a AtomicBool);

impl<'a> Obtaining<'a> {
    fn begin(flag: &'a AtomicBool) -> Self {
        flag.store(true, Ordering::SeqCst);
        Self(flag)
    }
}

impl Drop for Obtaining<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl<F: FetchToken> Shared<F> {
    /// Obtains a token. After a failure the old one is used as long as it is valid.
    async fn obtain(&self, cx: &Cx, held: &mut Held<F::Token>) -> Result<Obtained> {
        let _obtaining = Obtaining::begin(&self.is_obtaining);
        let obtained = self.take_or_fetch(cx, held).await;
        self.is_slow.store(false, Ordering::SeqCst);
        if let Err(error) = &obtained
            && let Some(current) = held.current.as_mut().filter(|current| current.is_valid())
        {
            tracing::warn!(%error, "the token is not renewed; the old one is used");
            current.renew_at = Some(Instant::now() + RENEW_AGAIN);
        }
        obtained
    }

    /// Takes the token of the store if it is newer and valid, else fetches one.
    async fn take_or_fetch(&self, cx: &Cx, held: &mut Held<F::Token>) -> Result<Obtained> {
        if let Some(current) = &mut held.current {
            // If the fetch fails, the next request tries again; a refresh needs the old token.
            current.renew_at = Some(Instant::now());
        }
        let own = held.current.as_ref().map(|current| current.token.clone());
        let Some(store) = &self.store else {
            let token = self.fetch_unless_refused(cx, held, own.as_ref()).await?;
            self.keep(held, token);
            return Ok(Obtained::Fetched);
        };
        let own_document = own.as_ref().and_then(|token| self.fetch.write_document(token));
        let mut used = own_document;
        let mut outdated = None;
        loop {
            let mut slot = store.lock().await?;
            // A token that could not be saved is newer than the stored one.
            let is_other = !held.unsaved && slot.document() != used.as_ref();
            match outdated {
                Some(error) if !is_other => return Err(error),
                _ => {}
            }
            let stored = self.stored(&**store, &*slot)?;
            if let Some(token) = stored.clone().filter(|_| is_other)
                && !self.fetch.lifetime(&token).renew_after.is_zero()
            {
                self.keep(held, token);
                return Ok(Obtained::FromStore);
            }
            if held.current.is_none()
                && let Some(token) = &stored
                && !self.fetch.lifetime(token).forget_after.is_zero()
            {
                // It is used if no other one can be fetched.
                self.keep(held, token.clone());
            }
            let current = if held.unsaved { own.clone() } else { stored.or_else(|| own.clone()) };
            match self.fetch_unless_refused(cx, held, current.as_ref()).await {
                Ok(token) => {
                    held.unsaved = !save(&mut *slot, self.fetch.write_document(&token)).await;
                    self.keep(held, token);
                    return Ok(Obtained::Fetched);
                }
                // Another host may have refreshed it, with a store that cannot lock across hosts.
                Err(error) if self.fetch.is_outdated(&error) && outdated.is_none() => {
                    used = slot.document().cloned();
                    outdated = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The failure of a fetch that ended while the caller waited for it, if one did: its own attempt
    /// would not go better, and those who wait would try one after another.
    fn failed_since(&self, before: u64, held: &Held<F::Token>) -> Result<()> {
        match &held.failed {
            Some(error) if self.failures.load(Ordering::SeqCst) > before => Err(error.duplicate()),
            _ => Ok(()),
        }
    }

    /// Fetches a token, unless one was refused to the current one just now.
    async fn fetch_unless_refused(
        &self,
        cx: &Cx,
        held: &mut Held<F::Token>,
        current: Option<&F::Token>,
    ) -> Result<F::Token> {
        let document = current.and_then(|token| self.fetch.write_document(token));
        let is_same = |refused: &Refused| Some(&refused.document) == document.as_ref();
        let refused = held.refused.take().filter(is_same);
        if let Some(refused) = refused.filter(|refused| Instant::now() < refused.until) {
            let error = refused.error.duplicate();
            held.refused = Some(refused);
            return Err(error);
        }
        let fetched = self.fetch.fetch(cx, current).await;
        if let Err(error) = &fetched {
            held.failed = Some(error.duplicate());
            self.failures.fetch_add(1, Ordering::SeqCst);
        }
        if let (Err(error), Some(document)) = (&fetched, document)
            && error.kind() == ErrorKind::Auth
        {
            let (until, error) = (Instant::now() + RENEW_AGAIN, error.duplicate());
            held.refused = Some(Refused { until, document, error });
        }
        fetched
    }

    /// The token of the store.
    fn stored(&self, store: &dyn TokenStore, slot: &dyn CallSlot) -> Result<Option<F::Token>> {
        let Some(document) = slot.document() else { return Ok(None) };
        let token = self.fetch.read_document(document);
        // It may hold the only valid token.
        Ok(Some(token.ok_or_else(|| store.damaged())?))
    }

    /// Saves the newest token if an earlier attempt failed.
    async fn save_again(&self, held: &mut Held<F::Token>) {
        let (Some(store), Some(current)) = (&self.store, &held.current) else { return };
        let document = self.fetch.write_document(&current.token);
        if let Ok(mut slot) = store.lock().await {
            held.unsaved = !save(&mut *slot, document).await;
        }
    }

    fn count(&self, held: &mut Held<F::Token>) {
        held.number += 1;
        self.newest.store(held.number, Ordering::SeqCst);
    }

    fn keep(&self, held: &mut Held<F::Token>, token: F::Token) {
        let lifetime = self.fetch.lifetime(&token);
        let now = Instant::now();
        let far = now + Duration::from_secs(24 * 365 * 3600);
        let invalid_at = now.checked_add(lifetime.forget_after);
        self.secrets.add(invalid_at.unwrap_or(far), self.fetch.secrets(&token));
        self.count(held);
        let renew_at = now.checked_add(lifetime.renew_after);
        let current = Current { token, renew_at, invalid_at };
        if self.fetch.hub().is_some() {
            self.set_spare(Some((current.clone(), held.number)));
        }
        held.current = Some(current);
    }

    fn is_obtaining_slowly(&self) -> bool {
        self.is_obtaining.load(Ordering::SeqCst) && self.is_slow.load(Ordering::SeqCst)
    }

    fn valid_spare(&self) -> Option<(F::Token, u64)> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, number) = spare.as_ref().filter(|(current, _)| current.is_valid())?;
        Some((current.token.clone(), *number))
    }

    fn set_spare(&self, spare: Option<(Current<F::Token>, u64)>) {
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = spare;
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
        match self.usable(cx).await? {
            Usable::Fresh(held) => {
                self.shared.fetch.apply(held.token()?, request)?;
                Ok(Grant::new(held.number))
            }
            Usable::Old(token, number) => {
                self.shared.fetch.apply(&token, request)?;
                Ok(Grant::new(number))
            }
        }
    }

    fn is_current(&self, grant: Grant) -> bool {
        let newest = self.shared.newest.load(Ordering::SeqCst);
        let is_obtaining = self.shared.is_obtaining.load(Ordering::SeqCst);
        grant == Grant::new(newest) && (!is_obtaining || self.shared.is_obtaining_slowly())
    }

    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let before = self.shared.failures.load(Ordering::SeqCst);
        let held = Arc::clone(&self.shared.held).lock_owned().await;
        if refused == Grant::new(held.number) {
            self.shared.failed_since(before, &held)?;
            let (mut held, obtained) = self.obtain(cx, held).await?;
            match obtained {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Renewal::Impossible);
                }
                Err(error) => {
                    // The CRM refuses the token, whatever its lifetime.
                    if let Some(current) = &mut held.current {
                        let now = Some(Instant::now());
                        (current.renew_at, current.invalid_at) = (now, now);
                    }
                    self.shared.set_spare(None);
                    return Err(error);
                }
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
