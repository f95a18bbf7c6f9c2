//! Putting a pipeline together.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, Pipeline};
use crate::http::auth::Auth;
use crate::http::{Dialect, LimitClass, Origin};
use crate::hub::Hub;
use crate::limit::{Lane, LimitKey, Quota};
use crate::name::AccountName;
use crate::redaction::Redactor;
use crate::retry::RetryPolicy;
use crate::secret::Secret;

/// Puts a [`Pipeline`] together.
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

    /// Counts operations of `class` in one lane against the bucket `key`, which no other lane waits
    /// for. A refusal for the limit holds back the account in every lane.
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

    /// Lets single operations pause by themselves, in buckets whose names begin with `key`: for a CRM
    /// that limits each method. See [`PauseScope::Operation`](crate::http::PauseScope::Operation).
    #[must_use]
    pub fn operation_limits(mut self, key: LimitKey) -> Self {
        self.inner.operation_limits = Some(key);
        self
    }

    /// Masks these in errors and logs, besides the secrets of the credentials.
    #[must_use]
    pub fn secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.inner.redactor = Redactor::new(secrets);
        self
    }

    /// How often a request is repeated.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.inner.retry = retry;
        self
    }

    /// How long an operation may take with all its retries, besides the time in which a streamed
    /// body goes out. Default 30 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.inner.timeout = timeout;
        self
    }

    /// How long one attempt may take. Default 10 s. One with a streamed body is given up when the
    /// body stands still for as long, or 30 s where that is more.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.inner.attempt_timeout = timeout;
        self
    }

    /// The pipeline.
    pub fn build(self) -> Pipeline {
        Pipeline { inner: Arc::new(self.inner) }
    }
}

impl Pipeline {
    /// A pipeline to `origin` in the name of an account.
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
            },
        }
    }
}
