//! The dialect of a CRM: its errors and rate limits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{OperationInfo, Response};
use crate::error::{Effect, ErrorKind};
use crate::name::CrmName;

/// What to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Do not retry.
    Never,
    /// Retry after a delay, for any operation: the CRM did not process the request because of a
    /// limit.
    Throttled,
    /// Retry after a delay if the operation may be retried.
    Transient,
    /// Renew the credentials and retry once: the CRM did not process the request because of them.
    Renew,
}

/// An error response of a CRM. Each connector creates them from one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(crate) kind: ErrorKind,
    pub(crate) advice: Advice,
    pub(crate) effect: Effect,
    pub(crate) message: Cow<'static, str>,
    pub(crate) hint: Option<&'static str>,
    pub(crate) code: Option<String>,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) scope: PauseScope,
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    /// Creates a refusal with effect `not_applied` and no retry. A message that is not a literal
    /// counts as the CRM's own: the pipeline redacts and shortens it, like code and fields.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            advice: Advice::Never,
            effect: Effect::NotApplied,
            message: message.into(),
            hint: None,
            code: None,
            fields: BTreeMap::new(),
            scope: PauseScope::Account,
            retry_after: None,
        }
    }

    /// Sets what to do after it.
    #[must_use]
    pub fn with_advice(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }

    /// Sets whether the CRM applied the request nevertheless. The pipeline ignores it for
    /// operations that change nothing.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Sets what an operator can do.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Sets the CRM's code, or its error text if it has no codes.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets the CRM's messages about single fields.
    #[must_use]
    pub fn with_fields(mut self, fields: BTreeMap<String, String>) -> Self {
        self.fields = fields;
        self
    }

    /// Sets what [`Advice::Throttled`] pauses; by default, the account.
    #[must_use]
    pub fn with_pause(mut self, scope: PauseScope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets the delay of a retry, if it does not come from [`Dialect::retry_after`].
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The CRM's code.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// What an operator can do.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }

    /// The error kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do after it.
    pub fn advice(&self) -> Advice {
        self.advice
    }

    /// Whether the CRM applied the request nevertheless.
    pub fn effect(&self) -> Effect {
        self.effect
    }
}

/// The scope of a pause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PauseScope {
    /// All requests of the account; if two accounts are paused at once, all that share the quota.
    #[default]
    Account,
    /// All requests that share the quota.
    Quota,
    /// The requests of this operation in the account.
    Operation,
    /// Requests of this operation in the history lane; live ones continue.
    OperationHistory,
}

/// A pause requested by a response, for example when an allowance is nearly used up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pause {
    /// The scope.
    pub scope: PauseScope,
    /// The length, from the response on.
    pub length: Duration,
    /// The operation that pauses, for a scope of one; by default the one of the response.
    pub operation: Option<Cow<'static, str>>,
}

impl Pause {
    /// Creates a pause.
    pub const fn new(scope: PauseScope, length: Duration) -> Self {
        Self { scope, length, operation: None }
    }

    /// Sets the operation that pauses: one of a batch.
    #[must_use]
    pub fn of(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.operation = Some(operation.into());
        self
    }
}

/// Interprets the responses of one CRM.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// The name of the CRM.
    fn crm(&self) -> CrmName;

    /// Decides whether a response is a refusal, by the CRM's error table.
    ///
    /// # Errors
    /// The refusal.
    fn judge(&self, operation: &OperationInfo, response: &Response) -> Result<(), Refusal>;

    /// Returns the pauses that a response requests: some CRMs report with every response how much of
    /// an allowance is left. Called for successes and refusals.
    fn usage(&self, operation: &OperationInfo, response: &Response) -> Vec<Pause> {
        let _ = (operation, response);
        Vec::new()
    }

    /// Returns the delay that a rate limit response asks for; by default, its `Retry-After`.
    fn retry_after(&self, operation: &OperationInfo, response: &Response) -> Option<Duration> {
        let _ = operation;
        response.retry_after()
    }
}
