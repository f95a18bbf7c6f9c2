//! What the responses of one CRM mean: errors, limits.

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
    /// Nothing: it would be refused again.
    Never,
    /// Wait and send again, whatever the operation: the CRM says it did nothing because of a limit.
    Throttled,
    /// Wait and send again if the operation may be repeated.
    Transient,
    /// Get new credentials and send again, once: the CRM did nothing for want of them.
    Renew,
}

/// How a CRM said no. Each connector has one table that makes these.
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
}

impl Refusal {
    /// A refusal without effect that is not to be repeated. A message that is no literal counts as
    /// the CRM's own: the pipeline redacts and shortens it, like code and fields.
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
        }
    }

    /// What to do after it.
    #[must_use]
    pub fn with_advice(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }

    /// Whether the CRM carried the request out all the same. For operations that change nothing
    /// the pipeline knows better.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// What an operator can do.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The CRM's code, or its error text where it has no codes.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// What the CRM said about single fields.
    #[must_use]
    pub fn with_fields(mut self, fields: BTreeMap<String, String>) -> Self {
        self.fields = fields;
        self
    }

    /// What [`Advice::Throttled`] holds back: the account by default.
    #[must_use]
    pub fn with_pause(mut self, scope: PauseScope) -> Self {
        self.scope = scope;
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

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do after it.
    pub fn advice(&self) -> Advice {
        self.advice
    }

    /// Whether the CRM carried the request out all the same.
    pub fn effect(&self) -> Effect {
        self.effect
    }
}

/// What a pause holds back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PauseScope {
    /// All requests of the account; of two accounts paused at once, all that share the quota.
    #[default]
    Account,
    /// All requests that share the quota.
    Quota,
    /// The requests of this operation in the account.
    Operation,
    /// Those requests of this operation that can wait; live ones go on.
    OperationHistory,
}

/// A pause that a good response asks for, as when it reports that an allowance is nearly used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pause {
    /// What is held back.
    pub scope: PauseScope,
    /// How long, from the response on.
    pub length: Duration,
}

impl Pause {
    /// Holds back what the scope names.
    pub const fn new(scope: PauseScope, length: Duration) -> Self {
        Self { scope, length }
    }
}

/// What the responses of one CRM mean.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// Which CRM.
    fn crm(&self) -> CrmName;

    /// Decides whether a response is a refusal, and which: the CRM's error table.
    ///
    /// # Errors
    /// The refusal.
    fn judge(&self, operation: &OperationInfo, response: &Response) -> Result<(), Refusal>;

    /// The pause that a response asks for beside its verdict: a CRM may report with every response
    /// how much of an allowance is left. Called for successes and refusals.
    fn usage(&self, operation: &OperationInfo, response: &Response) -> Option<Pause> {
        let _ = (operation, response);
        None
    }

    /// How long a refusal for a limit asks to wait; by default its `Retry-After`.
    fn retry_after(&self, operation: &OperationInfo, response: &Response) -> Option<Duration> {
        let _ = operation;
        crate::retry::retry_after(&response.headers)
    }
}
