//! Why there is no permit.

use std::fmt;
use std::time::Duration;

use super::LimitKey;

/// No permit would come before the caller's deadline. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no request of account {account} may go out before its deadline: {cause} (limit {key}, \
     try again in {:.1} s)",
    .retry_after.as_secs_f64()
)]
#[non_exhaustive]
pub struct LimitError {
    key: LimitKey,
    account: Box<str>,
    cause: LimitCause,
    retry_after: Duration,
}

impl LimitError {
    /// The error of a bucket that foresees a permit only after `retry_after`.
    pub fn new(key: LimitKey, account: &str, cause: LimitCause, retry_after: Duration) -> Self {
        Self { key, account: account.into(), cause, retry_after }
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
}

impl fmt::Display for LimitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "the deadline had passed before the limit was asked",
            Self::Quota => "the requests ahead of it use up the quota",
            Self::AccountPause => "the CRM asked this account to slow down",
            Self::BucketPause => "the CRM asked several accounts to slow down",
        })
    }
}
