//! Building a pipeline.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, Pipeline};
use crate::http::auth::Auth;
use crate::http::{Dialect, LimitClass, Origin, Relocation};
use crate::hub::Hub;
use crate::limit::{Lane, LimitKey, Quota};
use crate::name::AccountName;
use crate::redaction::Redactor;
use crate::retry::RetryPolicy;
use crate::secret::Secret;

/// Builds a [`Pipeline`].
#[derive(Debug)]
pub struct PipelineBuilder {
    inner: Inner,
}

impl PipelineBuilder {
    /// Counts operations of `class` against the bucket `key`.
    #[must_use]
    pub fn quota(mut self, class: LimitClass, key: &LimitKey, quota: Quota) -> Self {
        let bucket = self.inner.hub.limiter().bucket(key, quota);
        self.inner.buckets.push((class, None, bucket));
        self
    }

    /// Counts operations of `class` in one lane against the bucket `key`, which other lanes do not
    /// use. A rate limit pauses the account in every lane.
    #[must_use]
    pub fn lane_quota(
        mut self,
        class: LimitClass,
        lane: Lane,
        key: &LimitKey,
        quota: Quota,
    ) -> Self {
        let bucket = self.inner.hub.limiter().bucket(key, quota);
        self.inner.buckets.push((class, Some(lane), bucket));
        self
    }

    /// Lets single operations pause on their own, in buckets with the name prefix `key`: for a CRM
    /// that limits each method. See [`PauseScope::Operation`](crate::http::PauseScope::Operation).
    #[must_use]
    pub fn operation_limits(mut self, key: LimitKey) -> Self {
        self.inner.operation_limits = Some(key);
        self
    }

    /// Follows redirects to the new address of an account. Without it a redirect is a response as
    /// any other.
    #[must_use]
    pub fn relocation(mut self, relocation: Arc<dyn Relocation>) -> Self {
        self.inner.relocation = Some(relocation);
        self
    }

    /// Masks these in errors and logs, in addition to the credentials.
    #[must_use]
    pub fn secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.inner.redactor = Redactor::new(secrets);
        self
    }

    /// Sets the retry policy.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.inner.retry = retry;
        self
    }

    /// Sets the timeout of an operation with all its retries, in addition to the time for sending a
    /// streamed body. Default 30 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.inner.timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt. Default 10 s. An attempt with a streamed body ends when the
    /// body stalls for as long, at least 30 s.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.inner.attempt_timeout = timeout;
        self
    }

    /// Builds the pipeline.
    pub fn build(self) -> Pipeline {
        Pipeline { inner: Arc::new(self.inner) }
    }
}

impl Pipeline {
    /// Creates a builder of a pipeline to `origin` for an account.
    pub fn builder(
        hub: &Hub,
        account: AccountName,
        origin: Origin,
        dialect: Arc<dyn Dialect>,
        auth: Arc<dyn Auth>,
    ) -> PipelineBuilder {
        PipelineBuilder {
            inner: Inner {
                hub: hub.clone(),
                account,
                origin,
                dialect,
                auth,
                redactor: Redactor::default(),
                retry: RetryPolicy::default(),
                timeout: Duration::from_secs(30),
                attempt_timeout: Duration::from_secs(10),
                buckets: Vec::new(),
                operation_limits: None,
                relocation: None,
            },
        }
    }
}
