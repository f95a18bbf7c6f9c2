//! What the key may do, and how the account is set.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use crate::model::{Credentials, Settings};

/// Asks what the key may do (`GET /api/credentials`; this method has no version in its path).
#[derive(Clone, Copy, Debug, Default)]
pub struct GetCredentials;

impl Endpoint for GetCredentials {
    type Output = Credentials;

    fn operation(&self) -> &'static str {
        "credentials"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/credentials"))
    }

    fn decode(&self, answer: &Response) -> Result<Credentials> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

/// Asks how the account is set (`GET /api/v5/settings`).
#[derive(Clone, Copy, Debug, Default)]
pub struct GetSettings;

impl Endpoint for GetSettings {
    type Output = Settings;

    fn operation(&self) -> &'static str {
        "settings"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/v5/settings"))
    }

    fn decode(&self, answer: &Response) -> Result<Settings> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
