//! The alternative content type of entity requests.

use std::borrow::Cow;

use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Body, Operation, Output, Repeat, Response};

use crate::api;

/// Wraps an operation to send its body as plain JSON.
pub(super) struct PlainJson<'a, O>(&'a O);

impl<'a, O: Operation> PlainJson<'a, O> {
    /// Returns `None` for an operation that is not sent as a JSON patch.
    pub(super) fn of(operation: &'a O) -> Option<Self> {
        let request = operation.request().ok()?;
        (request.body_ref().content_type() == Some(api::PATCH)).then_some(Self(operation))
    }
}

impl<O: Operation> Operation for PlainJson<'_, O> {
    type Output = O::Output;
    const NAME: &'static str = O::NAME;
    const REPEAT: Repeat = O::REPEAT;

    fn request(&self) -> Result<ApiRequest> {
        let request = self.0.request()?;
        let bytes = request.body_ref().encode();
        Ok(request.body(Body::Json(bytes)))
    }

    fn decode(&self, response: &Response) -> Result<<O::Output as Output>::Value> {
        self.0.decode(response)
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.0.subject()
    }
}
