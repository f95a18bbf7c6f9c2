//! The second content type of entities.

use std::borrow::Cow;

use vochi_crm_core::Result;
use vochi_crm_core::http::{Access, ApiRequest, Body, Endpoint, LimitClass, Repeat, Response};

/// The same operation with its body as plain JSON.
pub(super) struct PlainJson<'a, E>(pub(super) &'a E);

impl<E: Endpoint> Endpoint for PlainJson<'_, E> {
    type Output = E::Output;

    fn operation(&self) -> &'static str {
        self.0.operation()
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self.0.request()?;
        let bytes = request.body_ref().encode();
        Ok(request.body(Body::Json(bytes)))
    }

    fn decode(&self, answer: &Response) -> Result<E::Output> {
        self.0.decode(answer)
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn limit_class(&self) -> LimitClass {
        self.0.limit_class()
    }

    fn access(&self) -> Access {
        self.0.access()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.0.subject()
    }

    fn planned(&self) -> Response {
        self.0.planned()
    }
}
