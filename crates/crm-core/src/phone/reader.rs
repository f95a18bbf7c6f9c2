//! Reading what people, PBXs and CRMs write.

use super::clean::{self, Cleaned, Lead};
use super::digits::Digits;
use super::engine::{self, Misfit};
use super::error::{PhoneError, PhoneRefusal};
use super::number::PhoneNumber;
use super::region::Region;
use super::split;

/// Inner numbers have two to five digits.
const EXTENSION_DIGITS: std::ops::RangeInclusive<usize> = 2..=5;

/// How international numbers are dialled from somewhere; the region's own way is tried first.
const DIALLED_ABROAD: [&str; 2] = ["00", "810"];

/// Fewer bare digits are a local number without its area code (Minsk 290-89-99), although a few
/// islands have international numbers as short as that.
const FEWEST_BARE_INTERNATIONAL: usize = 8;

/// How digits without plus are read first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BareDigits {
    /// As the default region's people write, then as an international number without its plus.
    #[default]
    Auto,
    /// As an international number, then as the region's people write: for trunks that always
    /// deliver international digits, where `4915123456789` is one number and not two.
    International,
}

/// Reads phone numbers as the people of one region write them. Cheap to copy.
///
/// A text is read as the default region's people write it. If that is no valid number, a leading
/// `00` or `810` (`8 10`, `8~10`) is taken for the plus, and then the bare digits for an
/// international number. Without a region only these international readings remain. Never taken
/// for international digits are a number of Russia or Kazakhstan behind its 8, and seven digits or
/// fewer.
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
        Self {
            region: None,
            bare_digits: BareDigits::Auto,
        }
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
            return match self.number(&digits) {
                Ok(number) => Ok(PhoneReading {
                    number,
                    extension: None,
                }),
                Err(reason) => Err(self.refused(raw, reason, &digits)),
            };
        }
        let text = clean::normalise(raw);
        match split::pieces(&text).as_slice() {
            [] => Err(PhoneError::new(raw, PhoneRefusal::Hidden)),
            [one] => self.read_piece(raw, one).map_err(|error| {
                if split::at_slashes(one).is_some() {
                    PhoneError::new(raw, PhoneRefusal::Several)
                } else {
                    error
                }
            }),
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

    /// Reads every number in a field that may hold several, separated by `,` `;` `|` `&` `/` or
    /// line ends, in their order, repetitions included. There is at least one result; the errors
    /// carry their own piece of the text.
    pub fn read_many(&self, raw: &str) -> Vec<Result<PhoneReading, PhoneError>> {
        let text = clean::normalise(raw);
        let pieces = split::pieces(&text);
        if pieces.is_empty() {
            return vec![Err(PhoneError::new(raw, PhoneRefusal::Hidden))];
        }
        let mut readings = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match (self.read_piece(piece, piece), split::at_slashes(piece)) {
                (Err(_), Some(parts)) => {
                    readings.extend(parts.into_iter().map(|part| self.read_piece(part, part)));
                }
                (reading, _) => readings.push(reading),
            }
        }
        readings
    }

    /// Reads a piece of normalised text that came from `raw`.
    fn read_piece(self, raw: &str, piece: &str) -> Result<PhoneReading, PhoneError> {
        let Cleaned {
            digits,
            extension,
            lead,
        } = clean::one_number(piece).map_err(|reason| PhoneError::new(raw, reason))?;
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
            BareDigits::International => match PhoneNumber::from_digits(digits.as_str()) {
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
            match national(digits, region) {
                Ok(number) => return Ok(number),
                Err(misfit) => refusal = misfit.into(),
            }
        }
        let abroad = DIALLED_ABROAD
            .into_iter()
            .find_map(|prefix| digits.after(prefix));
        if let Some(abroad) = abroad {
            match international(&abroad) {
                Ok(number) => return Ok(number),
                Err(Misfit::UnknownCountry) => {}
                Err(misfit) => refusal = misfit.into(),
            }
        }
        if behind_trunk_eight(digits) {
            return Err(match self.region {
                Some(_) => PhoneRefusal::ForeignTrunk,
                None => PhoneRefusal::NoRegion,
            });
        }
        if digits.len() < FEWEST_BARE_INTERNATIONAL {
            return Err(refusal);
        }
        PhoneNumber::from_digits(digits.as_str()).map_err(|_| refusal)
    }
}

/// Whether the digits are a number of Russia or Kazakhstan behind their trunk prefix. Many write
/// it so outside these countries too, and `84951234567` is Moscow to them and not the mobile of
/// Viet Nam it would be as international digits: neither is guessed.
fn behind_trunk_eight(digits: &Digits) -> bool {
    digits
        .after("8")
        .filter(|rest| rest.len() == 10)
        .is_some_and(|rest| PhoneNumber::from_digits(&format!("7{}", rest.as_str())).is_ok())
}

/// As it stands where that is a number; else as people write behind a plus (`+44 (0)20 …`).
fn international(digits: &Digits) -> Result<PhoneNumber, Misfit> {
    PhoneNumber::from_digits(digits.as_str())
        .or_else(|_| engine::parse(digits.with_plus(), None).and_then(PhoneNumber::from_found))
}

fn national(digits: &Digits, region: Region) -> Result<PhoneNumber, Misfit> {
    engine::parse(digits.as_str(), Some(region.country())).and_then(PhoneNumber::from_found)
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
