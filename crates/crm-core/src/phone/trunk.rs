//! Prefixes that numbering plans have given up and people still write.
//!
//! The engine knows the plans of today. A former spelling is read only where nothing else can be
//! meant by it; where it could be another number, it is refused.

use super::digits::Digits;
use super::engine::{self, Misfit};
use super::number::PhoneNumber;
use super::region::Region;

/// Former beginnings of national numbers, and what stands there today.
const FORMER: &[(&[&str], &str, &str)] = &[
    // The 8 of the Soviet network in front of a code that is still written with its 0.
    (&["AM", "AZ", "GE", "KG", "MD", "UA"], "80", "0"),
    // Long distance, and mobiles of the own and of another area, until 2019.
    (&["MX"], "01", ""),
    (&["MX"], "044", ""),
    (&["MX"], "045", ""),
];

/// Former prefixes of national numbers behind which another number may begin: `8 621 12345` is
/// Moldova or China, `1 55 1234 5678` Mexico or the United States, and `067 123 45 67` is today's
/// form of a neighbour of Poland.
const FORMER_DOUBTFUL: &[(&[&str], &str)] = &[
    (&["AM", "AZ", "EE", "GE", "KG", "LV", "MD", "TJ", "UA", "UZ"], "8"),
    (&["CL", "CZ", "PL"], "0"),
    (&["MX"], "1"),
];

/// Former beginnings of international numbers, and what stands there today.
const FORMER_ABROAD: &[(&str, &str)] = &[
    // Mobiles of Mexico, until 2019.
    ("521", "52"),
    ("5201", "52"),
    ("52044", "52"),
    ("52045", "52"),
];

/// Reads digits as they are dialled inside the region, today or formerly.
pub(super) fn national(digits: &Digits, region: Region) -> Result<PhoneNumber, Misfit> {
    dialled(digits.as_str(), region).or_else(|misfit| {
        FORMER
            .iter()
            .filter(|(regions, ..)| regions.contains(&region.as_str()))
            .find_map(|(_, from, to)| dialled(&renewed(digits, from, to)?, region).ok())
            .ok_or(misfit)
    })
}

/// Reads the digits of an international number: as they stand, else as they were formerly written.
pub(super) fn international(digits: &Digits) -> Result<PhoneNumber, Misfit> {
    PhoneNumber::from_digits(digits.as_str()).or_else(|misfit| {
        FORMER_ABROAD
            .iter()
            .find_map(|(from, to)| PhoneNumber::from_digits(&renewed(digits, from, to)?).ok())
            .or_else(|| argentine_mobile(digits))
            .ok_or(misfit)
    })
}

/// Returns true for a national number behind a prefix that the region no longer dials and that may
/// as well begin another number.
pub(super) fn behind_former_prefix(digits: &Digits, region: Region) -> bool {
    FORMER_DOUBTFUL.iter().any(|(regions, prefix)| {
        regions.contains(&region.as_str())
            && renewed(digits, prefix, "").is_some_and(|rest| dialled(&rest, region).is_ok())
    })
}

/// Returns true for a number of Russia or Kazakhstan behind their trunk prefix. Many write it so
/// outside these countries too, and `84951234567` is Moscow to them and not the mobile of Viet Nam
/// it would be as international digits: neither is guessed.
pub(super) fn behind_russian_eight(digits: &Digits) -> bool {
    digits
        .after("8")
        .filter(|rest| rest.len() == 10)
        .is_some_and(|rest| PhoneNumber::from_digits(&format!("7{}", rest.as_str())).is_ok())
}

/// Reads a mobile of Argentina with both marks of a mobile: the 9 dialled from abroad and the 15
/// dialled inside. The engine takes either.
fn argentine_mobile(digits: &Digits) -> Option<PhoneNumber> {
    let inside = Digits::international(&renewed(digits, "549", "54")?)?;
    engine::parse(inside.with_plus(), None)
        .and_then(PhoneNumber::from_found)
        .ok()
        .filter(|number| number.digits().starts_with("549"))
}

fn renewed(digits: &Digits, from: &str, to: &str) -> Option<String> {
    let rest = digits.as_str().strip_prefix(from)?;
    Some(format!("{to}{rest}"))
}

fn dialled(digits: &str, region: Region) -> Result<PhoneNumber, Misfit> {
    engine::parse(digits, Some(region.country())).and_then(PhoneNumber::from_found)
}
