//! Why there is no permit.

use std::fmt;
use std::time::Duration;

use super::LimitKey;
use crate::error::{Error, ErrorKind, TryAgain};
use crate::state::StoreError;

/// No permit would come before the caller's deadline, or the limiter cannot work. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitError {
    key: LimitKey,
    account: Box<str>,
    cause: LimitCause,
    retry_after: Duration,
    /// Message and hint of the store where the limiter keeps its state.
    store: Option<Box<(String, String)>>,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, account, cause, retry_after, store } = self;
        match store.as_deref() {
            Some((message, _)) => write!(f, "cannot use the state of limit {key}: {message}"),
            None => write!(
                f,
                "no request of account {account} may go out before its deadline: {cause} (limit \
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
            .with_hint("the CRM's request limit is used up; allow more time or ask less often")
    }
}

impl LimitError {
    /// The error of a bucket that foresees a permit only after `retry_after`.
    pub fn new(key: LimitKey, account: &str, cause: LimitCause, retry_after: Duration) -> Self {
        Self { key, account: account.into(), cause, retry_after, store: None }
    }

    /// The error of a bucket whose state cannot be read or written.
    pub fn unusable(key: LimitKey, account: &str, error: &StoreError) -> Self {
        let mut unusable = Self::new(key, account, LimitCause::Unusable, Duration::ZERO);
        unusable.store = Some(Box::new((error.message(), error.hint())));
        unusable
    }

    /// How long from now a permit is foreseen, for a caller who joined the queue now.
    pub fn retry_after(&self) -> Duration {
        self.retry_after
    }

    /// What held the caller back.
    pub fn cause(&self) -> LimitCause {
        self.cause
    }

    /// The bucket.
    pub fn key(&self) -> &LimitKey {
        &self.key
    }

    /// The account on whose behalf the permit was asked for.
    pub fn account(&self) -> &str {
        &self.account
    }
}

/// What holds a caller back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitCause {
    /// The deadline had already passed when the permit was asked for.
    Late,
    /// The requests ahead use up the quota until then.
    Quota,
    /// The CRM refused this account for its limit, and its pause runs.
    AccountPause,
    /// The CRM refused several accounts for their limit, and all of the bucket pauses.
    BucketPause,
    /// The state of the bucket cannot be read or written.
    Unusable,
}

impl fmt::Display for LimitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "the deadline had passed before the limit was asked",
            Self::Quota => "the requests ahead of it use up the quota",
            Self::AccountPause => "the CRM asked this account to slow down",
            Self::BucketPause => "the CRM asked several accounts to slow down",
            Self::Unusable => "the limiter's state cannot be used",
        })
    }
}
