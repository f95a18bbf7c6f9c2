//! Users, notifications, and what describes the portal and the application.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, Result, Text, setters};

use super::list::{Order, Paged};
use super::response::{Created, Done, Many, One, OneOrNone, Texts, call, default_is_new, post};
use crate::model::{AppInfo, MethodState, Notification, Profile, User, UserId};

setters! {
    /// Lists users (`user.get`). Bots, mail users and guests are left out.
    pub payload("lowercase") ListUsers {
        /// A condition: a field and its value, as `ACTIVE` or `UF_PHONE_INNER`.
        #[serde(rename = "FILTER")]
        filter: BTreeMap<String, Value>,
        /// The field of the order.
        sort: String = "ID".to_owned(),
        /// The direction of the order.
        order: Order = Order::Ascending,
        /// The fields to read; by default all that the scope allows.
        select: Vec<String>,
        /// The first element, in steps of 50.
        start: u64 = 0u64,
    }
}

impl ListUsers {
    /// The employees, active ones and dismissed ones.
    pub fn employees() -> Self {
        Self::new().filter("USER_TYPE", "employee")
    }
}

impl Operation for ListUsers {
    call!(Many<User>, "user.get", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

impl Paged for ListUsers {
    type Row = User;

    fn starting_at(self, start: u64) -> Self {
        self.start(start)
    }

    fn id_of(row: &User) -> u64 {
        row.id.get()
    }
}

setters! {
    /// Searches users (`user.search`), by a field or by any text (`FIND`).
    pub payload("lowercase") SearchUsers {
        /// A condition: a field and its value.
        #[serde(rename = "FILTER")]
        filter: BTreeMap<String, Value>,
        /// The first element, in steps of 50.
        start: u64 = 0u64,
    }
}

impl Operation for SearchUsers {
    call!(Many<User>, "user.search", Safe);

    fn request(&self) -> Result<ApiRequest> {
        if self.filter.is_empty() {
            return Err(Error::input("cannot search users: no condition is set"));
        }
        post(Self::NAME, self)
    }
}

impl Paged for SearchUsers {
    type Row = User;

    fn starting_at(self, start: u64) -> Self {
        self.start(start)
    }

    fn id_of(row: &User) -> u64 {
        row.id.get()
    }
}

/// Reads the user whose rights the client has (`user.current`).
#[derive(Clone, Copy, Debug)]
pub struct GetCurrentUser;

impl Operation for GetCurrentUser {
    call!(One<User>, "user.current", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({}))
    }
}

/// Sets the inner number of a user (`user.update`). It needs the scope `user` and an administrator.
#[derive(Clone, Debug)]
pub struct SetInnerPhone(pub UserId, pub Text);

impl Operation for SetInnerPhone {
    call!(Done, "user.update", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({"ID": self.0, "UF_PHONE_INNER": self.1}))
    }

    fn subject(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.0.to_string().into())
    }
}

/// Reads the user whose rights the client has (`profile`); needs no scope. `None` for an inactive
/// user.
#[derive(Clone, Copy, Debug)]
pub struct GetProfile;

impl Operation for GetProfile {
    call!(OneOrNone<Profile>, "profile", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({}))
    }
}

/// Lists the scopes of the client (`scope`).
#[derive(Clone, Copy, Debug)]
pub struct ListScopes;

impl Operation for ListScopes {
    call!(Texts, "scope", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({}))
    }
}

/// Checks a method (`method.get`). It does not know whether the way of access is allowed.
#[derive(Clone, Debug)]
pub struct CheckMethod(pub Text);

impl Operation for CheckMethod {
    call!(One<MethodState>, "method.get", Safe);

    /// The portal knows names in lower case only.
    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({"name": self.0.to_lowercase()}))
    }
}

/// Reads the state of the application and the plan of the portal (`app.info`). A webhook may be
/// refused.
#[derive(Clone, Copy, Debug)]
pub struct GetAppInfo;

impl Operation for GetAppInfo {
    call!(One<AppInfo>, "app.info", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({}))
    }
}

/// The sender of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum NotificationType {
    /// The user of the client.
    User,
    /// The portal.
    System,
}

setters! {
    /// Notifies a user (`im.notify`). No idempotency key. `None` if no notification was created.
    pub payload("SCREAMING_SNAKE_CASE") Notify {
        user_id: UserId,
        message: Text,
        /// The sender.
        #[serde(rename = "TYPE")]
        kind: Option<NotificationType>,
        /// The text of the e-mail.
        message_out: Option<Text>,
        /// A mark: a notification replaces those of the same one.
        tag: Option<Text>,
        /// A second mark.
        sub_tag: Option<Text>,
        /// The owner of the mark; a webhook needs it.
        client_id: Option<Text>,
    }
}

impl Operation for Notify {
    call!(Created<Notification>, "im.notify", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.user_id.to_string().into())
    }
}

default_is_new!(ListUsers);
