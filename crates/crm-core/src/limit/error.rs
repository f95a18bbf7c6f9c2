//! Errors of limiters.

use std::fmt;
use std::time::Duration;

use super::LimitKey;
use crate::error::{Error, ErrorKind, TryAgain};
use crate::state::StoreError;

/// No permit is available before the caller's deadline, or the limiter is unusable. Nothing was
/// sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitError {
    key: LimitKey,
    account: Box<str>,
    cause: LimitCause,
    retry_after: Duration,
    /// Message and hint of the store that keeps the limiter's state.
    store: Option<Box<(String, String)>>,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, account, cause, retry_after, store } = self;
        match store.as_deref() {
            Some((message, _)) => write!(f, "cannot use the state of limit {key}: {message}"),
            None => write!(
                f,
                "no permit for account {account} before the deadline: {cause} (limit \
                 {key}, try again in {:.1} s)",
                retry_after.as_secs_f64()
            ),
        }
    }
}

impl std::error::Error for LimitError {}

impl From<LimitError> for Error {
    fn from(error: LimitError) -> Self {
        if let Some((_, hint)) = error.store.as_deref() {
            return Self::config(error.to_string()).with_hint(hint.clone());
        }
        Self::new(ErrorKind::RateLimited, error.to_string())
            .with_try_again(TryAgain::After(error.retry_after))
            .with_hint("the CRM's request limit is used up; allow more time or send fewer requests")
    }
}

impl LimitError {
    /// Creates the error of a bucket that expects a permit only after `retry_after`.
    pub fn new(key: LimitKey, account: &str, cause: LimitCause, retry_after: Duration) -> Self {
        Self { key, account: account.into(), cause, retry_after, store: None }
    }

    /// Creates the error of a bucket with unreadable or unwritable state.
    pub fn unusable(key: LimitKey, account: &str, error: &StoreError) -> Self {
        let mut unusable = Self::new(key, account, LimitCause::Unusable, Duration::ZERO);
        unusable.store = Some(Box::new((error.message(), error.hint())));
        unusable
    }

    /// The expected time until a permit, for a caller who joins the queue now.
    pub fn retry_after(&self) -> Duration {
        self.retry_after
    }

    /// The cause.
    pub fn cause(&self) -> LimitCause {
        self.cause
    }

    /// The bucket.
    pub fn key(&self) -> &LimitKey {
        &self.key
    }

    /// The account that the permit was requested for.
    pub fn account(&self) -> &str {
        &self.account
    }
}

/// The cause of a missing permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitCause {
    /// The deadline had already passed when the permit was requested.
    Late,
    /// Earlier requests use up the quota until the deadline.
    Quota,
    /// The CRM rate-limited this account, and the account pauses.
    AccountPause,
    /// The CRM rate-limited several accounts, and the whole bucket pauses.
    BucketPause,
    /// The state of the bucket cannot be read or written.
    Unusable,
}

impl fmt::Display for LimitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "deadline exceeded before a permit was requested",
            Self::Quota => "earlier requests use up the quota",
            Self::AccountPause => "the CRM rate-limited this account",
            Self::BucketPause => "the CRM rate-limited several accounts",
            Self::Unusable => "cannot use the limiter's state",
        })
    }
}
