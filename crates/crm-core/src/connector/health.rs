//! Whether an account works end to end.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    name: &'static str,
    message: String,
    failure: Option<ErrorKind>,
    hint: Option<String>,
}

impl Check {
    /// It is as it should be.
    pub fn passed(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into(), failure: None, hint: None }
    }

    /// It is not, and why.
    pub fn failed(
        name: &'static str,
        kind: ErrorKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { name, message: message.into(), failure: Some(kind), hint: Some(hint.into()) }
    }

    /// It could not be looked at because of an error.
    pub fn broken(name: &'static str, error: &Error) -> Self {
        Self {
            name,
            message: error.message().to_owned(),
            failure: Some(error.kind()),
            hint: error.hint().map(str::to_owned),
        }
    }

    /// Adds a word for the operator to a check that passed.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What was looked at.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What was found.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What kind of trouble it is; `None` if it is none.
    pub fn failure(&self) -> Option<ErrorKind> {
        self.failure
    }

    /// What to do.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// What a check of an account found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthReport {
    latency: Duration,
    checks: Vec<Check>,
}

impl HealthReport {
    /// The checks and how long the CRM took for its first response, which counts a millisecond at
    /// least.
    pub fn new(latency: Duration, checks: Vec<Check>) -> Self {
        Self { latency: latency.max(Duration::from_millis(1)), checks }
    }

    /// Whether every check passed.
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.failure.is_none())
    }

    /// How long the CRM took for its first answer.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// The checks, in order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}
