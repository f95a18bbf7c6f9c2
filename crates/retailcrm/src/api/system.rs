//! `api-versions`, `system-info`: the CRM itself. Neither has a version in its path.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use crate::model::{ApiVersions, SystemInfo};

/// Asks which versions of the API the account has (`GET /api/api-versions`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetApiVersions;
/// assert_eq!(GetApiVersions.request()?.path(), "/api/api-versions");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GetApiVersions;

impl Endpoint for GetApiVersions {
    type Output = ApiVersions;

    fn operation(&self) -> &'static str {
        "api-versions"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/api-versions"))
    }

    fn decode(&self, answer: &Response) -> Result<ApiVersions> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "versions": ["5.0"] }))
    }
}

/// Asks for the CRM's version and the account's addresses (`GET /api/system-info`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetSystemInfo;
/// assert_eq!(GetSystemInfo.request()?.path(), "/api/system-info");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GetSystemInfo;

impl Endpoint for GetSystemInfo {
    type Output = SystemInfo;

    fn operation(&self) -> &'static str {
        "system-info"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/system-info"))
    }

    fn decode(&self, answer: &Response) -> Result<SystemInfo> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
