//! The error type of the library.
//!
//! An [`Error`] reports what failed ([`ErrorKind`]), whether the CRM applied the request
//! ([`Effect`]), whether a retry can succeed ([`TryAgain`]) and what an operator can do
//! ([`Error::hint`]). It never contains a secret or a URL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::name::{AccountName, CrmName};
use crate::state::StoreError;

/// A result with [`Error`] as the default error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause of a failure.
///
/// ```
/// use vochi_crm_core::ErrorKind;
/// assert_eq!(ErrorKind::RateLimited.as_str(), "rate_limited");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command or call is malformed.
    Usage,
    /// The configuration of the account is wrong or incomplete.
    Config,
    /// A value passed by the host is invalid: an unreadable number, an unknown outcome.
    Input,
    /// The CRM rejected the data.
    Rejected,
    /// The CRM denied access: key, scope, permission or account.
    Auth,
    /// The CRM does not have the requested entity.
    NotFound,
    /// The CRM or the network path to it is down.
    Unavailable,
    /// A rate limit was reached, the CRM's own or the local one that enforces it.
    RateLimited,
    /// No response arrived before the timeout.
    Timeout,
    /// The CRM's response could not be decoded.
    Decode,
    /// The CRM does not support this operation.
    Unsupported,
    /// A bug in this library.
    Internal,
}

impl ErrorKind {
    /// The kind as used in logs, metrics and JSON output.
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

/// Whether the CRM applied the failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// The request was not applied.
    NotApplied,
    /// Unknown: check in the CRM before sending it again.
    Maybe,
    /// The request was applied, although a later step failed.
    Applied,
}

impl Effect {
    /// The effect as used in logs and JSON output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "not_applied",
            Self::Maybe => "maybe",
            Self::Applied => "applied",
        }
    }
}

/// Whether the same request can succeed later. The library's own retries are already used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryAgain {
    /// Not until data, configuration or permissions change.
    Never,
    /// Yes, at any time.
    Later,
    /// Yes, but not before this much time has passed.
    After(Duration),
}

/// A failure, with what a host needs to react and an operator needs to fix it.
///
/// ```
/// use vochi_crm_core::{Effect, Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Input, "invalid call duration \"12\": must be whole seconds")
///     .with_hint("round it to seconds");
/// assert_eq!(error.kind(), ErrorKind::Input);
/// assert_eq!(error.effect(), Effect::NotApplied);
/// assert_eq!(
///     error.to_string(),
///     "invalid call duration \"12\": must be whole seconds (round it to seconds)",
/// );
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
    /// Creates an error of this kind, with effect `not_applied` and no retry.
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

    /// Creates a configuration error.
    pub fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// Creates an error for an invalid value.
    pub fn input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// Creates an error for an operation that the CRM does not support.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Creates an error for a bug in this library.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Sets what an operator can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Sets whether the CRM applied the request.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// Sets whether a retry can succeed.
    #[must_use]
    pub fn with_try_again(mut self, try_again: TryAgain) -> Self {
        self.0.try_again = try_again;
        self
    }

    /// Sets the CRM and the account.
    #[must_use]
    pub fn with_account(mut self, crm: CrmName, account: AccountName) -> Self {
        self.0.crm = Some(crm);
        self.0.account = Some(account);
        self
    }

    /// Sets the configuration key concerned, and puts it in front of the message.
    ///
    /// ```
    /// let error = vochi_crm_core::Error::config("invalid address").with_key("url");
    /// assert_eq!((error.key(), error.message()), (Some("url"), "url: invalid address"));
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

    /// Sets the operation, by the CRM's own name for it.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// Sets the HTTP status of the response.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the CRM's own error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets the CRM's messages about single fields.
    #[must_use]
    pub fn with_fields(mut self, fields: BTreeMap<String, String>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Sets how many times the request was sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets the underlying error. It must not contain secrets.
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

    /// Copies the error for the next of several items that failed together. The underlying error
    /// stays with the first.
    #[must_use]
    pub fn duplicate(&self) -> Self {
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

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the CRM applied the request.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Whether a retry can succeed.
    pub fn try_again(&self) -> TryAgain {
        self.0.try_again
    }

    /// The message, without account, operation and hint.
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

    /// The HTTP status of the response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The CRM's own error code or, where it has none, its error text.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The CRM's messages about single fields, by field.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.0.fields
    }

    /// How many times the request was sent.
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
    /// An unusable call store is a configuration error.
    fn from(error: StoreError) -> Self {
        Self::config(error.message()).with_hint(error.hint()).with_source(error)
    }
}
