//! Names of spans, metrics and log lines: one place, so that dashboards can rely on them.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::name::{AccountName, CrmName};

/// Requests that went out, by CRM, operation and how they ended.
const REQUESTS: &str = "vochi_crm_requests_total";
/// Errors a caller got, by CRM and kind.
const ERRORS: &str = "vochi_crm_errors_total";
/// Requests that were sent again.
const RETRIES: &str = "vochi_crm_retries_total";
/// Seconds a request waited for the limiter.
const LIMITER_WAIT: &str = "vochi_crm_limiter_wait_seconds";
/// Seconds from the first byte out to the last byte in, of one attempt.
const LATENCY: &str = "vochi_crm_request_seconds";

/// Reports the life of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Reporter<'a> {
    pub(crate) crm: CrmName,
    pub(crate) account: &'a AccountName,
    pub(crate) operation: &'static str,
}

impl Reporter<'_> {
    pub(crate) fn waited(self, waited: Duration) {
        metrics::histogram!(LIMITER_WAIT, "crm" => self.crm.as_str()).record(waited.as_secs_f64());
        tracing::debug!(
            crm = %self.crm, account = %self.account, operation = self.operation,
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
            REQUESTS,
            "crm" => self.crm.as_str(), "operation" => self.operation, "outcome" => outcome
        )
        .increment(1);
        metrics::histogram!(
            LATENCY, "crm" => self.crm.as_str(), "operation" => self.operation
        )
        .record(elapsed.as_secs_f64());
        tracing::debug!(
            crm = %self.crm, account = %self.account, operation = self.operation,
            attempt, status, elapsed_ms = elapsed.as_millis(), "request done"
        );
    }

    pub(crate) fn retry(self, attempt: u32, wait: Duration, error: &Error) {
        metrics::counter!(RETRIES, "crm" => self.crm.as_str(), "operation" => self.operation)
            .increment(1);
        tracing::info!(
            crm = %self.crm, account = %self.account, operation = self.operation,
            attempt, wait_ms = wait.as_millis(), reason = error.message(), "will be sent again"
        );
    }

    pub(crate) fn finished<T>(self, result: &Result<T>) {
        if let Err(error) = result {
            metrics::counter!(
                ERRORS, "crm" => self.crm.as_str(), "kind" => error.kind().as_str()
            )
            .increment(1);
        }
    }

    /// The one line every write to a CRM leaves.
    pub(crate) fn audit<T>(self, subject: Option<&str>, attempts: u32, result: &Result<T>) {
        match result {
            Ok(_) => tracing::info!(
                target: "audit",
                crm = %self.crm, account = %self.account, operation = self.operation,
                subject, attempts, effect = "applied", "written"
            ),
            Err(error) => tracing::warn!(
                target: "audit",
                crm = %self.crm, account = %self.account, operation = self.operation,
                subject, attempts, effect = error.effect().as_str(),
                kind = error.kind().as_str(), status = error.status(), "not written"
            ),
        }
    }
}
