//! Spans, metrics and log lines of requests.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::metric::{self, label};
use crate::name::{AccountName, CrmName};

/// Reports the progress of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Reporter<'a> {
    pub(crate) crm: CrmName,
    pub(crate) account: &'a AccountName,
    pub(crate) operation: &'a Cow<'static, str>,
}

impl Reporter<'_> {
    fn crm(self) -> (&'static str, Cow<'static, str>) {
        (label::CRM, self.crm.as_str().into())
    }

    fn operation(self) -> (&'static str, Cow<'static, str>) {
        (label::OPERATION, self.operation.clone())
    }

    pub(crate) fn waited(self, waited: Duration) {
        metric::measure(metric::LIMITER_WAIT, [self.crm()], waited.as_secs_f64());
        tracing::debug!(
            crm = %self.crm, account = %self.account, operation = &**self.operation,
            waited_ms = waited.as_millis(), "waited for the limiter"
        );
    }

    pub(crate) fn attempt(self, attempt: u32, status: Option<u16>, elapsed: Duration) {
        let outcome = match status {
            Some(200..=299) => "ok",
            Some(_) => "refused",
            None => "failed",
        };
        let labels = [self.crm(), self.operation(), (label::OUTCOME, outcome.into())];
        metric::count(metric::REQUESTS, labels);
        let labels = [self.crm(), self.operation()];
        metric::measure(metric::REQUEST_DURATION, labels, elapsed.as_secs_f64());
        tracing::debug!(
            crm = %self.crm, account = %self.account, operation = &**self.operation,
            attempt, status, elapsed_ms = elapsed.as_millis(), "request done"
        );
    }

    pub(crate) fn retry(self, attempt: u32, wait: Duration, error: &Error) {
        metric::count(metric::RETRIES, [self.crm(), self.operation()]);
        tracing::info!(
            crm = %self.crm, account = %self.account, operation = &**self.operation,
            attempt, wait_ms = wait.as_millis(), reason = error.message(), "request will be retried"
        );
    }

    pub(crate) fn finished<T>(self, result: &Result<T>) {
        if let Err(error) = result {
            let kind = (label::KIND, error.kind().as_str().into());
            metric::count(metric::ERRORS, [self.crm(), kind]);
        }
    }

    /// Writes the audit log line of a write.
    pub(crate) fn audit<T>(self, subject: Option<&str>, attempts: u32, result: &Result<T>) {
        match result {
            Ok(_) => tracing::info!(
                target: "audit",
                crm = %self.crm, account = %self.account, operation = &**self.operation,
                subject, attempts, effect = "applied", "written"
            ),
            Err(error) => tracing::warn!(
                target: "audit",
                crm = %self.crm, account = %self.account, operation = &**self.operation,
                subject, attempts, effect = error.effect().as_str(),
                kind = error.kind().as_str(), status = error.status(), "write failed"
            ),
        }
    }
}
