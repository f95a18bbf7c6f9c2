//! The spellings under which a CRM may hold a number.

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

/// The digits dialled inside the number's country, when a prefix belongs before them.
fn trunk_spelling(number: PhoneNumber) -> Option<String> {
    let home = number.region()?;
    let written: String = number.national_form()?.chars().filter(char::is_ascii_digit).collect();
    // Some plans write mobile numbers without the 0 that is dialled before them (Georgia).
    let dialled = format!("0{}", number.national_digits());
    [written, dialled]
        .into_iter()
        .find(|spelling| spelling != number.national_digits() && leads_to(number, spelling, home))
}

/// A spelling is worth searching only if the people of the country mean this number by it.
fn leads_to(number: PhoneNumber, spelling: &str, home: Region) -> bool {
    engine::parse(spelling, Some(home.country()))
        .and_then(PhoneNumber::from_found)
        .is_ok_and(|read| read == number)
}
