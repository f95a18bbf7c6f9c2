//! One operation of a CRM as a value.

use std::borrow::Cow;
use std::fmt;

use super::{ApiRequest, Refusal, Response};
use crate::error::{Effect, Result};

/// Whether sending a request twice can have two effects, from the safest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repeat {
    /// It changes nothing, or sets the same value again.
    Safe,
    /// The CRM recognises a repeat by an id of ours.
    Keyed,
    /// A repeat can have a second effect: it is repeated only if the first was certainly not carried
    /// out.
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

impl From<Repeat> for Access {
    /// Everything that is not [`Repeat::Safe`] writes.
    fn from(repeat: Repeat) -> Self {
        match repeat {
            Repeat::Safe => Self::Read,
            Repeat::Keyed | Repeat::Unsafe => Self::Write,
        }
    }
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

/// Operation data that a [`Dialect`](super::Dialect) judges a response by.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The CRM's own name of the operation.
    pub name: Cow<'static, str>,
    /// Whether a repeat can have a second effect.
    pub repeat: Repeat,
    /// Which quota it counts against.
    pub class: LimitClass,
    /// Whether it changes something.
    pub access: Access,
}

impl OperationInfo {
    /// The data of an operation of this name, in the general quota.
    pub fn new(name: impl Into<Cow<'static, str>>, repeat: Repeat) -> Self {
        Self { name: name.into(), repeat, class: LimitClass::GENERAL, access: repeat.into() }
    }

    pub(super) fn of(operation: &impl Operation) -> Self {
        Self {
            name: operation.name(),
            repeat: operation.repeat(),
            class: operation.class(),
            access: operation.access(),
        }
    }

    /// The effect of a success whose details cannot be read.
    pub(crate) fn applied(&self) -> Effect {
        match self.access {
            Access::Read => Effect::NotApplied,
            Access::Write => Effect::Applied,
        }
    }
}

/// What an operation returns: how the response is read, and what a dry run goes on from.
///
/// The type is a marker; [`Value`](Self::Value) is what the caller gets. A CRM has a handful of
/// them (a body, a field of it, the id of what was created, a page), each for many operations.
pub trait Output {
    /// What the caller gets.
    type Value: Send;

    /// Reads a response that is no refusal.
    ///
    /// # Errors
    /// `decode` where it is not of the documented form.
    fn decode(response: &Response) -> Result<Self::Value>;

    /// The response in a dry run, with placeholders for values only the CRM knows.
    fn planned() -> Response;
}

/// One operation of a CRM: a plain value that becomes a request and reads its response. Neither
/// needs a network, so both are tested on bytes.
///
/// ```
/// use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
/// use vochi_crm_core::Result;
///
/// /// A body without contents.
/// struct Done;
/// impl Output for Done {
///     type Value = ();
///     fn decode(_: &Response) -> Result<()> {
///         Ok(())
///     }
///     fn planned() -> Response {
///         Response::ok_json(&serde_json::json!({}))
///     }
/// }
///
/// /// Deletes a note (`POST /notes/{id}/delete`).
/// struct DeleteNote(u64);
/// impl Operation for DeleteNote {
///     type Output = Done;
///     const NAME: &'static str = "notes/{id}/delete";
///     const REPEAT: Repeat = Repeat::Safe;
///     fn request(&self) -> Result<ApiRequest> {
///         Ok(ApiRequest::post(format!("/notes/{}/delete", self.0)))
///     }
/// }
/// assert_eq!(DeleteNote(7).request().unwrap().path(), "/notes/7/delete");
/// ```
pub trait Operation: Send + Sync {
    /// What it returns.
    type Output: Output;

    /// The CRM's own name of the operation, for logs, metrics and errors.
    const NAME: &'static str;

    /// Whether a repeat can have a second effect.
    const REPEAT: Repeat;

    /// Which quota it counts against.
    const CLASS: LimitClass = LimitClass::GENERAL;

    /// The request.
    ///
    /// # Errors
    /// `input` where a value cannot be sent, before anything is.
    fn request(&self) -> Result<ApiRequest>;

    /// The name where it depends on the value, as in a raw request.
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(Self::NAME)
    }

    /// The repeat class where it depends on the value.
    fn repeat(&self) -> Repeat {
        Self::REPEAT
    }

    /// The quota where it depends on the value.
    fn class(&self) -> LimitClass {
        Self::CLASS
    }

    /// Whether it changes something; by default everything that is not [`Repeat::Safe`] does.
    fn access(&self) -> Access {
        self.repeat().into()
    }

    /// What a write is about (a call id, for example), for the audit log. No personal data.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Reads a response that the CRM's [`Dialect`](super::Dialect) found to be no refusal.
    ///
    /// # Errors
    /// `decode` where it is not of the documented form.
    fn decode(&self, response: &Response) -> Result<<Self::Output as Output>::Value> {
        Self::Output::decode(response)
    }

    /// The result where a refusal is one: a thing to be deleted that is not there, for example.
    fn recover(
        &self,
        refusal: &Refusal,
        response: &Response,
    ) -> Option<<Self::Output as Output>::Value> {
        let _ = (refusal, response);
        None
    }

    /// The response in a dry run.
    fn planned(&self) -> Response {
        Self::Output::planned()
    }
}

/// A reference to an operation is one, so that a caller may keep the value it sends.
impl<O: Operation> Operation for &O {
    type Output = O::Output;
    const NAME: &'static str = O::NAME;
    const REPEAT: Repeat = O::REPEAT;
    const CLASS: LimitClass = O::CLASS;

    fn request(&self) -> Result<ApiRequest> {
        (**self).request()
    }

    fn name(&self) -> Cow<'static, str> {
        (**self).name()
    }

    fn repeat(&self) -> Repeat {
        (**self).repeat()
    }

    fn class(&self) -> LimitClass {
        (**self).class()
    }

    fn access(&self) -> Access {
        (**self).access()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        (**self).subject()
    }

    fn decode(&self, response: &Response) -> Result<<O::Output as Output>::Value> {
        (**self).decode(response)
    }

    fn recover(
        &self,
        refusal: &Refusal,
        response: &Response,
    ) -> Option<<O::Output as Output>::Value> {
        (**self).recover(refusal, response)
    }

    fn planned(&self) -> Response {
        (**self).planned()
    }
}
