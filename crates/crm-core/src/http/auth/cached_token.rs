//! Tokens that are fetched, cached, renewed once for all waiting requests, and shared through a
//! store.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::fetch_token::{FetchToken, TokenStore};
use super::held_token::{Current, Held};
use super::obtain::{Obtained, Shared};
use super::token_secrets::TokenSecrets;
use super::{Auth, Grant, Renewal};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use crate::secret::Secret;

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
        Self { shared: Arc::new(Shared::new(fetch, secrets, store)) }
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
