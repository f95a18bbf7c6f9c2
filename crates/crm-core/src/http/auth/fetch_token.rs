//! What is fetched: the tokens of one account, and where they are kept.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::connector::Cx;
use crate::error::{Error, Result};
use crate::http::HttpRequest;
use crate::hub::Hub;
use crate::secret::Secret;
use crate::state::{CallSlot, StoreError};

/// The lifetime of a token, from when it was fetched or read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenLifetime {
    /// When the next one is fetched. `Duration::MAX`: only after a refusal.
    pub renew_after: Duration,
    /// When the token is invalid. Until then it is used if no other one can be fetched.
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
pub trait FetchToken: Send + Sync + fmt::Debug + 'static {
    /// A token with the data that belongs to it.
    type Token: Clone + Send + Sync + 'static;

    /// Fetches a token. `current` is the newest one, from the store or memory: a refresh may use it
    /// up.
    ///
    /// # Errors
    /// If no token can be fetched. The next request tries again; after a refusal (kind `auth`) of a
    /// stored token not within 30 seconds, unless the store has another one.
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

    /// The hub of tokens that are used up when they are renewed. Then a fetch runs to its end without
    /// the deadline of the request that started it, and [`Hub::finish`] waits for it.
    fn hub(&self) -> Option<&Hub> {
        None
    }

    /// Returns true if the fetch failed because the token it used up is not the newest: then the
    /// store is read again.
    fn is_outdated(&self, error: &Error) -> bool {
        let _ = error;
        false
    }

    /// Serializes a token for the store.
    fn write_document(&self, token: &Self::Token) -> Option<Value> {
        let _ = token;
        None
    }

    /// Reads a token from the store; `None` for an invalid document, which is an error and stays.
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

    /// The error of a stored document that is no token: where it is, and what to do.
    fn damaged(&self) -> StoreError {
        StoreError::other("the stored token cannot be read")
    }
}
