//! `reference/sites`: the account's shops.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use crate::model::Sites;

/// Lists the account's shops (`GET /api/v5/reference/sites`), all at once.
///
/// [`site_for`](crate::model::site_for) says which of them a request is about.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListSites;
/// assert_eq!(ListSites.request()?.path(), "/api/v5/reference/sites");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ListSites;

impl Endpoint for ListSites {
    type Output = Sites;

    fn operation(&self) -> &'static str {
        "reference/sites"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/api/v5/reference/sites"))
    }

    fn decode(&self, answer: &Response) -> Result<Sites> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "sites": {} }))
    }
}
