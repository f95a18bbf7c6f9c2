//! Texts that are not blank.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::call::CallId;
use crate::error::{Error, Result};

/// A text with at least one non-blank character, such as a code or an external id.
///
/// ```
/// use vochi_crm_core::Text;
/// assert_eq!(Text::new("shop-one")?.as_str(), "shop-one");
/// assert!(Text::new(" ").is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Checks and wraps a text, unchanged.
    ///
    /// # Errors
    /// `input` for a blank text.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(Error::input(format!("invalid text {text:?}: must not be blank"))
                .with_hint("leave an optional text out"));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl From<&CallId> for Text {
    fn from(call: &CallId) -> Self {
        Self(call.as_str().to_owned())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.0.clone()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(|error| serde::de::Error::custom(error.message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_texts_are_refused() {
        for blank in ["", " ", "\t\n"] {
            assert!(Text::new(blank).is_err(), "{blank:?}");
            assert!(serde_json::from_value::<Text>(blank.into()).is_err(), "{blank:?}");
        }
        assert_eq!(Text::new(" a ").unwrap().as_str(), " a ", "kept unchanged");
    }
}
