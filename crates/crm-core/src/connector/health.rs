//! Health checks of an account.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    name: &'static str,
    message: String,
    failure: Option<ErrorKind>,
    hint: Option<String>,
}

impl Check {
    /// Creates the result of a check that passed.
    pub fn passed(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into(), failure: None, hint: None }
    }

    /// Creates the result of a check that failed, with the reason.
    pub fn failed(
        name: &'static str,
        kind: ErrorKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { name, message: message.into(), failure: Some(kind), hint: Some(hint.into()) }
    }

    /// Creates the result of a check that an error prevented.
    pub fn broken(name: &'static str, error: &Error) -> Self {
        Self {
            name,
            message: error.message().to_owned(),
            failure: Some(error.kind()),
            hint: error.hint().map(str::to_owned),
        }
    }

    /// Adds a hint for the operator to a check that passed.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The name of the check.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The finding.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The kind of failure; `None` if the check passed.
    pub fn failure(&self) -> Option<ErrorKind> {
        self.failure
    }

    /// What an operator can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// The results of all checks of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthReport {
    latency: Duration,
    checks: Vec<Check>,
}

impl HealthReport {
    /// Creates a report from the time to the CRM's first response, at least one millisecond, and
    /// the checks.
    pub fn new(latency: Duration, checks: Vec<Check>) -> Self {
        Self { latency: latency.max(Duration::from_millis(1)), checks }
    }

    /// Returns true if every check passed.
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.failure.is_none())
    }

    /// The time to the CRM's first response.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// The checks, in order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}
