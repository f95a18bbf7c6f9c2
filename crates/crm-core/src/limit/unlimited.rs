//! A limiter without limits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Bucket, Lane, LimitCause, LimitError, LimitKey, Limiter, Quota};

/// Grants every permit at once: for tests, dry runs and stand-in servers.
///
/// It still refuses a deadline that has passed, as every bucket does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unlimited;

impl Limiter for Unlimited {
    fn bucket(&self, key: &LimitKey, _quota: Quota) -> Arc<dyn Bucket> {
        Arc::new(UnlimitedBucket { key: key.clone() })
    }
}

#[derive(Debug)]
struct UnlimitedBucket {
    key: LimitKey,
}

#[async_trait]
impl Bucket for UnlimitedBucket {
    fn try_take(&self, _account: &str, _lane: Lane) -> bool {
        true
    }

    async fn take(
        &self,
        account: &str,
        _lane: Lane,
        until: Instant,
    ) -> Result<Duration, LimitError> {
        if until < Instant::now() {
            let cause = LimitCause::Late;
            return Err(LimitError::new(self.key.clone(), account, cause, Duration::ZERO));
        }
        Ok(Duration::ZERO)
    }

    fn refused(&self, _account: &str, _pause: Duration) {}

    fn hold(&self, _pause: Duration) {}

    fn give_back(&self) {}
}
