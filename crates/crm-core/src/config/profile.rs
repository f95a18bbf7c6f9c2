//! The configuration of one account as a host writes it.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::key::{CRM_KEY, Key, Keys, Kind};
use super::{check, missing};
use crate::account::{Account, AccountConfig};
use crate::error::{Error, Result};
use crate::name::AccountName;

/// The configuration of one account: its CRM, the keys every account has, and those of its CRM.
/// `Debug` prints the keys without their values.
///
/// ```
/// use vochi_crm_core::Profile;
///
/// let profile = Profile::new("retailcrm")
///     .set("url", "https://demo.retailcrm.ru")
///     .set("api_key", "invented-key")
///     .extension("151", 18)
///     .extension("152", 16);
/// let same: Profile = serde_json::from_str(
///     r#"{"crm": "retailcrm", "url": "https://demo.retailcrm.ru", "api_key": "invented-key",
///         "extensions": {"151": 18, "152": 16}}"#,
/// )?;
/// assert_eq!(same, profile);
/// assert_eq!(same.account("shop")?.directory().extensions().count(), 2);
/// assert!(!format!("{same:?}").contains("invented-key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Profile(Map<String, Value>);

impl Profile {
    /// A profile of the CRM with this name.
    pub fn new(crm: impl Into<String>) -> Self {
        Self::default().set(CRM_KEY.name, crm.into())
    }

    /// Sets a key. Null, as of an absent `Option`, takes it out.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        let (key, value) = (key.into(), value.into());
        if value.is_null() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, value);
        }
        self
    }

    /// Adds an extension, or an employee's mobile in E.164, with its CRM user id.
    #[must_use]
    pub fn extension(self, extension: impl Into<String>, user: impl Into<Value>) -> Self {
        self.add("extensions", extension.into(), user.into())
    }

    /// Adds what the PBX calls a line, with its outside number.
    #[must_use]
    pub fn line(self, line: impl Into<String>, number: impl Into<Value>) -> Self {
        self.add("lines", line.into(), number.into())
    }

    fn add(mut self, key: &str, name: String, value: Value) -> Self {
        let table = self.0.entry(key).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(table) = table {
            table.insert(name, value);
        }
        self
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The name of its CRM.
    pub fn crm(&self) -> Option<&str> {
        self.get(CRM_KEY.name)?.as_str()
    }

    /// Checks keys and kinds of values, then that no needed key is missing.
    ///
    /// # Errors
    /// `config`, with the key; where several are missing, with all of them, separated by commas.
    pub fn check(&self, keys: &[Key]) -> Result<()> {
        self.0.iter().try_for_each(|(name, value)| check(keys, name, value))?;
        match missing(keys, |key| self.0.contains_key(key)) {
            missing if missing.is_empty() => Ok(()),
            missing => Err(Error::config("missing").with_key(missing.join(", "))),
        }
    }

    /// The account, from the keys every account has.
    ///
    /// # Errors
    /// `config`, with the key.
    pub fn account(&self, name: impl Into<AccountName>) -> Result<Account> {
        self.read::<AccountConfig>()?.account(name)
    }

    /// Reads the keys of one configuration and leaves out the others.
    ///
    /// # Errors
    /// `config`, with the key. Values are not shown.
    pub fn read<T: Keys>(&self) -> Result<T> {
        let mut own = Map::new();
        for key in T::KEYS {
            if let Some(value) = self.get(key.name) {
                check(T::KEYS, key.name, value)?;
                own.insert(key.name.to_owned(), plain(key.kind, value));
            }
        }
        serde_path_to_error::deserialize(Value::Object(own)).map_err(|error| {
            Error::config(error.inner().to_string()).with_key(error.path().to_string())
        })
    }
}

/// A value with the number of an id as text.
fn plain(kind: Kind, value: &Value) -> Value {
    match (kind, value) {
        (Kind::Id, Value::Number(number)) => Value::from(number.to_string()),
        _ => value.clone(),
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

impl From<Map<String, Value>> for Profile {
    fn from(settings: Map<String, Value>) -> Self {
        settings.into_iter().fold(Self::default(), |profile, (key, value)| profile.set(key, value))
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile ")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_a_key_out() {
        let profile = Profile::new("x").set("site", "shop").set("site", None::<String>);
        assert_eq!(profile, Profile::new("x"));
    }

    #[test]
    fn every_missing_key_is_named() {
        const KEYS: [Key; 3] = [
            CRM_KEY,
            Key::new("url", Kind::Origin, "").needed(),
            Key::new("api_key", Kind::Secret, "").needed(),
        ];
        let error = Profile::new("x").check(&KEYS).unwrap_err();
        assert_eq!((error.key(), error.message()), (Some("url, api_key"), "url, api_key: missing"));
    }

    #[test]
    fn a_value_of_another_type_is_named_and_not_shown() {
        let error = Profile::new("x").set("timezone", 375).account("shop").unwrap_err();
        assert_eq!(error.key(), Some("timezone"));
        let error = Profile::new("x").set("popup", "canary").account("shop").unwrap_err();
        assert_eq!(error.key(), Some("popup"));
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
