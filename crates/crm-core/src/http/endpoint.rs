//! One operation of a CRM as a value.

use std::borrow::Cow;
use std::fmt;

use super::{ApiRequest, Response};
use crate::error::Result;

/// Whether sending a request twice may do something twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// It changes nothing, or the same thing to the same value.
    Safe,
    /// The CRM recognises a repeat by an id of ours.
    Keyed,
    /// A repeat may do it twice: it is repeated only if it surely was not carried out.
    Unsafe,
}

/// Whether an operation changes something in the CRM. Writes leave a line in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

/// Which of a CRM's quotas an operation counts against.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LimitClass(&'static str);

impl LimitClass {
    /// The quota that counts everything without one of its own.
    pub const GENERAL: Self = Self("general");

    /// A quota, by the name used in limits, logs and metrics.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for LimitClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LimitClass({})", self.0)
    }
}

/// One operation of a CRM: a plain value that becomes a request and reads its answer. Neither
/// needs a network, so both are tested on bytes.
///
/// The [`Pipeline`](super::Pipeline) asks [`decode`](Self::decode) only for an answer that the CRM's
/// [`Dialect`](super::Dialect) has found to be no refusal.
pub trait Endpoint: Send + Sync {
    /// What it answers.
    type Output: Send;

    /// The CRM's own name of the operation, for logs, metrics and errors.
    fn operation(&self) -> &'static str;

    /// The request.
    ///
    /// # Errors
    /// `input` where a value cannot be sent, before anything is.
    fn request(&self) -> Result<ApiRequest>;

    /// Reads the answer.
    ///
    /// # Errors
    /// `decode` where it is not of the documented form.
    fn decode(&self, answer: &Response) -> Result<Self::Output>;

    /// Whether a repeat may do it twice.
    fn repeat(&self) -> Repeat;

    /// Which quota it counts against.
    fn limit_class(&self) -> LimitClass {
        LimitClass::GENERAL
    }

    /// Whether it changes something. Everything that is not [`Repeat::Safe`] does.
    fn access(&self) -> Access {
        match self.repeat() {
            Repeat::Safe => Access::Read,
            Repeat::Keyed | Repeat::Unsafe => Access::Write,
        }
    }

    /// What a write is about (a call id, say), for the audit log. No personal data.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// What the CRM would answer if all went well, with placeholders for values only it knows. A
    /// dry run goes on from it.
    fn planned(&self) -> Response;
}
