//! The one error type of the library.
//!
//! An [`Error`] answers the questions a host asks after a failure: what went wrong ([`ErrorKind`]),
//! did the CRM carry the request out ([`Effect`]), is it worth trying again ([`TryAgain`]), and
//! what should an operator do ([`Error::hint`]). It never carries a secret or a URL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::name::{AccountName, CrmName};
use crate::state::StoreError;

/// A result whose error is [`Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by cause.
///
/// ```
/// use vochi_crm_core::ErrorKind;
/// assert_eq!(ErrorKind::RateLimited.as_str(), "rate_limited");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command or call was put together wrongly.
    Usage,
    /// The configuration of the account is wrong or incomplete.
    Config,
    /// A value given to us cannot be used: a number that is none, an unknown outcome.
    Input,
    /// The CRM refused the data.
    Rejected,
    /// The CRM refused us: key, scope, permission, account.
    Auth,
    /// The CRM has no such thing.
    NotFound,
    /// The CRM or the way to it is down.
    Unavailable,
    /// A limit of the CRM, or our own that keeps it, says not now.
    RateLimited,
    /// No answer in time.
    Timeout,
    /// The CRM answered something that cannot be read.
    Decode,
    /// This CRM has no such operation.
    Unsupported,
    /// A defect of this library.
    Internal,
}

impl ErrorKind {
    /// The name used in logs, metrics and JSON output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Input => "input",
            Self::Rejected => "rejected",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Decode => "decode",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the CRM carried out the request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Surely not.
    NotApplied,
    /// Unknown: look before repeating it.
    Maybe,
    /// Yes, although something failed afterwards.
    Applied,
}

impl Effect {
    /// The name used in logs and JSON output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "not_applied",
            Self::Maybe => "maybe",
            Self::Applied => "applied",
        }
    }
}

/// Whether the same request may succeed later. Retries the library makes itself are over by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryAgain {
    /// Not before something is changed: data, configuration, rights.
    Never,
    /// Yes, whenever it suits.
    Later,
    /// Yes, but not sooner than this.
    After(Duration),
}

/// A failure, told so that a host can act on it and an operator can mend it.
///
/// ```
/// use vochi_crm_core::{Effect, Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Input, "\"12\" is no call duration")
///     .with_hint("give whole seconds");
/// assert_eq!(error.kind(), ErrorKind::Input);
/// assert_eq!(error.effect(), Effect::NotApplied);
/// assert_eq!(error.to_string(), "\"12\" is no call duration (give whole seconds)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    effect: Effect,
    try_again: TryAgain,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    crm: Option<CrmName>,
    account: Option<AccountName>,
    operation: Option<Cow<'static, str>>,
    key: Option<Cow<'static, str>>,
    status: Option<u16>,
    code: Option<String>,
    fields: BTreeMap<String, String>,
    attempts: u32,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind. It starts as not applied and never to be tried again.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            effect: Effect::NotApplied,
            try_again: TryAgain::Never,
            message: message.into(),
            hint: None,
            crm: None,
            account: None,
            operation: None,
            key: None,
            status: None,
            code: None,
            fields: BTreeMap::new(),
            attempts: 0,
            source: None,
        }))
    }

    /// A mistake in the configuration.
    pub fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// A value that cannot be used.
    pub fn input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// An operation this CRM does not have.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// A defect of this library.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Says what an operator can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says whether the CRM carried the request out.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// Says whether another try may succeed.
    #[must_use]
    pub fn with_try_again(mut self, try_again: TryAgain) -> Self {
        self.0.try_again = try_again;
        self
    }

    /// Names the CRM and the account.
    #[must_use]
    pub fn with_account(mut self, crm: CrmName, account: AccountName) -> Self {
        self.0.crm = Some(crm);
        self.0.account = Some(account);
        self
    }

    /// Names the configuration key concerned: the message then begins with it.
    ///
    /// ```
    /// let error = vochi_crm_core::Error::config("not an address").with_key("url");
    /// assert_eq!((error.key(), error.message()), (Some("url"), "url: not an address"));
    /// ```
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        let key = key.into();
        self.0.message = format!("{key}: {}", self.0.message).into();
        self.0.key = Some(key);
        self
    }

    /// Makes it a mistake in the configuration under this key, with the same text and hint.
    ///
    /// ```
    /// use vochi_crm_core::{CrmUserId, ErrorKind};
    /// let error = CrmUserId::new("").unwrap_err().in_config("missed_user");
    /// assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("missed_user")));
    /// ```
    #[must_use]
    pub fn in_config(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = ErrorKind::Config;
        self.with_key(key)
    }

    /// The configuration key concerned; several missing ones are separated by commas.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// Names the operation, by the CRM's own name for it.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// The HTTP status the CRM answered with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The CRM's own error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// What the CRM said about single fields.
    #[must_use]
    pub fn with_fields(mut self, fields: BTreeMap<String, String>) -> Self {
        self.0.fields = fields;
        self
    }

    /// How many times the request went out.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The error underneath. It must not contain secrets.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Rewrites message and hint and keeps the rest: for adding context or masking values.
    #[must_use]
    pub fn map_text(mut self, rewrite: impl Fn(&str) -> String) -> Self {
        let inner = &mut *self.0;
        inner.message = rewrite(&inner.message).into();
        inner.hint = inner.hint.take().map(|hint| rewrite(&hint).into());
        self
    }

    /// The same error once more, for the next of many that failed together. The error underneath
    /// stays with the first.
    #[must_use]
    pub fn again(&self) -> Self {
        let inner = &*self.0;
        Self(Box::new(Inner {
            kind: inner.kind,
            effect: inner.effect,
            try_again: inner.try_again,
            message: inner.message.clone(),
            hint: inner.hint.clone(),
            crm: inner.crm,
            account: inner.account.clone(),
            operation: inner.operation.clone(),
            key: inner.key.clone(),
            status: inner.status,
            code: inner.code.clone(),
            fields: inner.fields.clone(),
            attempts: inner.attempts,
            source: None,
        }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the CRM carried the request out.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Whether another try may succeed.
    pub fn try_again(&self) -> TryAgain {
        self.0.try_again
    }

    /// What happened, without account, operation and hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What an operator can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The CRM, where one was involved.
    pub fn crm(&self) -> Option<CrmName> {
        self.0.crm
    }

    /// The account, where one was involved.
    pub fn account(&self) -> Option<&AccountName> {
        self.0.account.as_ref()
    }

    /// The operation, by the CRM's own name for it.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status the CRM answered with.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The CRM's own error code or, where it has none, its error text.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the CRM said about single fields, by field.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.0.fields
    }

    /// How many times the request went out.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (inner.crm, &inner.account) {
            (Some(crm), Some(account)) => write!(f, "{crm} account {account}: ")?,
            (Some(crm), None) => write!(f, "{crm}: ")?,
            _ => {}
        }
        if let Some(operation) = &inner.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&inner.message)?;
        if let Some(hint) = &inner.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("effect", &inner.effect)
            .field("try_again", &inner.try_again)
            .field("crm", &inner.crm)
            .field("account", &inner.account)
            .field("operation", &inner.operation)
            .field("key", &inner.key)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("fields", &inner.fields)
            .field("attempts", &inner.attempts)
            .field("message", &inner.message)
            .field("hint", &inner.hint)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<StoreError> for Error {
    /// A call store that cannot be used is a matter of configuration.
    fn from(error: StoreError) -> Self {
        Self::config(error.message()).with_hint(error.hint()).with_source(error)
    }
}
