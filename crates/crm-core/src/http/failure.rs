//! What a failed attempt is asked as.

use std::borrow::Cow;
use std::time::Duration;

use super::flow::Fault;
use super::{Advice, PauseScope, Refusal, Repeat, Response, Stage, TransportError};
use crate::error::{Effect, Error, ErrorKind, TryAgain};
use crate::redaction::Redactor;
use crate::retry;

/// How many bytes of each text of a CRM an error carries.
const LONGEST_TEXT: usize = 1024;

/// How many fields of an error response an error carries.
const MOST_FIELDS: usize = 50;

/// The hint where the body of a success is not what the operation returns.
const ANOTHER_SERVER: &str =
    "check url: the response may come from another server than the CRM's, or from a proxy";

/// The hint where a request without an idempotency key may have been carried out.
const MAY_BE_DONE: &str = "it may have been carried out: look in the CRM before repeating it";

/// Why an attempt did not succeed, and what to do about it.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) advice: Advice,
    /// The wait the server asked for.
    pub(super) asked: Option<Duration>,
    /// What a limit refusal holds back.
    pub(super) scope: PauseScope,
}

impl Failure {
    /// The source of the body failed while it went out: the CRM got a broken request, and what it
    /// made of it is not known.
    pub(super) fn of_source(fault: &Fault, name: &str, redactor: &Redactor) -> Self {
        let (kind, advice, hint) = match fault {
            Fault::Read(_) => (
                ErrorKind::Input,
                Advice::Transient,
                "the CRM got a part of it; see that it can be read as a whole",
            ),
            Fault::Short { .. } | Fault::Long { .. } => (
                ErrorKind::Input,
                Advice::Never,
                "the CRM got a part of it; send it when nobody writes to it any more",
            ),
            Fault::Silent => (
                ErrorKind::Timeout,
                Advice::Transient,
                "the CRM got a part of it; see what holds it up",
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

    /// The CRM said no.
    pub(super) fn refused(
        refusal: &Refusal,
        answer: &Response,
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
            .with_status(answer.status.as_u16())
            .with_fields(fields);
        if let Some(code) = &refusal.code {
            error = error.with_code(redact(code));
        }
        if let Some(hint) = refusal.hint {
            error = error.with_hint(hint);
        }
        if refusal.kind == ErrorKind::Decode {
            error = with_excerpt(&error, answer, redactor);
        }
        Self {
            error,
            advice: refusal.advice,
            asked: asked
                .filter(|_| matches!(refusal.advice, Advice::Throttled | Advice::Transient)),
            scope: refusal.scope,
        }
    }

    /// No whole answer came.
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
                (ErrorKind::Decode, Advice::Never, "ask for less at a time")
            }
            TransportError::Invalid(_) => {
                (ErrorKind::Internal, Advice::Never, "report this as a defect")
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
            _ => {
                (ErrorKind::Unavailable, Advice::Transient, "check the url and the way to the CRM")
            }
        };
        let text = redactor.redact(&failure.to_string());
        let error = Error::new(kind, format!("{host}: {text}")).with_effect(effect).with_hint(hint);
        Self { error, advice, asked: None, scope: PauseScope::Account }
    }

    /// The error a caller gets when there is no further attempt.
    pub(super) fn last_word(self, repeat: Repeat, worst: Effect, wait: Duration) -> Error {
        let again = match self.advice {
            Advice::Throttled => TryAgain::After(self.asked.unwrap_or(wait)),
            Advice::Transient if retry::may_repeat(repeat, worst, self.advice) => {
                self.asked.map_or(TryAgain::Later, TryAgain::After)
            }
            _ => TryAgain::Never,
        };
        let error = self.error.with_effect(worst).with_try_again(again);
        if worst != Effect::Maybe || repeat != Repeat::Unsafe {
            return error;
        }
        // It may be another server's response, so the hint about url stays.
        match error.hint().filter(|_| error.kind() == ErrorKind::Decode) {
            Some(hint) => {
                let hint = format!("{hint}; {MAY_BE_DONE}");
                error.with_hint(hint)
            }
            None => error.with_hint(MAY_BE_DONE),
        }
    }
}

/// What changes nothing cannot have been carried out.
pub(super) fn effect_of(repeat: Repeat, effect: Effect) -> Effect {
    if repeat == Repeat::Safe { Effect::NotApplied } else { effect }
}

/// Adds the beginning of the body to an error about an answer that cannot be read.
pub(super) fn with_excerpt(error: &Error, answer: &Response, redactor: &Redactor) -> Error {
    let excerpt = answer.excerpt(redactor);
    let begins: Cow<'static, str> = if excerpt.is_empty() {
        "the body is empty".into()
    } else {
        format!("the body begins: {excerpt}").into()
    };
    // It names content type and keys of the body, which are the server's.
    let message = redactor.excerpt(error.message(), LONGEST_TEXT);
    let hint = error.hint().unwrap_or(ANOTHER_SERVER).to_owned();
    Error::new(error.kind(), format!("{message}; {begins}"))
        .with_effect(error.effect())
        .with_status(answer.status.as_u16())
        .with_hint(hint)
}
