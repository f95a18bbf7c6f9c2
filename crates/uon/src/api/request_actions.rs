//! `request-action`: timeline entries (касания).

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Result, setters};

use super::response::{Created, Many, get, post, reads, writes};
use crate::model::{RequestAction, RequestActionData, RequestId};

setters! {
    /// Creates a timeline entry (`POST request-action/create`). A repeat is a second entry.
    pub struct CreateRequestAction {
        data: RequestActionData,
    }
}

impl Operation for CreateRequestAction {
    writes!(Created<RequestAction>, "request-action/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        post("request-action/create", &self.data)
    }
}

/// Lists the timeline of a request or lead (`GET request-action/{r_id}`).
#[derive(Clone, Copy, Debug)]
pub struct ListRequestActions(pub RequestId);

impl Operation for ListRequestActions {
    reads!(Many<RequestAction>, "request-action/{r_id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("request-action/{}", self.0)))
    }
}
