//! Ids and phone texts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use vochi_crm_core::wire;
use vochi_crm_core::{CrmUserId, Error, PhoneNumber, Result};

/// The id of a RetailCRM user. A number in the CRM; answers write it as a number or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// An id.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Reads a user id of the common model.
    ///
    /// # Errors
    /// `config`: RetailCRM's user ids are numbers.
    pub fn of(user: &CrmUserId) -> Result<Self> {
        match user.as_str().parse() {
            Ok(id) if id > 0 => Ok(Self(id)),
            _ => Err(Error::config(format!("{:?} is no RetailCRM user id", user.as_str()))
                .with_hint("RetailCRM's user ids are numbers; `vochi-crm users` lists them")),
        }
    }

    /// The id in the common model.
    pub fn to_common(self) -> Result<CrmUserId> {
        CrmUserId::new(self.to_string())
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = wire::id_or_none(deserializer)?;
        id.and_then(|id| id.parse().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("it is no user id"))
    }
}

/// A phone number as it goes to RetailCRM: E.164 with its plus, or bare digits of a number that
/// could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PhoneText(String);

impl PhoneText {
    /// The digits of a text that is no valid number; `None` where there are none.
    pub fn digits_of(raw: &str) -> Option<Self> {
        let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(Self(digits))
    }

    /// The same number without a leading plus.
    #[must_use]
    pub fn without_plus(self) -> Self {
        match self.0.strip_prefix('+') {
            Some(digits) => Self(digits.to_owned()),
            None => self,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PhoneNumber> for PhoneText {
    fn from(number: PhoneNumber) -> Self {
        Self(number.e164().to_owned())
    }
}
