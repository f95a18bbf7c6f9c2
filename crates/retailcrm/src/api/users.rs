//! `users`: the enterprise's employees.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{Answer, ApiRequest, Endpoint, Idempotency};
use vochi_crm_core::wire::Items;

use crate::model::{PageSize, Pagination, User};

/// One page of users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UsersPage {
    /// The users; one that cannot be read does not cost the others.
    pub users: Items<User>,
    /// Where in the list this page stands.
    pub pagination: Pagination,
}

/// Lists users (`GET /api/v5/users`), one page.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListUsers;
/// let request = ListUsers::new().managers_only().active_only().request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5Bactive%5D=1&filter%5BisManager%5D=1&limit=100&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListUsers {
    active: bool,
    managers: bool,
    size: PageSize,
    page: u32,
}

impl Default for ListUsers {
    fn default() -> Self {
        Self::new()
    }
}

impl ListUsers {
    /// All users, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self {
            active: false,
            managers: false,
            size: PageSize::default(),
            page: 1,
        }
    }

    /// Only users who may work in the CRM.
    #[must_use]
    pub fn active_only(mut self) -> Self {
        self.active = true;
        self
    }

    /// Only managers.
    #[must_use]
    pub fn managers_only(mut self) -> Self {
        self.managers = true;
        self
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = page;
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.page
    }
}

impl Endpoint for ListUsers {
    type Output = UsersPage;

    fn operation(&self) -> &'static str {
        "users"
    }

    fn request(&self) -> Result<ApiRequest> {
        let mut request = ApiRequest::get("/api/v5/users");
        if self.active {
            request = request.query("filter[active]", "1");
        }
        if self.managers {
            request = request.query("filter[isManager]", "1");
        }
        Ok(request
            .query("limit", self.size.get().to_string())
            .query("page", self.page.to_string()))
    }

    fn decode(&self, answer: &Answer) -> Result<UsersPage> {
        answer.json()
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn planned(&self) -> Answer {
        Answer::ok_json(&json!({ "success": true, "users": [] }))
    }
}
