//! Why a text is no number, in words an operator can act on.

use std::fmt;

use super::clean::is_invisible;
use super::engine::Misfit;
use super::region::Region;
use crate::redaction::looks_like_key;

/// How much of a refused text is shown.
const SHOWN_CHARS: usize = 40;

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PhoneRefusal {
    /// There is no number: the caller hides it, the field is empty, or it holds a placeholder.
    Hidden,
    /// The inner number of an employee: two to five digits.
    Extension,
    /// More than one number.
    Several,
    /// A code that commands the network or the PBX, such as `*21*…#`.
    ServiceCode,
    /// Fewer digits than the country's numbers have.
    TooShort,
    /// More digits than the country's numbers have, or than any number has.
    TooLong,
    /// No such number is assigned in the country's plan.
    NotInUse,
    /// No country has the code after the plus.
    UnknownCountry,
    /// Not written internationally, and no default region says how to read it.
    NoRegion,
    /// A number of Russia or Kazakhstan behind their trunk prefix 8, in another region; some of
    /// these are also international digits of somebody else.
    ForeignTrunk,
    /// A national number behind a trunk prefix that its country has given up, such as the 8 in
    /// Moldova; some of these are also international digits of another country.
    FormerTrunk,
    /// A number as spreadsheets shorten it: `3.75291E+11`.
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

impl From<Misfit> for PhoneRefusal {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::UnknownCountry => Self::UnknownCountry,
            Misfit::TooShort => Self::TooShort,
            Misfit::TooLong => Self::TooLong,
            Misfit::NotAssigned => Self::NotInUse,
        }
    }
}

/// A text that was refused, and why. Its message says what is wrong and what to write.
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

    /// Names the region whose reading failed.
    pub(super) fn in_region(mut self, region: Option<Region>) -> Self {
        self.region = region;
        self
    }

    /// Adds the digits of the inner number.
    pub(super) fn with_extension(mut self, extension: &str) -> Self {
        self.extension = Some(extension.into());
        self
    }

    /// Why the text was refused.
    pub fn reason(&self) -> PhoneRefusal {
        self.reason
    }

    /// The text as it was given.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The inner number, its digits alone, when the reason is [`PhoneRefusal::Extension`].
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

/// Outside text made fit for a message: cut, and nothing in it that could change a terminal or
/// the direction of the line.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key in the wrong field must not come out, nor a part of it.
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
