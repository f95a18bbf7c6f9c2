//! Employees.

use serde::Deserialize;
use vochi_crm_core::wire;

use super::{UpdateInfo, UserId};

/// An employee.
///
/// Users have no extensions: the mapping is known only to the integration. No list of users is
/// documented; the event feed contains all of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The displayed name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The login.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub login: Option<String>,
    /// The first name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The middle name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub middle_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// Set for an administrator of the workspace.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_admin: Option<bool>,
    /// Set for a hidden user.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_hidden: Option<bool>,
    /// Set if the user has signed in at least once.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_authorized: Option<bool>,
    /// The status; only `inactive` is documented.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// Creation and last change.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl User {
    /// Returns a name to display.
    ///
    /// First and last name, else the whole name (last name first in Kontur), else the one known
    /// part, the login or the id.
    pub fn display_name(&self) -> String {
        let part = |part: &Option<String>| {
            let text = part.as_deref().map(str::trim).unwrap_or_default();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let both = match (part(&self.first_name), part(&self.last_name)) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            _ => None,
        };
        both.or_else(|| part(&self.name))
            .or_else(|| part(&self.first_name))
            .or_else(|| part(&self.last_name))
            .or_else(|| part(&self.login))
            .unwrap_or_else(|| self.id.to_string())
    }
}
