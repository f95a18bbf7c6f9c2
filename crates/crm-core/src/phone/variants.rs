//! The spellings under which a CRM may store a number.

use super::engine;
use super::number::PhoneNumber;
use super::region::Region;

pub(super) fn search_spellings(number: PhoneNumber) -> Vec<String> {
    let mut spellings = vec![number.e164().to_owned(), number.digits().to_owned()];
    if let Some(dialled) = trunk_spelling(number)
        && !spellings.contains(&dialled)
    {
        spellings.push(dialled);
    }
    spellings
}

/// The digits dialled inside the number's country, if it has a trunk prefix.
fn trunk_spelling(number: PhoneNumber) -> Option<String> {
    let home = number.region()?;
    let written: String = number.national_form()?.chars().filter(char::is_ascii_digit).collect();
    // Some plans write mobile numbers without the dialled 0 (Georgia).
    let dialled = format!("0{}", number.national_digits());
    [written, dialled]
        .into_iter()
        .find(|spelling| spelling != number.national_digits() && leads_to(number, spelling, home))
}

/// A spelling is used only if it is parsed as this number inside the country.
fn leads_to(number: PhoneNumber, spelling: &str, home: Region) -> bool {
    engine::parse(spelling, Some(home.country()))
        .and_then(PhoneNumber::from_found)
        .is_ok_and(|read| read == number)
}
