//! Operations of a CRM as values.

use std::borrow::Cow;
use std::fmt;

use super::{ApiRequest, Refusal, Response};
use crate::error::{Effect, Result};

/// Whether sending a request twice can have two effects, from the safest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// The operation changes nothing, or sets the same value.
    Safe,
    /// The CRM recognizes a repeat by an id of the request.
    Keyed,
    /// A repeat can have a second effect: it is retried only if the first request was certainly not
    /// applied.
    Unsafe,
}

/// Whether an operation changes something in the CRM. Writes are logged to the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
}

impl From<Repeat> for Access {
    /// Every operation that is not [`Repeat::Safe`] is a write.
    fn from(repeat: Repeat) -> Self {
        match repeat {
            Repeat::Safe => Self::Read,
            Repeat::Keyed | Repeat::Unsafe => Self::Write,
        }
    }
}

/// The quota of a CRM that an operation counts against.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LimitClass(&'static str);

impl LimitClass {
    /// The quota of all operations without their own.
    pub const GENERAL: Self = Self("general");

    /// Creates a quota class, by the name used in limits, logs and metrics.
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

/// The data of an operation that a [`Dialect`](super::Dialect) needs to interpret a response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The CRM's own name of the operation.
    pub name: Cow<'static, str>,
    /// The repeat class.
    pub repeat: Repeat,
    /// The quota it counts against.
    pub class: LimitClass,
    /// Whether it changes something in the CRM.
    pub access: Access,
    /// The operations of a batch, by key; empty for any other operation.
    pub parts: Vec<(String, Cow<'static, str>)>,
}

impl OperationInfo {
    /// Creates the data of an operation in the general quota.
    pub fn new(name: impl Into<Cow<'static, str>>, repeat: Repeat) -> Self {
        let class = LimitClass::GENERAL;
        Self { name: name.into(), repeat, class, access: repeat.into(), parts: Vec::new() }
    }

    /// The names that the CRM counts it by, if it limits each method.
    pub(super) fn methods(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().enumerate().filter(|(index, (_, name))| {
            let before = self.parts.iter().take(*index);
            before.rev().all(|(_, earlier)| earlier != name)
        });
        let own = self.parts.is_empty().then_some(&*self.name);
        own.into_iter().chain(parts.map(|(_, (_, name))| &**name))
    }

    pub(super) fn of(operation: &impl Operation) -> Self {
        Self {
            name: operation.name(),
            repeat: operation.repeat(),
            class: operation.class(),
            access: operation.access(),
            parts: operation.parts(),
        }
    }

    /// The effect of a success response that cannot be decoded.
    pub(crate) fn applied(&self) -> Effect {
        match self.access {
            Access::Read => Effect::NotApplied,
            Access::Write => Effect::Applied,
        }
    }
}

/// The output of an operation: how the response is decoded, and what a dry run returns.
///
/// The type is a marker; the caller gets [`Value`](Self::Value). A CRM has a handful of outputs (a
/// body, a field of it, the id of what was created, a page), each for many operations.
pub trait Output {
    /// The type that the caller gets.
    type Value: Send;

    /// Decodes a success response.
    ///
    /// # Errors
    /// `decode` if it does not have the documented form.
    fn decode(response: &Response) -> Result<Self::Value>;

    /// The response in a dry run, with placeholders for values that only the CRM knows.
    fn planned() -> Response;
}

/// One operation of a CRM: a plain value that builds a request and decodes its response. Neither
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
    /// The output.
    type Output: Output;

    /// The CRM's own name of the operation, for logs, metrics and errors.
    const NAME: &'static str;

    /// The repeat class.
    const REPEAT: Repeat;

    /// The quota it counts against.
    const CLASS: LimitClass = LimitClass::GENERAL;

    /// Builds the request.
    ///
    /// # Errors
    /// `input` if a value cannot be sent; nothing is sent then.
    fn request(&self) -> Result<ApiRequest>;

    /// The name, if it depends on the value, as in a raw request.
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(Self::NAME)
    }

    /// The repeat class, if it depends on the value.
    fn repeat(&self) -> Repeat {
        Self::REPEAT
    }

    /// The quota, if it depends on the value.
    fn class(&self) -> LimitClass {
        Self::CLASS
    }

    /// Whether it changes something; by default, every operation that is not [`Repeat::Safe`] does.
    fn access(&self) -> Access {
        self.repeat().into()
    }

    /// The operations of a batch, by key: a CRM that limits each method counts these.
    fn parts(&self) -> Vec<(String, Cow<'static, str>)> {
        Vec::new()
    }

    /// The subject of a write (a call id, for example), for the audit log. No personal data.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Decodes a response that the CRM's [`Dialect`](super::Dialect) did not refuse.
    ///
    /// # Errors
    /// `decode` if it does not have the documented form.
    fn decode(&self, response: &Response) -> Result<<Self::Output as Output>::Value> {
        Self::Output::decode(response)
    }

    /// Turns a refusal into a result, for example if the entity to delete does not exist.
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

/// A reference is an operation too, so that a caller can keep the value it sends.
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

    fn parts(&self) -> Vec<(String, Cow<'static, str>)> {
        (**self).parts()
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
