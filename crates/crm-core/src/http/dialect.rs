//! How one CRM is spoken to: its authorisation, and what its errors mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{HttpRequest, Response};
use crate::connector::Cx;
use crate::error::{Effect, ErrorKind, Result};
use crate::name::CrmName;
use crate::secret::Secret;

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

/// Which credentials a request went out with. Of many requests refused together only the first
/// renews them: to the others newer ones are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant(u64);

impl Grant {
    /// Credentials that never change.
    pub const FIXED: Self = Self(0);

    /// The credentials of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// What came of renewing credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// There are others now.
    Renewed,
    /// There are no others to be had; the refusal stands.
    Impossible,
}

/// How one account of one CRM is spoken to.
#[async_trait::async_trait]
pub trait Dialect: Send + Sync + fmt::Debug {
    /// Which CRM.
    fn crm(&self) -> CrmName;

    /// Puts the account's credentials into a request, and says which. What has to be fetched for
    /// that is fetched in the context of the operation.
    ///
    /// # Errors
    /// Where they must be fetched first and cannot be.
    async fn authorize(&self, cx: &Cx, request: &mut HttpRequest) -> Result<Grant>;

    /// Gets new credentials after [`Advice::Renew`], unless those the request went out with are no
    /// longer the newest.
    ///
    /// # Errors
    /// Where they cannot be fetched.
    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let _ = (cx, refused);
        Ok(Renewal::Impossible)
    }

    /// Credentials that were fetched meanwhile; they are kept out of everything that is told.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// Says whether an answer is a refusal, and which: the CRM's error table.
    ///
    /// # Errors
    /// The refusal.
    fn judge(&self, answer: &Response) -> Result<(), Refusal>;

    /// How long a refusal for a limit asks to wait; by default its `Retry-After`.
    fn retry_after(&self, answer: &Response) -> Option<Duration> {
        crate::retry::retry_after(&answer.headers)
    }
}
