//! The outside party of a call.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Extension;
use crate::phone::{PhoneNumber, PhoneReader, PhoneRefusal};

/// The other party of a call.
///
/// A live call is never dropped because of an unreadable number: the text is kept unchanged.
///
/// ```
/// use vochi_crm_core::{Party, phone::PhoneReader};
/// let reader = PhoneReader::new().with_region("BY".parse()?);
/// assert_eq!(Party::read(&reader, "8029 111-22-33").to_string(), "+375291112233");
/// assert_eq!(Party::read(&reader, "anonymous"), Party::Hidden);
/// assert!(matches!(Party::read(&reader, "151"), Party::Extension(_)));
/// assert!(matches!(Party::read(&reader, "MTS.BY"), Party::Raw(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Party {
    /// An outside number.
    Number(PhoneNumber),
    /// An employee's extension.
    Extension(Extension),
    /// The caller's number is hidden.
    Hidden,
    /// Text that is not a number, as the PBX or the CRM sent it.
    Raw(String),
}

impl Party {
    /// Parses what a PBX or CRM sent.
    pub fn read(reader: &PhoneReader, raw: &str) -> Self {
        match reader.read(raw) {
            Ok(reading) => Self::Number(reading.number()),
            Err(error) => match error.reason() {
                PhoneRefusal::Hidden => Self::Hidden,
                PhoneRefusal::Extension => match Extension::new(error.extension().unwrap_or(raw)) {
                    Ok(extension) => Self::Extension(extension),
                    Err(_) => Self::Raw(raw.to_owned()),
                },
                _ => Self::Raw(raw.to_owned()),
            },
        }
    }

    /// The outside number, if there is one.
    pub fn number(&self) -> Option<PhoneNumber> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<PhoneNumber> for Party {
    fn from(number: PhoneNumber) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Extension(extension) => write!(f, "{extension}"),
            Self::Hidden => f.write_str("hidden number"),
            Self::Raw(raw) => f.write_str(raw),
        }
    }
}
