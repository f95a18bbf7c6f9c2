//! Obtaining a token: from the store, or fetched while the store is locked.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as PlainMutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::fetch_token::{FetchToken, TokenStore};
use super::held_token::{Current, Held, Refused};
use super::token_secrets::TokenSecrets;
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::state::CallSlot;

/// How long a renewal is not tried again: one that was refused, or that failed for a token that is
/// still valid.
const RENEW_AGAIN: Duration = Duration::from_secs(30);

/// What all copies of a cached token share.
pub(super) struct Shared<F: FetchToken> {
    pub(super) fetch: F,
    pub(super) store: Option<Arc<dyn TokenStore>>,
    pub(super) held: Arc<Mutex<Held<F::Token>>>,
    /// The number of tokens and of failures so far, and whether the next token is being obtained:
    /// readable while `held` is locked.
    pub(super) newest: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) is_obtaining: AtomicBool,
    /// The valid token that requests use while its renewal takes long, with its number.
    pub(super) spare: PlainMutex<Option<(Current<F::Token>, u64)>>,
    pub(super) is_slow: AtomicBool,
    /// Separate from `held`, which is locked while a token is fetched.
    pub(super) secrets: TokenSecrets,
}

/// Where a token came from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Obtained {
    Fetched,
    FromStore,
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
    pub(super) fn new(fetch: F, secrets: TokenSecrets, store: Option<Arc<dyn TokenStore>>) -> Self {
        let held = Held { number: 0, current: None, unsaved: false, refused: None, failed: None };
        Self {
            fetch,
            store,
            held: Arc::new(Mutex::new(held)),
            newest: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            is_obtaining: AtomicBool::new(false),
            spare: PlainMutex::new(None),
            is_slow: AtomicBool::new(false),
            secrets,
        }
    }

    /// Obtains a token. After a failure the old one is used as long as it is valid.
    pub(super) async fn obtain(&self, cx: &Cx, held: &mut Held<F::Token>) -> Result<Obtained> {
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
    pub(super) fn failed_since(&self, before: u64, held: &Held<F::Token>) -> Result<()> {
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
    pub(super) fn stored(
        &self,
        store: &dyn TokenStore,
        slot: &dyn CallSlot,
    ) -> Result<Option<F::Token>> {
        let Some(document) = slot.document() else { return Ok(None) };
        let token = self.fetch.read_document(document);
        // It may hold the only valid token.
        Ok(Some(token.ok_or_else(|| store.damaged())?))
    }

    /// Saves the newest token if an earlier attempt failed.
    pub(super) async fn save_again(&self, held: &mut Held<F::Token>) {
        let (Some(store), Some(current)) = (&self.store, &held.current) else { return };
        let document = self.fetch.write_document(&current.token);
        if let Ok(mut slot) = store.lock().await {
            held.unsaved = !save(&mut *slot, document).await;
        }
    }

    pub(super) fn count(&self, held: &mut Held<F::Token>) {
        held.number += 1;
        self.newest.store(held.number, Ordering::SeqCst);
    }

    pub(super) fn keep(&self, held: &mut Held<F::Token>, token: F::Token) {
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

    pub(super) fn is_obtaining_slowly(&self) -> bool {
        self.is_obtaining.load(Ordering::SeqCst) && self.is_slow.load(Ordering::SeqCst)
    }

    pub(super) fn valid_spare(&self) -> Option<(F::Token, u64)> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, number) = spare.as_ref().filter(|(current, _)| current.is_valid())?;
        Some((current.token.clone(), *number))
    }

    pub(super) fn set_spare(&self, spare: Option<(Current<F::Token>, u64)>) {
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
