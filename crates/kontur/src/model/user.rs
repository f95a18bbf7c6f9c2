//! Employees.

use serde::Deserialize;
use vochi_crm_core::wire;

use super::{UpdateInfo, UserId};

/// An employee. No extension belongs to it: who sits at which phone is known to the integration
/// alone. No list of users is documented; the feed of events has every one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name as people see it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// What the person signs in with.
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
    /// Whether the person administers the workspace.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_admin: Option<bool>,
    /// Whether the person is out of sight.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_hidden: Option<bool>,
    /// Whether the person ever signed in.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_authorized: Option<bool>,
    /// The status; only `inactive` was ever seen.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// Who made and changed it.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl User {
    /// A name to show: first and last name, else the whole name (which Kontur writes last name
    /// first), else the one part that is known, the login or the id.
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
