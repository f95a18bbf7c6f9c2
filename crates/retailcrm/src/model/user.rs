//! Users of the CRM: the company's employees.

use serde::{Deserialize, Deserializer};
use vochi_crm_core::wire;

use super::UserId;
use super::telephony::full_name;

/// The availability of a user (`status`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserStatus {
    /// Free.
    Free,
    /// Busy.
    Busy,
    /// At dinner.
    Dinner,
    /// On a break.
    Break,
    /// Any other value of the CRM.
    Other(String),
}

impl UserStatus {
    /// The CRM's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Free => "free",
            Self::Busy => "busy",
            Self::Dinner => "dinner",
            Self::Break => "break",
            Self::Other(word) => word,
        }
    }
}

impl<'de> Deserialize<'de> for UserStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = wire::text_or_none(deserializer)?;
        let word = word.ok_or_else(|| serde::de::Error::custom("expected a word"))?;
        Ok(match word.as_str() {
            "free" => Self::Free,
            "busy" => Self::Busy,
            "dinner" => Self::Dinner,
            "break" => Self::Break,
            _ => Self::Other(word),
        })
    }
}

/// A reference to a user group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserGroupRef {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The symbolic code.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub code: Option<String>,
}

/// A user group with its rules (`GET /api/v5/user-groups`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserGroup {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The symbolic code.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub code: Option<String>,
    /// The signature of the group's letters.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub signature_template: Option<String>,
    /// Whether its users are managers.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub is_manager: Option<bool>,
    /// Whether its users deliver orders.
    #[serde(deserialize_with = "wire::bool_or_none")]
    pub is_delivery_men: Option<bool>,
    /// The delivery types of its couriers.
    #[serde(deserialize_with = "wire::texts")]
    pub delivery_types: Vec<String>,
    /// The order types that are distributed among its users.
    #[serde(deserialize_with = "wire::texts")]
    pub breakdown_order_types: Vec<String>,
    /// The shops with orders distributed among its users.
    #[serde(deserialize_with = "wire::texts")]
    pub breakdown_sites: Vec<String>,
    /// The order methods with orders distributed among its users.
    #[serde(deserialize_with = "wire::texts")]
    pub breakdown_order_methods: Vec<String>,
    /// The order types visible to its users.
    #[serde(deserialize_with = "wire::texts")]
    pub granted_order_types: Vec<String>,
    /// The shops visible to its users.
    #[serde(deserialize_with = "wire::texts")]
    pub granted_sites: Vec<String>,
}

/// A user of the CRM. It has no extension; `phone` is free text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The CRM's id.
    pub id: UserId,
    /// Whether the user is active in the CRM.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub active: Option<bool>,
    /// The first name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// The patronymic.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub patronymic: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// A phone number, as typed.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone: Option<String>,
    /// The availability.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub status: Option<UserStatus>,
    /// Whether the user is online in the CRM.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub online: Option<bool>,
    /// Whether the user is an administrator.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_admin: Option<bool>,
    /// Whether the user is a manager.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub is_manager: Option<bool>,
    /// The user's groups.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub groups: Vec<UserGroupRef>,
}

impl User {
    /// First name and last name; without both, the e-mail address or the id.
    pub fn display_name(&self) -> String {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
            .or_else(|| self.email.clone())
            .unwrap_or_else(|| self.id.to_string())
    }
}
