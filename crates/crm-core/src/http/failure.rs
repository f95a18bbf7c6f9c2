//! Failed attempts and their errors.

use std::borrow::Cow;
use std::time::Duration;

use super::flow::Fault;
use super::{Advice, PauseScope, Refusal, Repeat, Response, Stage, TransportError};
use crate::error::{Effect, Error, ErrorKind, TryAgain};
use crate::redaction::Redactor;
use crate::retry;

/// The largest length in bytes of a CRM's text in an error.
const LONGEST_TEXT: usize = 1024;

/// The largest number of fields of an error response in an error.
const MOST_FIELDS: usize = 50;

/// The hint if the body of a success cannot be decoded.
const ANOTHER_SERVER: &str =
    "check url: the response may come from another server than the CRM's, or from a proxy";

/// The hint if a request without an idempotency key may have been applied.
const MAYBE_APPLIED: &str = "it may have been applied: look in the CRM before repeating it";

/// A failed attempt, and what to do about it.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) advice: Advice,
    /// The delay that the server asked for.
    pub(super) asked: Option<Duration>,
    /// What a rate limit pauses.
    pub(super) scope: PauseScope,
}

impl Failure {
    /// Converts a failure of the body's source during sending: the CRM got an incomplete request,
    /// with unknown effect.
    pub(super) fn of_source(fault: &Fault, name: &str, redactor: &Redactor) -> Self {
        let (kind, advice, hint) = match fault {
            Fault::Read(_) => (
                ErrorKind::Input,
                Advice::Transient,
                "the CRM received a part of it; check that it can be read completely",
            ),
            Fault::Short { .. } | Fault::Long { .. } => (
                ErrorKind::Input,
                Advice::Never,
                "the CRM received a part of it; send it when it is no longer written to",
            ),
            Fault::Silent => (
                ErrorKind::Timeout,
                Advice::Transient,
                "the CRM received a part of it; check why the source is slow",
            ),
        };
        let text = redactor.redact(&format!("{name}: {fault}"));
        Self {
            error: Error::new(kind, text).with_effect(Effect::Maybe).with_hint(hint),
            advice,
            asked: None,
            scope: PauseScope::Account,
        }
    }

    /// Converts a refusal of the CRM.
    pub(super) fn refused(
        refusal: &Refusal,
        response: &Response,
        asked: Option<Duration>,
        redactor: &Redactor,
    ) -> Self {
        let redact = |text: &str| redactor.excerpt(text, LONGEST_TEXT);
        let fields = refusal
            .fields
            .iter()
            .take(MOST_FIELDS)
            .map(|(name, text)| (redact(name), redact(text)))
            .collect();
        let message = match &refusal.message {
            Cow::Borrowed(own) => redactor.mask_known(own),
            Cow::Owned(text) => redact(text),
        };
        let mut error = Error::new(refusal.kind, message)
            .with_effect(refusal.effect)
            .with_status(response.status.as_u16())
            .with_fields(fields);
        if let Some(code) = &refusal.code {
            error = error.with_code(redact(code));
        }
        if let Some(hint) = refusal.hint {
            error = error.with_hint(hint);
        }
        if refusal.kind == ErrorKind::Decode {
            error = with_excerpt(&error, response, redactor);
        }
        Self {
            error,
            advice: refusal.advice,
            asked: asked
                .or(refusal.retry_after)
                .filter(|_| matches!(refusal.advice, Advice::Throttled | Advice::Transient)),
            scope: refusal.scope,
        }
    }

    /// Converts a transport failure.
    pub(super) fn of_transport(failure: &TransportError, host: &str, redactor: &Redactor) -> Self {
        let effect = match failure.stage() {
            Stage::NotSent => Effect::NotApplied,
            Stage::Unknown => Effect::Maybe,
        };
        let (kind, advice, hint) = match failure {
            TransportError::TimedOut(_) => (
                ErrorKind::Timeout,
                Advice::Transient,
                "the CRM is slow or unreachable; try again later",
            ),
            TransportError::TooLong(_) => {
                (ErrorKind::Decode, Advice::Never, "request less data at a time")
            }
            TransportError::Invalid(_) => {
                (ErrorKind::Internal, Advice::Never, "report this as a bug")
            }
            TransportError::Certificate(fault) => {
                (ErrorKind::Unavailable, Advice::Never, fault.hint())
            }
            TransportError::NoTls => (
                ErrorKind::Unavailable,
                Advice::Never,
                "check scheme and port of url: the server at this port does not speak TLS",
            ),
            TransportError::TlsDisabled => (
                ErrorKind::Config,
                Advice::Never,
                "build with the feature `tls`, or bring a transport that has TLS",
            ),
            _ => (
                ErrorKind::Unavailable,
                Advice::Transient,
                "check url and the network path to the CRM",
            ),
        };
        let text = redactor.redact(&failure.to_string());
        let error = Error::new(kind, format!("{host}: {text}")).with_effect(effect).with_hint(hint);
        Self { error, advice, asked: None, scope: PauseScope::Account }
    }

    /// Returns the final error, after the last attempt.
    pub(super) fn into_final_error(self, repeat: Repeat, worst: Effect, wait: Duration) -> Error {
        let again = match self.advice {
            Advice::Throttled => TryAgain::After(self.asked.unwrap_or(wait)),
            Advice::Transient if retry::may_retry(repeat, worst, self.advice) => {
                self.asked.map_or(TryAgain::Later, TryAgain::After)
            }
            _ => TryAgain::Never,
        };
        let error = self.error.with_effect(worst).with_try_again(again);
        if worst != Effect::Maybe || repeat != Repeat::Unsafe {
            return error;
        }
        // The response may be another server's, so the hint about url stays.
        match error.hint().filter(|_| error.kind() == ErrorKind::Decode) {
            Some(hint) => {
                let hint = format!("{hint}; {MAYBE_APPLIED}");
                error.with_hint(hint)
            }
            None => error.with_hint(MAYBE_APPLIED),
        }
    }
}

/// A read cannot have been applied.
pub(super) fn effect_of(repeat: Repeat, effect: Effect) -> Effect {
    if repeat == Repeat::Safe { Effect::NotApplied } else { effect }
}

/// Adds an excerpt of the body to an error about an unreadable response.
pub(super) fn with_excerpt(error: &Error, response: &Response, redactor: &Redactor) -> Error {
    let excerpt = response.excerpt(redactor);
    let begins: Cow<'static, str> = if excerpt.is_empty() {
        "the body is empty".into()
    } else {
        format!("the body begins: {excerpt}").into()
    };
    // The message contains content type and keys of the body, which come from the server.
    let message = redactor.excerpt(error.message(), LONGEST_TEXT);
    let hint = error.hint().unwrap_or(ANOTHER_SERVER).to_owned();
    Error::new(error.kind(), format!("{message}; {begins}"))
        .with_effect(error.effect())
        .with_status(response.status.as_u16())
        .with_hint(hint)
}
