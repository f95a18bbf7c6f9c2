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
    pub(crate) fn waited(self, waited: Duration) {
        metrics::histogram!(metric::LIMITER_WAIT, label::CRM => self.crm.as_str())
            .record(waited.as_secs_f64());
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
        metrics::counter!(
            metric::REQUESTS,
            label::CRM => self.crm.as_str(),
            label::OPERATION => self.operation.clone(),
            label::OUTCOME => outcome
        )
        .increment(1);
        metrics::histogram!(
            metric::REQUEST_DURATION,
            label::CRM => self.crm.as_str(),
            label::OPERATION => self.operation.clone()
        )
        .record(elapsed.as_secs_f64());
        tracing::debug!(
            crm = %self.crm, account = %self.account, operation = &**self.operation,
            attempt, status, elapsed_ms = elapsed.as_millis(), "request done"
        );
    }

    pub(crate) fn retry(self, attempt: u32, wait: Duration, error: &Error) {
        metrics::counter!(
            metric::RETRIES,
            label::CRM => self.crm.as_str(),
            label::OPERATION => self.operation.clone()
        )
        .increment(1);
        tracing::info!(
            crm = %self.crm, account = %self.account, operation = &**self.operation,
            attempt, wait_ms = wait.as_millis(), reason = error.message(), "request will be retried"
        );
    }

    pub(crate) fn finished<T>(self, result: &Result<T>) {
        if let Err(error) = result {
            metrics::counter!(
                metric::ERRORS,
                label::CRM => self.crm.as_str(),
                label::KIND => error.kind().as_str()
            )
            .increment(1);
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
