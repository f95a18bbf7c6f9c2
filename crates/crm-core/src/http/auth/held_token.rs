//! The newest token, and how its renewals went.

use serde_json::Value;
use tokio::time::Instant;

use crate::error::{Error, Result};

pub(super) struct Held<T> {
    /// The number of tokens so far.
    pub(super) number: u64,
    pub(super) current: Option<Current<T>>,
    /// The newest token could not be saved: the next request tries again.
    pub(super) unsaved: bool,
    pub(super) refused: Option<Refused>,
    pub(super) failed: Option<Error>,
}

/// A refused renewal. The requests that wait for it are not sent to be refused too.
pub(super) struct Refused {
    pub(super) until: Instant,
    /// The stored form of the token that it used.
    pub(super) document: Value,
    pub(super) error: Error,
}

impl<T> Held<T> {
    pub(super) fn token(&self) -> Result<&T> {
        let current = self.current.as_ref();
        current.map(|current| &current.token).ok_or_else(|| Error::internal("no token is stored"))
    }
}

#[derive(Clone)]
pub(super) struct Current<T> {
    pub(super) token: T,
    pub(super) renew_at: Option<Instant>,
    pub(super) invalid_at: Option<Instant>,
}

impl<T> Current<T> {
    pub(super) fn is_due(&self) -> bool {
        self.renew_at.is_some_and(|renew_at| Instant::now() >= renew_at)
    }

    pub(super) fn is_valid(&self) -> bool {
        self.invalid_at.is_none_or(|invalid_at| Instant::now() < invalid_at)
    }
}
