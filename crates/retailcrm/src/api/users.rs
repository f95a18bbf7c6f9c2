//! `users`, `user-groups`: the company's employees.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};
use vochi_crm_core::{Error, Result, setters};

use super::list::Filter;
use super::response::{Done, Field};
use crate::model::{User, UserGroup, UserId, UserStatus};

setters! {
    /// Narrows the list of users (`GET /api/v5/users`).
    #[derive(Default)]
    pub payload UserFilter {
        /// Users who are active in the CRM.
        active: bool,
        /// Managers.
        #[serde(rename = "isManager")]
        managers: bool,
    }
}

impl Filter for UserFilter {
    type Entity = User;
    const NAME: &'static str = "users";
}

setters! {
    /// The list of user groups (`GET /api/v5/user-groups`) has no filter.
    #[derive(Default)]
    pub payload UserGroupFilter {}
}

impl Filter for UserGroupFilter {
    type Entity = UserGroup;
    const NAME: &'static str = "user-groups";
}

/// Reads a user (`GET /api/v5/users/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetUser(pub UserId);

impl Operation for GetUser {
    type Output = Field<User>;
    const NAME: &'static str = "users/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/users/{}", self.0)))
    }

    fn planned(&self) -> Response {
        Field::<User>::planned_with(self.0.get())
    }
}

setters! {
    /// Sets the status of a user (`POST /api/v5/users/{id}/status`).
    pub struct SetUserStatus {
        user: UserId,
        status: UserStatus,
    }
}

impl Operation for SetUserStatus {
    type Output = Done;
    const NAME: &'static str = "users/{id}/status";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        let status = self.status.as_str();
        if status.trim().is_empty() {
            return Err(Error::input("invalid user status: must not be empty")
                .with_hint("RetailCRM knows free, busy, dinner and break"));
        }
        Ok(ApiRequest::post(format!("/api/v5/users/{}/status", self.user)).form("status", status))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.user.to_string().into())
    }
}
