//! `ui-settings`: which integration is the main telephony.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use super::{done, paths};
use crate::model::{InstanceId, UiSetting};

const KEY: &str = "@main-telephony-settings";

/// Asks for the setting of the main telephony (`GET …/ui-settings`).
///
/// **Undocumented query**: the printed one is malformed, and the page says that the method chooses
/// the main telephony although it is a GET. Out of curiosity only; nothing is to be built on it.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::GetMainTelephony;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// assert_eq!(GetMainTelephony::new(id).request()?.path(), "/ui-settings");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetMainTelephony {
    instance: InstanceId,
}

impl GetMainTelephony {
    /// As the sample does it: with the id of an integration behind the key.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance }
    }
}

impl Endpoint for GetMainTelephony {
    type Output = UiSetting;

    fn operation(&self) -> &'static str {
        "ui-settings"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(paths::UI_SETTINGS).query("key", format!("{KEY}={}", self.instance)))
    }

    fn decode(&self, answer: &Response) -> Result<UiSetting> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "key": KEY }))
    }
}
