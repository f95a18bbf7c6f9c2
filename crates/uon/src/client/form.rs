//! Written requests as forms.

use std::borrow::Cow;

use serde_json::value::RawValue;
use vochi_crm_core::http::{
    Access, ApiRequest, Body, Operation, Output, Refusal, Repeat, Response, nested_pairs,
};
use vochi_crm_core::{Error, Result};

use crate::api::JSON;

/// Wraps an operation to send its body as a form.
pub(super) struct AsForm<'a, O>(pub(super) &'a O);

impl<O: Operation> Operation for AsForm<'_, O> {
    type Output = O::Output;
    const NAME: &'static str = O::NAME;
    const REPEAT: Repeat = O::REPEAT;

    fn request(&self) -> Result<ApiRequest> {
        let request = self.0.request()?;
        if request.body_ref().content_type() != Some(JSON) {
            return Ok(request);
        }
        let body = request.body_ref().encode();
        let fields: &RawValue = serde_json::from_slice(&body)
            .map_err(|error| Error::internal("cannot read a request").with_source(error))?;
        let fields = nested_pairs("", fields)?.into_iter().map(|(name, value)| {
            let value = digits_of_phone(&name, value);
            (Cow::Owned(name), value)
        });
        Ok(request.body(Body::Form(fields.collect())))
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn access(&self) -> Access {
        self.0.access()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.0.subject()
    }

    fn decode(&self, response: &Response) -> Result<<O::Output as Output>::Value> {
        self.0.decode(response)
    }

    fn recover(
        &self,
        refusal: &Refusal,
        response: &Response,
    ) -> Option<<O::Output as Output>::Value> {
        self.0.recover(refusal, response)
    }

    fn planned(&self) -> Response {
        self.0.planned()
    }
}

/// A plus in a form was once seen stored as a blank, so numbers are digits only.
fn digits_of_phone(name: &str, value: String) -> String {
    match value.strip_prefix('+') {
        Some(digits) if name.contains("phone") => digits.to_owned(),
        _ => value,
    }
}
