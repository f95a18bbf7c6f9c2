//! Errors of parsing phone numbers.

use std::fmt;

use super::clean::is_invisible;
use super::engine::Mismatch;
use super::region::Region;
use crate::redaction::looks_like_key;

/// The shown part of a refused text.
const SHOWN_CHARS: usize = 40;

/// Why a text is not a valid phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PhoneRefusal {
    /// No number: the caller hides it, the field is empty, or it is a placeholder.
    Hidden,
    /// An employee's extension: two to five digits.
    Extension,
    /// More than one number.
    Several,
    /// A command to the network or the PBX, such as `*21*…#`.
    ServiceCode,
    /// Fewer digits than the country's numbers have.
    TooShort,
    /// More digits than the country's numbers have, or than any number has.
    TooLong,
    /// The number is not assigned in the country's plan.
    NotInUse,
    /// No country has the code after the plus.
    UnknownCountry,
    /// Not written internationally, and there is no default region to parse it with.
    NoRegion,
    /// A number of Russia or Kazakhstan with their trunk prefix 8, in another region. Some are also
    /// valid international digits of another country.
    ForeignTrunk,
    /// A national number with a trunk prefix that its country no longer uses, such as the 8 in
    /// Moldova. Some are also valid international digits of another country.
    FormerTrunk,
    /// A number in a spreadsheet's scientific notation: `3.75291E+11`.
    ScientificNotation,
    /// Letters, addresses and other text.
    NotANumber,
}

impl PhoneRefusal {
    /// The name in JSON output: `hidden`, `extension`, `too_short`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Extension => "extension",
            Self::Several => "several",
            Self::ServiceCode => "service_code",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::NotInUse => "not_in_use",
            Self::UnknownCountry => "unknown_country",
            Self::NoRegion => "no_region",
            Self::ForeignTrunk => "foreign_trunk",
            Self::FormerTrunk => "former_trunk",
            Self::ScientificNotation => "scientific_notation",
            Self::NotANumber => "not_a_number",
        }
    }
}

impl fmt::Display for PhoneRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<Mismatch> for PhoneRefusal {
    fn from(mismatch: Mismatch) -> Self {
        match mismatch {
            Mismatch::UnknownCountry => Self::UnknownCountry,
            Mismatch::TooShort => Self::TooShort,
            Mismatch::TooLong => Self::TooLong,
            Mismatch::NotAssigned => Self::NotInUse,
        }
    }
}

/// A refused text with the reason. Its message includes what to write instead.
///
/// ```
/// use vochi_crm_core::phone::PhoneReader;
/// let refused = PhoneReader::new().read("8029 111-22-33").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "`8029 111-22-33` is not written with + and no default region says how to read it; write \
///      it with + and the country code, such as +375291112233, or set default_region",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneError {
    raw: Box<str>,
    reason: PhoneRefusal,
    region: Option<Region>,
    extension: Option<Box<str>>,
}

impl PhoneError {
    pub(super) fn new(raw: &str, reason: PhoneRefusal) -> Self {
        Self { raw: raw.into(), reason, region: None, extension: None }
    }

    /// Adds the region of the failed parsing.
    pub(super) fn in_region(mut self, region: Option<Region>) -> Self {
        self.region = region;
        self
    }

    /// Adds the digits of the extension.
    pub(super) fn with_extension(mut self, extension: &str) -> Self {
        self.extension = Some(extension.into());
        self
    }

    /// Why the text was refused.
    pub fn reason(&self) -> PhoneRefusal {
        self.reason
    }

    /// The refused text.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The digits of the extension, if the reason is [`PhoneRefusal::Extension`].
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// What the operator should write instead.
    pub const fn hint(&self) -> &'static str {
        match self.reason {
            PhoneRefusal::Hidden | PhoneRefusal::NotANumber => {
                "write the number with + and the country code, such as +375291112233"
            }
            PhoneRefusal::Extension => {
                "give it where an extension is asked for, or write the client's number in full, \
                 such as +375291112233"
            }
            PhoneRefusal::Several => {
                "write one number only, such as +375291112233, and any other in a field of its own"
            }
            PhoneRefusal::ServiceCode => "write the number alone, without the code around it",
            PhoneRefusal::TooShort => {
                "add the area or operator code, or write the number in full, such as +375291112233"
            }
            PhoneRefusal::TooLong => "check for a superfluous digit or a second number",
            PhoneRefusal::NotInUse => "check the digits, the area or operator code first",
            PhoneRefusal::UnknownCountry => {
                "after + comes the country code, as in +375291112233; a national number (80…, 8…, \
                 0…) is written without +"
            }
            PhoneRefusal::NoRegion => {
                "write it with + and the country code, such as +375291112233, or set default_region"
            }
            PhoneRefusal::ForeignTrunk => {
                "write +7 in place of the 8, or + in front if it is the number of another country"
            }
            PhoneRefusal::FormerTrunk => {
                "leave the prefix out, or write the number with + and the country code"
            }
            PhoneRefusal::ScientificNotation => {
                "format the column as text and write the number in full, such as +375291112233"
            }
        }
    }
}

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.raw.trim().is_empty() {
            f.write_str("an empty text ")?;
        } else {
            write!(f, "`{}` ", Shown(&self.raw))?;
        }
        match self.reason {
            PhoneRefusal::Hidden => {
                f.write_str("holds no number: the caller's is hidden or unknown")
            }
            PhoneRefusal::Extension => {
                f.write_str("has the length of an inner number, not of a client's number")
            }
            PhoneRefusal::Several => f.write_str("holds more than one number"),
            PhoneRefusal::ServiceCode => f.write_str("is a command to the network or the PBX"),
            PhoneRefusal::TooShort => write!(f, "is too short for a number{}", In(self.region)),
            PhoneRefusal::TooLong => write!(f, "is too long for a number{}", In(self.region)),
            PhoneRefusal::NotInUse => write!(f, "is not a number in use{}", In(self.region)),
            PhoneRefusal::UnknownCountry => f.write_str("begins with no country's code"),
            PhoneRefusal::NoRegion => {
                f.write_str("is not written with + and no default region says how to read it")
            }
            PhoneRefusal::ForeignTrunk => {
                f.write_str("is written as inside Russia or Kazakhstan, with their 8 in front")
            }
            PhoneRefusal::FormerTrunk => {
                write!(f, "begins with a trunk prefix that is no longer dialled{}", In(self.region))
            }
            PhoneRefusal::ScientificNotation => {
                f.write_str("is written in a spreadsheet's scientific notation, which drops digits")
            }
            PhoneRefusal::NotANumber => f.write_str("is not a phone number"),
        }?;
        write!(f, "; {}", self.hint())
    }
}

impl std::error::Error for PhoneError {}

/// ` in BY`, when a region is known.
struct In(Option<Region>);

impl fmt::Display for In {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(region) => write!(f, " in {region}"),
            None => Ok(()),
        }
    }
}

/// Foreign text made safe for a message: truncated, without characters that affect a terminal or
/// the text direction.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key in the wrong field must not be printed, not even in part.
        if looks_like_key(self.0) {
            return write!(f, "*** ({} characters)", self.0.chars().count());
        }
        let mut chars = self.0.chars();
        for c in chars.by_ref().take(SHOWN_CHARS) {
            if c.is_control() || is_invisible(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        if chars.next().is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}
