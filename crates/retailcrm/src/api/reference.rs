//! The key, the account, its shops and the CRM itself.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};

use super::response::Body;
use crate::model::{ApiVersions, Credentials, Settings, Sites, SystemInfo};

/// Reads the permissions of the key (`GET /api/credentials`).
#[derive(Clone, Copy, Debug, Default)]
pub struct GetCredentials;

impl Operation for GetCredentials {
    type Output = Body<Credentials>;
    const NAME: &'static str = "credentials";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/credentials"))
    }
}

/// Reads the account's settings (`GET /api/v5/settings`). The key may not have the scope for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct GetSettings;

impl Operation for GetSettings {
    type Output = Body<Settings>;
    const NAME: &'static str = "settings";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/v5/settings"))
    }
}

/// Lists the account's shops (`GET /api/v5/reference/sites`), without pages.
/// [`site_for`](crate::model::site_for) chooses the shop of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListSites;

impl Operation for ListSites {
    type Output = Body<Sites>;
    const NAME: &'static str = "reference/sites";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/v5/reference/sites"))
    }
}

/// Reads the account's API versions (`GET /api/api-versions`).
#[derive(Clone, Copy, Debug, Default)]
pub struct GetApiVersions;

impl Operation for GetApiVersions {
    type Output = Body<ApiVersions>;
    const NAME: &'static str = "api-versions";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/api-versions"))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "versions": ["5.0"] }))
    }
}

/// Reads the CRM's version and the account's addresses (`GET /api/system-info`).
#[derive(Clone, Copy, Debug, Default)]
pub struct GetSystemInfo;

impl Operation for GetSystemInfo {
    type Output = Body<SystemInfo>;
    const NAME: &'static str = "system-info";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/system-info"))
    }
}
