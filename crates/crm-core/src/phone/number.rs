//! Valid phone numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::engine::{self, Found, Mismatch};
use super::error::{PhoneError, PhoneRefusal};
use super::region::Region;
use super::variants;

/// A plus and the digits.
const LONGEST: usize = engine::MAX_DIGITS + 1;

/// A valid phone number in E.164: `+`, the country code, the national number; at most 15 digits.
///
/// Equality does not depend on the original spelling. Numbers are ordered as text.
///
/// ```
/// use vochi_crm_core::phone::{PhoneKind, PhoneNumber};
/// let number: PhoneNumber = "+375291112233".parse()?;
/// assert_eq!(number.digits(), "375291112233");
/// assert_eq!(number.country_code(), 375);
/// assert_eq!(number.kind(), PhoneKind::Mobile);
/// assert_eq!(number.masked(), "+37529***2233");
/// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber {
    /// The number as text, padded with zero bytes.
    text: [u8; LONGEST],
    len: u8,
    calling_code_len: u8,
}

impl PhoneNumber {
    /// Parses strict E.164: a plus and digits only. Text written by people is parsed by a
    /// [`PhoneReader`](super::PhoneReader).
    ///
    /// # Errors
    /// If the text has another form, or no country has assigned the number.
    pub fn from_e164(text: &str) -> Result<Self, PhoneError> {
        let refused = |reason| PhoneError::new(text, reason);
        if text.is_empty() {
            return Err(refused(PhoneRefusal::Hidden));
        }
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.strip_prefix('+') {
            Some(digits) if all_digits(digits) => {
                Self::from_digits(digits).map_err(|mismatch| refused(mismatch.into()))
            }
            None if all_digits(text) => Err(refused(PhoneRefusal::NoRegion)),
            _ => Err(refused(PhoneRefusal::NotANumber)),
        }
    }

    /// Creates a number from its international digits, unchanged.
    pub(super) fn from_digits(digits: &str) -> Result<Self, Mismatch> {
        if digits.len() > engine::MAX_DIGITS {
            return Err(Mismatch::TooLong);
        }
        let split = engine::calling_code_len(digits).ok_or(Mismatch::UnknownCountry)?;
        let (calling_code, national) = digits.split_at_checked(split).ok_or(Mismatch::TooShort)?;
        engine::check(calling_code, national)?;
        let mut writer = Writer::new();
        writer.write(digits.bytes())?;
        Ok(writer.finish(split))
    }

    /// Creates a number that the engine has validated.
    pub(super) fn from_found(found: Found) -> Result<Self, Mismatch> {
        let calling_code =
            u64::try_from(found.calling_code).map_err(|_| Mismatch::UnknownCountry)?;
        let mut writer = Writer::new();
        writer.write_integer(calling_code)?;
        let split = usize::from(writer.len) - 1;
        writer.write(std::iter::repeat_n(b'0', found.leading_zeros))?;
        writer.write_integer(found.national)?;
        Ok(writer.finish(split))
    }

    /// The number as `+375291112233`.
    pub fn e164(&self) -> &str {
        std::str::from_utf8(self.text.get(..usize::from(self.len)).unwrap_or_default())
            .unwrap_or_default()
    }

    /// The number without its plus: `375291112233`.
    pub fn digits(&self) -> &str {
        self.e164().get(1..).unwrap_or_default()
    }

    /// The country calling code: 375, 7.
    pub fn country_code(&self) -> u16 {
        self.split().0.parse().unwrap_or_default()
    }

    /// The number without its country code: `291112233`.
    pub fn national_digits(&self) -> &str {
        self.split().1
    }

    /// The country of the number; `None` for worldwide services such as +800.
    ///
    /// `+7` is Russia or Kazakhstan, depending on the following digits.
    pub fn region(&self) -> Option<Region> {
        let (calling_code, national) = self.split();
        engine::country_of(calling_code, national).map(Region::from)
    }

    /// The kind of the number.
    pub fn kind(&self) -> PhoneKind {
        let (calling_code, national) = self.split();
        engine::kind_of(calling_code, national)
    }

    /// The masked number for logs: `+37529***2233`. Country, the beginning of the operator or area
    /// code and the last digits are visible; at least three digits are hidden.
    pub fn masked(&self) -> String {
        let (calling_code, national) = self.split();
        let (head, tail) = match national.len() {
            9.. => (2, 4),
            7.. => (0, 4),
            5.. => (0, 2),
            _ => (0, 0),
        };
        let head = national.get(..head).unwrap_or_default();
        let tail = national.get(national.len().saturating_sub(tail)..).unwrap_or_default();
        format!("+{calling_code}{head}***{tail}")
    }

    /// The spellings under which a CRM may store this number: E.164, its digits, and the national
    /// form if the country has a trunk prefix (`80291112233` in Belarus, `89161234567` in Russia),
    /// without duplicates.
    ///
    /// ```
    /// use vochi_crm_core::phone::PhoneNumber;
    /// let number: PhoneNumber = "+375291112233".parse()?;
    /// assert_eq!(
    ///     number.search_spellings(),
    ///     ["+375291112233", "375291112233", "80291112233"],
    /// );
    /// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
    /// ```
    pub fn search_spellings(&self) -> Vec<String> {
        variants::search_spellings(*self)
    }

    /// The national form with trunk prefix and punctuation: `8 029 111-22-33`.
    pub(super) fn national_form(&self) -> Option<String> {
        let (calling_code, national) = self.split();
        engine::national_form(calling_code, national)
    }

    fn split(&self) -> (&str, &str) {
        self.digits().split_at_checked(usize::from(self.calling_code_len)).unwrap_or_default()
    }
}

/// Writes the text of a number digit by digit.
struct Writer {
    text: [u8; LONGEST],
    len: u8,
}

impl Writer {
    fn new() -> Self {
        let mut text = [0; LONGEST];
        if let Some(first) = text.first_mut() {
            *first = b'+';
        }
        Self { text, len: 1 }
    }

    fn write(&mut self, digits: impl IntoIterator<Item = u8>) -> Result<(), Mismatch> {
        for digit in digits {
            let place = self.text.get_mut(usize::from(self.len));
            *place.ok_or(Mismatch::TooLong)? = digit;
            self.len += 1;
        }
        Ok(())
    }

    fn write_integer(&mut self, integer: u64) -> Result<(), Mismatch> {
        let mut power = 1;
        while integer / power >= 10 {
            power *= 10;
        }
        while power > 0 {
            let digit = u8::try_from(integer / power % 10).unwrap_or_default();
            self.write([b'0' + digit])?;
            power /= 10;
        }
        Ok(())
    }

    fn finish(self, calling_code_len: usize) -> PhoneNumber {
        PhoneNumber {
            text: self.text,
            len: self.len,
            // One to three digits.
            calling_code_len: u8::try_from(calling_code_len).unwrap_or_default(),
        }
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneError;

    /// The same as [`PhoneNumber::from_e164`].
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::from_e164(text)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.e164())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({self})")
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.e164())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    /// Accepts the serialized form: E.164 of a valid number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The kind of a number, according to its country's numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PhoneKind {
    /// A mobile phone.
    Mobile,
    /// A fixed line.
    Fixed,
    /// Either: the plan does not distinguish them, as in North America.
    FixedOrMobile,
    /// Free for the caller.
    TollFree,
    /// More expensive than an ordinary call.
    PremiumRate,
    /// The cost is shared between both parties.
    SharedCost,
    /// A number of an Internet telephone service.
    Voip,
    /// A personal number that follows its owner.
    Personal,
    /// A pager.
    Pager,
    /// One number of a whole company (UAN), routed by it.
    CompanyWide,
    /// Access to a voice mailbox.
    Voicemail,
    /// Not in the plan.
    Unknown,
}

impl PhoneKind {
    /// The name in JSON output: `mobile`, `fixed`, `toll_free`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Fixed => "fixed",
            Self::FixedOrMobile => "fixed_or_mobile",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::CompanyWide => "company_wide",
            Self::Voicemail => "voicemail",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for PhoneKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
