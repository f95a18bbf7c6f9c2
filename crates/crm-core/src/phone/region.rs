//! Countries, by two letters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::engine::Country;
use super::error::Shown;

/// A country with a numbering plan, by its ISO 3166 code of two letters.
///
/// ```
/// use vochi_crm_core::phone::Region;
/// let region: Region = "by".parse()?;
/// assert_eq!(region.to_string(), "BY");
/// # Ok::<(), vochi_crm_core::phone::UnknownRegion>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    country: Country,
    code: [u8; 2],
}

impl Region {
    /// The two letters, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    pub(super) fn country(self) -> Country {
        self.country
    }
}

impl From<Country> for Region {
    fn from(country: Country) -> Self {
        Self { country, code: country.code() }
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Parses the code in either case, with blanks around it.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let code = text.trim();
        // The crate also accepts its own number for "the whole world".
        Some(code)
            .filter(|code| code.len() == 2)
            .and_then(Country::from_code)
            .map(Self::from)
            .ok_or_else(|| UnknownRegion { given: Shown(text).to_string() })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a country code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "region `{given}` is not known: write the two letters of a country (ISO 3166), such as BY, RU \
     or KZ"
)]
#[non_exhaustive]
pub struct UnknownRegion {
    /// The text, truncated and escaped.
    pub given: String,
}
