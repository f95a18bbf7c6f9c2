//! The second content type of entities.

use std::borrow::Cow;

use vochi_crm_core::Result;
use vochi_crm_core::http::{Access, Answer, ApiRequest, Body, Endpoint, Idempotency, LimitClass};

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

    fn decode(&self, answer: &Answer) -> Result<E::Output> {
        self.0.decode(answer)
    }

    fn idempotency(&self) -> Idempotency {
        self.0.idempotency()
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

    fn planned(&self) -> Answer {
        self.0.planned()
    }
}
