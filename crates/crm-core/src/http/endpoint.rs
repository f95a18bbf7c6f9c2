//! The older form of an [`Operation`], for operations that read their own response.

use std::borrow::Cow;

use super::{
    Access, ApiRequest, LimitClass, Operation, OperationInfo, Output, Refusal, Repeat, Response,
};
use crate::error::Result;

/// One operation of a CRM that reads its own response. Every [`Operation`] is one.
pub trait Endpoint: Send + Sync {
    /// What it returns.
    type Output: Send;

    /// The CRM's own name of the operation.
    fn operation(&self) -> &'static str;

    /// The name for logs, metrics and errors, where it depends on the value.
    fn name(&self) -> Cow<'static, str> {
        self.operation().into()
    }

    /// The request.
    ///
    /// # Errors
    /// `input` where a value cannot be sent, before anything is.
    fn request(&self) -> Result<ApiRequest>;

    /// Reads the response.
    ///
    /// # Errors
    /// `decode` where it is not of the documented form.
    fn decode(&self, response: &Response) -> Result<Self::Output>;

    /// The result where a refusal is one.
    fn recover(&self, refusal: &Refusal, response: &Response) -> Option<Self::Output> {
        let _ = (refusal, response);
        None
    }

    /// Whether a repeat can have a second effect.
    fn repeat(&self) -> Repeat;

    /// Which quota it counts against.
    fn limit_class(&self) -> LimitClass {
        LimitClass::GENERAL
    }

    /// Whether it changes something.
    fn access(&self) -> Access {
        self.repeat().into()
    }

    /// What a write is about, for the audit log.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The response in a dry run.
    fn planned(&self) -> Response;
}

impl<O: Operation> Endpoint for O {
    type Output = <O::Output as Output>::Value;

    fn operation(&self) -> &'static str {
        O::NAME
    }

    fn name(&self) -> Cow<'static, str> {
        Operation::name(self)
    }

    fn request(&self) -> Result<ApiRequest> {
        Operation::request(self)
    }

    fn decode(&self, response: &Response) -> Result<Self::Output> {
        Operation::decode(self, response)
    }

    fn recover(&self, refusal: &Refusal, response: &Response) -> Option<Self::Output> {
        Operation::recover(self, refusal, response)
    }

    fn repeat(&self) -> Repeat {
        Operation::repeat(self)
    }

    fn limit_class(&self) -> LimitClass {
        Operation::class(self)
    }

    fn access(&self) -> Access {
        Operation::access(self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Operation::subject(self)
    }

    fn planned(&self) -> Response {
        Operation::planned(self)
    }
}

/// The data of an operation.
pub(super) fn info_of<E: Endpoint>(endpoint: &E) -> OperationInfo {
    OperationInfo {
        name: endpoint.name(),
        repeat: endpoint.repeat(),
        class: endpoint.limit_class(),
        access: endpoint.access(),
    }
}
