//! `integrations/instances/{id}`: the integration in the workspace.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use super::{done, paths};
use crate::model::{Instance, InstanceId};

/// Asks how the integration stands (`GET …/integrations/instances/{id}`). The answer holds its
/// secrets in clear; what is read of them does not print.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::GetInstance;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// assert!(GetInstance::new(id).request()?.path().starts_with("/integrations/instances/5b7c"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetInstance {
    instance: InstanceId,
}

impl GetInstance {
    /// This one.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance }
    }
}

impl Endpoint for GetInstance {
    type Output = Instance;

    fn operation(&self) -> &'static str {
        "integrations/instances/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(paths::instance(self.instance.as_str())?))
    }

    fn decode(&self, answer: &Response) -> Result<Instance> {
        done::maybe_wrapped(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": self.instance }))
    }
}
