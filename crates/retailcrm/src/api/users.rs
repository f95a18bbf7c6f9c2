//! `users`, `user-groups`: the enterprise's employees.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result};

use super::paging::Paging;
use crate::model::{PageSize, Pagination, User, UserGroup, UserId, UserStatus, given};

/// One page of users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UsersPage {
    /// The users; one that cannot be read does not cost the others.
    pub users: Items<User>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
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
#[derive(Clone, Debug, Default)]
pub struct ListUsers {
    active: bool,
    managers: bool,
    paging: Paging,
}

impl ListUsers {
    /// All users, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
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
        self.paging.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.paging.page = page;
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.paging.page
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
        self.paging.apply(request)
    }

    fn decode(&self, answer: &Response) -> Result<UsersPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "users": [] }))
    }
}

/// Reads a user (`GET /api/v5/users/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetUser;
/// use vochi_crm_retailcrm::model::UserId;
/// assert_eq!(GetUser::new(UserId::new(7)).request()?.path(), "/api/v5/users/7");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GetUser {
    user: UserId,
}

impl GetUser {
    /// This user. One that is not there is the error `not_found`.
    pub fn new(user: UserId) -> Self {
        Self { user }
    }
}

impl Endpoint for GetUser {
    type Output = User;

    fn operation(&self) -> &'static str {
        "users/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the user", self.user.get())?;
        Ok(ApiRequest::get(format!("/api/v5/users/{}", self.user)))
    }

    fn decode(&self, answer: &Response) -> Result<User> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(deserialize_with = "wire::object")]
            user: User,
        }
        answer.json().map(|wire: Wire| wire.user)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "user": { "id": self.user } }))
    }
}

/// Sets whether a user can be reached (`POST /api/v5/users/{id}/status`). A repeat sets the same
/// once more.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::SetUserStatus;
/// use vochi_crm_retailcrm::model::{UserId, UserStatus};
/// let request = SetUserStatus::new(UserId::new(7), UserStatus::Busy).request()?;
/// assert_eq!(request.path(), "/api/v5/users/7/status");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SetUserStatus {
    user: UserId,
    status: UserStatus,
}

impl SetUserStatus {
    /// This user has this status from now on. A word the CRM does not know is the error `rejected`.
    pub fn new(user: UserId, status: UserStatus) -> Self {
        Self { user, status }
    }
}

impl Endpoint for SetUserStatus {
    type Output = ();

    fn operation(&self) -> &'static str {
        "users/{id}/status"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.status.as_str().trim().is_empty() {
            return Err(Error::input("the user's status is empty")
                .with_hint("RetailCRM knows free, busy, dinner and break"));
        }
        given::id("the user", self.user.get())?;
        Ok(ApiRequest::post(format!("/api/v5/users/{}/status", self.user))
            .form("status", self.status.as_str()))
    }

    fn decode(&self, _: &Response) -> Result<()> {
        Ok(())
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.user.to_string().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

/// One page of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserGroupsPage {
    /// The groups; one that cannot be read does not cost the others.
    pub groups: Items<UserGroup>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists the groups of users (`GET /api/v5/user-groups`), one page.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListUserGroups;
/// assert_eq!(ListUserGroups::new().request()?.query_string(), "limit=100&page=1");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ListUserGroups {
    paging: Paging,
}

impl ListUserGroups {
    /// All groups, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.paging.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.paging.page = page;
        self
    }

    pub(crate) fn page(self) -> u32 {
        self.paging.page
    }
}

impl Endpoint for ListUserGroups {
    type Output = UserGroupsPage;

    fn operation(&self) -> &'static str {
        "user-groups"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.paging.apply(ApiRequest::get("/api/v5/user-groups"))
    }

    fn decode(&self, answer: &Response) -> Result<UserGroupsPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "groups": [] }))
    }
}
