//! Parsing numbers written by people, PBXs and CRMs.

use super::clean::{self, Cleaned, Lead};
use super::digits::Digits;
use super::engine::{self, Mismatch};
use super::error::{PhoneError, PhoneRefusal};
use super::number::PhoneNumber;
use super::region::Region;
use super::{split, trunk};

/// Extensions have two to five digits.
const EXTENSION_DIGITS: std::ops::RangeInclusive<usize> = 2..=5;

/// Prefixes for dialling abroad; the region's own one is tried first.
const DIALLED_ABROAD: [&str; 2] = ["00", "810"];

/// Fewer bare digits are a local number without its area code (Minsk 290-89-99), although a few
/// islands have international numbers of that length.
const FEWEST_BARE_INTERNATIONAL: usize = 8;

crate::choice! {
    /// How digits without plus are read first.
    pub enum BareDigits {
        /// As the default region's people write, then as an international number without its plus.
        Auto = "auto",
        /// As an international number, then as the region's people write: for trunks that always
        /// deliver international digits, where `4915123456789` is one number and not two.
        International = "international",
    }
}

/// Parses phone numbers as written in one region. Cheap to copy.
///
/// A text is parsed as written in the default region. If the result is invalid, a leading `00` or
/// `810` (`8 10`, `8~10`) is replaced by the plus, and then bare digits are parsed as an
/// international number. Without a region only these international forms are parsed. Never parsed
/// as international digits are a number of Russia or Kazakhstan with its 8, a national number with
/// a prefix its country no longer uses (`8 621 12345` in Moldova), and seven digits or fewer.
///
/// Text that spreadsheets, messengers and people add to a number is removed: decimals
/// (`375291112233.0`), labels and remarks (`(Viber)`, `моб.`). An extension after the number is
/// returned separately.
///
/// ```
/// use vochi_crm_core::phone::PhoneReader;
/// let reader = PhoneReader::new().with_region("RU".parse()?);
/// assert_eq!(reader.read("8 (812) 123-45-67")?.number().e164(), "+78121234567");
/// assert_eq!(reader.read("00375291112233")?.number().e164(), "+375291112233");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhoneReader {
    region: Option<Region>,
    bare_digits: BareDigits,
}

impl PhoneReader {
    /// Creates a reader of international numbers only.
    pub const fn new() -> Self {
        Self { region: None, bare_digits: BareDigits::Auto }
    }

    /// Sets the region of national numbers.
    #[must_use]
    pub const fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Sets the first interpretation of digits without a plus.
    #[must_use]
    pub const fn with_bare_digits(mut self, bare_digits: BareDigits) -> Self {
        self.bare_digits = bare_digits;
        self
    }

    /// The default region.
    pub const fn region(&self) -> Option<Region> {
        self.region
    }

    /// Parses one number, with an extension after it.
    ///
    /// # Errors
    /// [The reason](PhoneError::reason) why the text is not a number. Several numbers are refused:
    /// see [`PhoneReader::read_many`].
    pub fn read(&self, raw: &str) -> Result<PhoneReading, PhoneError> {
        if let Some(digits) = clean::plain(raw) {
            match self.number(&digits) {
                Ok(number) => {
                    return Ok(PhoneReading { number, extension: None });
                }
                // Blanks may separate several numbers.
                Err(_) if raw.trim().contains(' ') => {}
                Err(reason) => return Err(self.refused(raw, reason, &digits)),
            }
        }
        let text = clean::normalise(raw);
        match split::pieces(&text).as_slice() {
            [] => Err(PhoneError::new(raw, PhoneRefusal::Hidden)),
            [one] => {
                let reading = self.read_piece(raw, one);
                match self.parts(one, &reading) {
                    Some(_) => Err(PhoneError::new(raw, PhoneRefusal::Several)),
                    None => reading,
                }
            }
            many => {
                let numbers = many.iter().filter(|piece| split::holds_number(piece));
                let reason = if numbers.count() > 1 {
                    PhoneRefusal::Several
                } else {
                    PhoneRefusal::NotANumber
                };
                Err(PhoneError::new(raw, reason))
            }
        }
    }

    /// Parses every number in a field that may contain several, in order and with repetitions. They
    /// are separated by `,` `;` `|` `&` `/` `\`, line ends, words (`и`, `или`, `and`, a label such
    /// as `Viber`), or by blanks if there is only one way to split. There is at least one result;
    /// each error contains its own part of the text.
    pub fn read_many(&self, raw: &str) -> Vec<Result<PhoneReading, PhoneError>> {
        let text = clean::normalise(raw);
        let pieces = split::pieces(&text);
        if pieces.is_empty() {
            return vec![Err(PhoneError::new(raw, PhoneRefusal::Hidden))];
        }
        let mut readings = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let reading = self.read_piece(piece, piece);
            match self.parts(piece, &reading) {
                Some(parts) if parts.is_empty() => {
                    readings.push(Err(PhoneError::new(piece, PhoneRefusal::Several)));
                }
                Some(parts) => {
                    readings.extend(parts.into_iter().map(|part| self.read_piece(part, part)));
                }
                None => readings.push(reading),
            }
        }
        readings
    }

    /// Splits a piece that contains several numbers, unless it is one number. No parts mean that
    /// the split is ambiguous.
    fn parts<'a>(
        self,
        piece: &'a str,
        reading: &Result<PhoneReading, PhoneError>,
    ) -> Option<Vec<&'a str>> {
        let is_number = |text: &str| self.read_piece(text, text).is_ok();
        if let Some((number, ending)) = split::ending(piece)
            && is_number(number)
        {
            return Some(vec![number, ending]);
        }
        match reading {
            Ok(_) => None,
            Err(_) => split::at_slashes(piece).or_else(|| {
                let parts = split::at_blanks(piece, is_number)?;
                Some(if self.is_one_country(&parts) { parts } else { Vec::new() })
            }),
        }
    }

    /// Returns true if all parts with blanks in them are numbers of one country. Otherwise the rest
    /// of a misspelt number could become a number of another country.
    fn is_one_country(self, parts: &[&str]) -> bool {
        let mut codes = parts.iter().filter(|part| part.contains(' ')).map(|part| {
            let reading = self.read_piece(part, part).ok()?;
            Some(reading.number().country_code())
        });
        let first = codes.next();
        codes.all(|code| Some(code) == first)
    }

    /// Parses a piece of normalised text from `raw`.
    fn read_piece(self, raw: &str, piece: &str) -> Result<PhoneReading, PhoneError> {
        let Cleaned { digits, extension, lead } =
            clean::one_number(piece).map_err(|reason| PhoneError::new(raw, reason))?;
        match self.number(&digits) {
            Ok(number) => Ok(PhoneReading { number, extension }),
            // An error about the digits is meaningless if they are not part of a number.
            Err(_) if lead == Lead::Words => Err(PhoneError::new(raw, PhoneRefusal::NotANumber)),
            Err(reason) => Err(self.refused(raw, reason, &digits)),
        }
    }

    fn refused(self, raw: &str, reason: PhoneRefusal, digits: &Digits) -> PhoneError {
        let error = PhoneError::new(raw, reason);
        match reason {
            PhoneRefusal::Extension => error.with_extension(digits.as_str()),
            _ if digits.plus => error,
            _ => error.in_region(self.region),
        }
    }

    fn number(self, digits: &Digits) -> Result<PhoneNumber, PhoneRefusal> {
        if digits.all_zeros() {
            return Err(PhoneRefusal::Hidden);
        }
        if digits.plus {
            return international(digits).map_err(PhoneRefusal::from);
        }
        match digits.len() {
            0..2 => return Err(PhoneRefusal::TooShort),
            len if EXTENSION_DIGITS.contains(&len) => return Err(PhoneRefusal::Extension),
            _ => {}
        }
        match self.bare_digits {
            BareDigits::Auto => self.national_first(digits),
            BareDigits::International => match trunk::international(digits) {
                Ok(number) => Ok(number),
                Err(_) => self.national_first(digits),
            },
        }
    }

    fn national_first(self, digits: &Digits) -> Result<PhoneNumber, PhoneRefusal> {
        let mut refusal = if digits.beyond_international() {
            PhoneRefusal::TooLong
        } else {
            PhoneRefusal::NoRegion
        };
        if let Some(region) = self.region {
            match trunk::national(digits, region) {
                Ok(number) => return Ok(number),
                Err(mismatch) => refusal = mismatch.into(),
            }
        }
        let abroad = DIALLED_ABROAD.into_iter().find_map(|prefix| digits.after(prefix));
        if let Some(abroad) = abroad {
            match international(&abroad) {
                Ok(number) => return Ok(number),
                Err(Mismatch::UnknownCountry) => {}
                Err(mismatch) => refusal = mismatch.into(),
            }
        }
        if trunk::behind_russian_eight(digits) {
            return Err(match self.region {
                Some(_) => PhoneRefusal::ForeignTrunk,
                None => PhoneRefusal::NoRegion,
            });
        }
        if (self.region).is_some_and(|region| trunk::behind_former_prefix(digits, region)) {
            return Err(PhoneRefusal::FormerTrunk);
        }
        if digits.len() < FEWEST_BARE_INTERNATIONAL {
            return Err(refusal);
        }
        trunk::international(digits).map_err(|_| refusal)
    }
}

/// Parses the digits unchanged, else as people write after a plus (`+44 (0)20 …`).
fn international(digits: &Digits) -> Result<PhoneNumber, Mismatch> {
    trunk::international(digits)
        .or_else(|_| engine::parse(digits.with_plus(), None).and_then(PhoneNumber::from_found))
}

/// A parsed number, and the extension after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneReading {
    number: PhoneNumber,
    extension: Option<Box<str>>,
}

impl PhoneReading {
    /// The number.
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// The extension after the number (`доб. 151`, `;ext=151`, `#151`): an extension of the other
    /// side, not of the company.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }
}
