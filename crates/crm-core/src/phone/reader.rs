//! Reading what people, PBXs and CRMs write.

use super::clean::{self, Cleaned, Lead};
use super::digits::Digits;
use super::engine::{self, Misfit};
use super::error::{PhoneError, PhoneRefusal};
use super::number::PhoneNumber;
use super::region::Region;
use super::{split, trunk};

/// Inner numbers have two to five digits.
const EXTENSION_DIGITS: std::ops::RangeInclusive<usize> = 2..=5;

/// How international numbers are dialled from somewhere; the region's own way is tried first.
const DIALLED_ABROAD: [&str; 2] = ["00", "810"];

/// Fewer bare digits are a local number without its area code (Minsk 290-89-99), although a few
/// islands have international numbers as short as that.
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

/// Reads phone numbers as the people of one region write them. Cheap to copy.
///
/// A text is read as the default region's people write it. If that is no valid number, a leading
/// `00` or `810` (`8 10`, `8~10`) is taken for the plus, and then the bare digits for an
/// international number. Without a region only these international readings remain. Never taken
/// for international digits are a number of Russia or Kazakhstan behind its 8, a national number
/// behind a prefix its country no longer dials (`8 621 12345` in Moldova), and seven digits or
/// fewer.
///
/// What spreadsheets, messengers and people leave around a number is removed: decimals
/// (`375291112233.0`), labels and remarks (`(Viber)`, `моб.`). An extension behind it is kept apart.
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
    /// A reader of international numbers only.
    pub const fn new() -> Self {
        Self { region: None, bare_digits: BareDigits::Auto }
    }

    /// Reads national forms as this region's people write them.
    #[must_use]
    pub const fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Sets how digits without plus are read first.
    #[must_use]
    pub const fn with_bare_digits(mut self, bare_digits: BareDigits) -> Self {
        self.bare_digits = bare_digits;
        self
    }

    /// The default region.
    pub const fn region(&self) -> Option<Region> {
        self.region
    }

    /// Reads one number, with the inner number behind it where there is one.
    ///
    /// # Errors
    /// Says [why](PhoneError::reason) the text is no number. Several numbers are refused: see
    /// [`PhoneReader::read_many`].
    pub fn read(&self, raw: &str) -> Result<PhoneReading, PhoneError> {
        if let Some(digits) = clean::plain(raw) {
            match self.number(&digits) {
                Ok(number) => {
                    return Ok(PhoneReading { number, extension: None });
                }
                // Blanks may part several numbers.
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

    /// Reads every number in a field that may hold several, in their order, repetitions included.
    /// They are separated by `,` `;` `|` `&` `/` `\`, line ends, words (`и`, `или`, `and`, a label
    /// such as `Viber`), or by blanks where that leaves one reading. There is at least one result;
    /// the errors carry their own piece of the text.
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

    /// Cuts a piece that holds several numbers after all, which its reading as one decides. No parts
    /// mean that it is not certain where to cut.
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

    /// Returns true if all parts with blanks in them are numbers of one country. Otherwise the rest of
    /// a misspelt number could become one of another continent.
    fn is_one_country(self, parts: &[&str]) -> bool {
        let mut codes = parts.iter().filter(|part| part.contains(' ')).map(|part| {
            let reading = self.read_piece(part, part).ok()?;
            Some(reading.number().country_code())
        });
        let first = codes.next();
        codes.all(|code| Some(code) == first)
    }

    /// Reads a piece of normalised text that came from `raw`.
    fn read_piece(self, raw: &str, piece: &str) -> Result<PhoneReading, PhoneError> {
        let Cleaned { digits, extension, lead } =
            clean::one_number(piece).map_err(|reason| PhoneError::new(raw, reason))?;
        match self.number(&digits) {
            Ok(number) => Ok(PhoneReading { number, extension }),
            // What was wrong with the digits says nothing when they were none of a number.
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
                Err(misfit) => refusal = misfit.into(),
            }
        }
        let abroad = DIALLED_ABROAD.into_iter().find_map(|prefix| digits.after(prefix));
        if let Some(abroad) = abroad {
            match international(&abroad) {
                Ok(number) => return Ok(number),
                Err(Misfit::UnknownCountry) => {}
                Err(misfit) => refusal = misfit.into(),
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

/// As it stands where that is a number; else as people write behind a plus (`+44 (0)20 …`).
fn international(digits: &Digits) -> Result<PhoneNumber, Misfit> {
    trunk::international(digits)
        .or_else(|_| engine::parse(digits.with_plus(), None).and_then(PhoneNumber::from_found))
}

/// A number that was read, and the inner number behind it.
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

    /// The digits written behind the number for whoever answers there (`доб. 151`, `;ext=151`,
    /// `#151`): an inner number of the other side, not of ours.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }
}
