//! Former prefixes of numbering plans that people still write.
//!
//! The engine contains current plans. A former spelling is accepted only if it is unambiguous; if
//! it could be another number, it is refused.

use super::digits::Digits;
use super::engine::{self, Mismatch};
use super::number::PhoneNumber;
use super::region::Region;

/// Former prefixes of national numbers, and their replacements.
const FORMER: &[(&[&str], &str, &str)] = &[
    // The 8 of the Soviet network before a code that is still written with its 0.
    (&["AM", "AZ", "GE", "KG", "MD", "UA"], "80", "0"),
    // Long distance, and mobiles of the same and of another area, until 2019.
    (&["MX"], "01", ""),
    (&["MX"], "044", ""),
    (&["MX"], "045", ""),
];

/// Former prefixes of national numbers that may also begin another number: `8 621 12345` is Moldova
/// or China, `1 55 1234 5678` Mexico or the United States, and `067 123 45 67` the current form of
/// a neighbour of Poland.
const FORMER_DOUBTFUL: &[(&[&str], &str)] = &[
    (&["AM", "AZ", "EE", "GE", "KG", "LV", "MD", "TJ", "UA", "UZ"], "8"),
    (&["CL", "CZ", "PL"], "0"),
    (&["MX"], "1"),
];

/// Former prefixes of international numbers, and their replacements.
const FORMER_ABROAD: &[(&str, &str)] = &[
    // Mobiles of Mexico, until 2019.
    ("521", "52"),
    ("5201", "52"),
    ("52044", "52"),
    ("52045", "52"),
];

/// Parses digits as dialled inside the region, now or formerly.
pub(super) fn national(digits: &Digits, region: Region) -> Result<PhoneNumber, Mismatch> {
    dialled(digits.as_str(), region).or_else(|mismatch| {
        FORMER
            .iter()
            .filter(|(regions, ..)| regions.contains(&region.as_str()))
            .find_map(|(_, from, to)| dialled(&with_current_prefix(digits, from, to)?, region).ok())
            .ok_or(mismatch)
    })
}

/// Parses the digits of an international number: unchanged, else in a former spelling.
pub(super) fn international(digits: &Digits) -> Result<PhoneNumber, Mismatch> {
    PhoneNumber::from_digits(digits.as_str()).or_else(|mismatch| {
        FORMER_ABROAD
            .iter()
            .find_map(|(from, to)| {
                PhoneNumber::from_digits(&with_current_prefix(digits, from, to)?).ok()
            })
            .or_else(|| argentine_mobile(digits))
            .ok_or(mismatch)
    })
}

/// Returns true for a national number with a prefix that the region no longer uses and that may
/// also begin another number.
pub(super) fn behind_former_prefix(digits: &Digits, region: Region) -> bool {
    FORMER_DOUBTFUL.iter().any(|(regions, prefix)| {
        regions.contains(&region.as_str())
            && with_current_prefix(digits, prefix, "")
                .is_some_and(|rest| dialled(&rest, region).is_ok())
    })
}

/// Returns true for a number of Russia or Kazakhstan with their trunk prefix. It is common outside
/// these countries too, and `84951234567` is then Moscow and not the mobile of Viet Nam with the
/// same international digits: the ambiguity is an error.
pub(super) fn behind_russian_eight(digits: &Digits) -> bool {
    digits
        .after("8")
        .filter(|rest| rest.len() == 10)
        .is_some_and(|rest| PhoneNumber::from_digits(&format!("7{}", rest.as_str())).is_ok())
}

/// Parses a mobile of Argentina with both mobile marks: the 9 dialled from abroad and the 15
/// dialled inside. The engine accepts only one of them.
fn argentine_mobile(digits: &Digits) -> Option<PhoneNumber> {
    let inside = Digits::international(&with_current_prefix(digits, "549", "54")?)?;
    engine::parse(inside.with_plus(), None)
        .and_then(PhoneNumber::from_found)
        .ok()
        .filter(|number| number.digits().starts_with("549"))
}

fn with_current_prefix(digits: &Digits, from: &str, to: &str) -> Option<String> {
    let rest = digits.as_str().strip_prefix(from)?;
    Some(format!("{to}{rest}"))
}

fn dialled(digits: &str, region: Region) -> Result<PhoneNumber, Mismatch> {
    engine::parse(digits, Some(region.country())).and_then(PhoneNumber::from_found)
}
