//! The world's numbering plans: the only file that uses the `phonenumber` crate.
//!
//! The crate gets only ASCII digits with at most one leading plus: it panics on some other texts (a
//! `tel:` after a `;phone-context=`).

#![allow(clippy::disallowed_types, reason = "the only module that uses the phone crate")]

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber as Parsed, PhoneNumberFormat,
    PhoneNumberType, Region as Code, ValidationError,
};

use super::number::PhoneKind;

/// The digits an international number may have, country code included (ITU-T E.164).
pub(super) const MAX_DIGITS: usize = 15;

/// A country with a numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Country(Code);

impl Country {
    /// Parses two letters in either case.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        let country = Code::from_code(code).ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(country).map(|_| Self(country))
    }

    /// The two capital letters.
    pub(super) fn code(self) -> [u8; 2] {
        // The crate numbers its countries by their letters.
        (self.0 as u16).to_be_bytes()
    }
}

/// Why digits are not a valid number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    UnknownCountry,
    TooShort,
    TooLong,
    NotAssigned,
}

/// A valid number, as the crate represents it.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) calling_code: i32,
    pub(super) leading_zeros: usize,
    pub(super) national: u64,
}

/// Parses `+` and digits, or digits as dialled inside `home`.
pub(super) fn parse(text: &str, home: Option<Country>) -> Result<Found, Mismatch> {
    let parsed =
        PHONE_NUMBER_UTIL.parse(text, home.map(|country| country.0)).map_err(
            |error| match error {
                ParseError::InvalidCountryCode => Mismatch::UnknownCountry,
                ParseError::TooLongNsn => Mismatch::TooLong,
                ParseError::NotANumber(_)
                | ParseError::TooShortAfterIdd
                | ParseError::TooShortNsn => Mismatch::TooShort,
            },
        )?;
    if PHONE_NUMBER_UTIL.is_valid_number(&parsed) {
        Ok(Found {
            calling_code: parsed.country_code,
            leading_zeros: leading_zeros(&parsed),
            national: parsed.national_number,
        })
    } else {
        Err(mismatch(&parsed))
    }
}

/// The length of the country code at the beginning of these digits.
pub(super) fn calling_code_len(digits: &str) -> Option<usize> {
    (1..=3).find(|&len| {
        digits
            .get(..len)
            .filter(|code| !code.starts_with('0'))
            .and_then(|code| code.parse().ok())
            .is_some_and(|code| PHONE_NUMBER_UTIL.get_region_for_country_code(code).is_some())
    })
}

/// Validates a number exactly as written: nothing is stripped or guessed.
pub(super) fn check(calling_code: &str, national: &str) -> Result<(), Mismatch> {
    let Some(number) = assemble(calling_code, national) else {
        return Err(Mismatch::TooShort);
    };
    if PHONE_NUMBER_UTIL.is_valid_number(&number) { Ok(()) } else { Err(mismatch(&number)) }
}

/// The country of a valid number; `None` for worldwide services such as +800.
pub(super) fn country_of(calling_code: &str, national: &str) -> Option<Country> {
    let number = assemble(calling_code, national)?;
    PHONE_NUMBER_UTIL
        .get_region_for_number(&number)
        .filter(|country| *country != Code::World)
        .map(Country)
}

/// The kind of a valid number.
pub(super) fn kind_of(calling_code: &str, national: &str) -> PhoneKind {
    let Some(number) = assemble(calling_code, national) else {
        return PhoneKind::Unknown;
    };
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::FixedLine => PhoneKind::Fixed,
        PhoneNumberType::Mobile => PhoneKind::Mobile,
        PhoneNumberType::FixedLineOrMobile => PhoneKind::FixedOrMobile,
        PhoneNumberType::TollFree => PhoneKind::TollFree,
        PhoneNumberType::PremiumRate => PhoneKind::PremiumRate,
        PhoneNumberType::SharedCost => PhoneKind::SharedCost,
        PhoneNumberType::VoIP => PhoneKind::Voip,
        PhoneNumberType::PersonalNumber => PhoneKind::Personal,
        PhoneNumberType::Pager => PhoneKind::Pager,
        PhoneNumberType::UAN => PhoneKind::CompanyWide,
        PhoneNumberType::VoiceMail => PhoneKind::Voicemail,
        PhoneNumberType::Unknown => PhoneKind::Unknown,
    }
}

/// A valid number as written inside its country, with that country's punctuation.
pub(super) fn national_form(calling_code: &str, national: &str) -> Option<String> {
    let number = assemble(calling_code, national)?;
    Some(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National).into_owned())
}

fn assemble(calling_code: &str, national: &str) -> Option<Parsed> {
    let zeros = national.bytes().take_while(|&digit| digit == b'0').count();
    Some(Parsed {
        country_code: calling_code.parse().ok()?,
        national_number: national.parse().ok()?,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: (zeros > 1).then(|| i32::try_from(zeros).ok()).flatten(),
        ..Parsed::default()
    })
}

fn leading_zeros(number: &Parsed) -> usize {
    if number.italian_leading_zero() {
        usize::try_from(number.number_of_leading_zeros()).unwrap_or(1)
    } else {
        0
    }
}

/// Compares with the lengths of ordinary subscriber numbers: plans with short service numbers
/// accept nearly every length, and a missing operator code would look like a wrong one.
fn mismatch(number: &Parsed) -> Mismatch {
    match PHONE_NUMBER_UTIL
        .is_possible_number_for_type_with_reason(number, PhoneNumberType::FixedLineOrMobile)
    {
        Err(ValidationError::InvalidCountryCode) => Mismatch::UnknownCountry,
        Err(ValidationError::TooShort) | Ok(NumberLengthType::IsPossibleLocalOnly) => {
            Mismatch::TooShort
        }
        Err(ValidationError::TooLong) => Mismatch::TooLong,
        Err(ValidationError::InvalidLength) | Ok(NumberLengthType::IsPossible) => {
            Mismatch::NotAssigned
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::PhoneReader;
    use super::*;

    const KINDS: [PhoneNumberType; 10] = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::PremiumRate,
        PhoneNumberType::SharedCost,
        PhoneNumberType::VoIP,
        PhoneNumberType::PersonalNumber,
        PhoneNumberType::Pager,
        PhoneNumberType::UAN,
        PhoneNumberType::VoiceMail,
    ];

    /// The example number of every kind of every country.
    fn examples() -> impl Iterator<Item = (Code, Parsed)> {
        PHONE_NUMBER_UTIL.get_supported_regions().flat_map(|country| {
            KINDS.into_iter().filter_map(move |kind| {
                PHONE_NUMBER_UTIL
                    .get_example_number_for_type_and_region(country, kind)
                    .ok()
                    .map(|number| (country, number))
            })
        })
    }

    fn e164(number: &Parsed) -> String {
        PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
    }

    #[test]
    fn example_numbers_of_all_countries_match_the_engine() {
        let mut checked = 0;
        for (country, number) in examples() {
            let reader = PhoneReader::new().with_region(Country(country).into());
            for form in [PhoneNumberFormat::International, PhoneNumberFormat::National] {
                let written = PHONE_NUMBER_UTIL.format(&number, form);
                let digits = written.bytes().filter(u8::is_ascii_digit).count();
                let expected = PHONE_NUMBER_UTIL.parse(&written, Some(country)).unwrap();
                // Numbers as short as extensions, and longer than E.164, are refused on purpose.
                if digits <= 5
                    || e164(&expected).len() > MAX_DIGITS + 1
                    || !PHONE_NUMBER_UTIL.is_valid_number(&expected)
                {
                    continue;
                }
                let read = reader.read(&written).map(|read| read.number().to_string());
                assert_eq!(read, Ok(e164(&expected)), "{written:?} in {country}");
                checked += 1;
            }
        }
        assert!(checked > 1500, "only {checked} forms were compared");
    }
}
