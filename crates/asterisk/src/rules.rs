//! Interpretation of one PBX's names and numbers.

use std::collections::HashSet;

use compact_str::CompactString;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{Party, PhoneNumber, Zone};

use crate::pattern::{ContextPattern, ExtensionPattern};

/// Interpretation of one PBX's names and numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) extensions: ExtensionPattern,
    pub(crate) trunk_contexts: ContextPattern,
    pub(crate) employees: Mobiles,
    pub(crate) phones: PhoneReader,
    /// Time zone of timestamps without a zone.
    pub(crate) zone: Zone,
}

/// Mobile numbers of employees, in E.164.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mobiles {
    numbers: HashSet<CompactString>,
    /// The last digits of each: every spelling of a number ends with them.
    endings: HashSet<[u8; ENDING]>,
}

/// Number of compared last digits; a shorter text is not a mobile.
const ENDING: usize = 7;

impl Rules {
    /// Returns true if the text is an extension.
    pub(crate) fn is_extension(&self, text: &str) -> bool {
        self.extensions.matches(text)
    }

    /// Returns true if the text can be an outside party's number.
    pub(crate) fn is_outside(&self, text: &str) -> bool {
        !self.is_extension(text)
            && digits(text).count() >= 5
            && self.employee_mobile(text).is_none()
    }

    /// Returns the employee of a number: an extension, or a configured mobile in E.164.
    pub(crate) fn employee(&self, text: &str) -> Option<CompactString> {
        match self.extensions.extension(text) {
            Some(extension) => Some(extension.into()),
            None => self.employee_mobile(text),
        }
    }

    /// Returns the number in E.164 if it is an employee's mobile.
    pub(crate) fn employee_mobile(&self, raw: &str) -> Option<CompactString> {
        if !self.employees.endings.contains(&ending(raw)?) {
            return None;
        }
        let number = self.phones.read(raw).ok()?.number().e164().into();
        self.employees.numbers.contains(&number).then_some(number)
    }

    /// Parses the outside party's number as the PBX wrote it.
    pub(crate) fn party(&self, raw: Option<&str>) -> Party {
        let Some(raw) = raw else {
            return Party::Hidden;
        };
        match Party::read(&self.phones, raw) {
            // An outside party with a short number, such as 104, is not an employee.
            Party::Extension(_) => Party::Raw(raw.to_owned()),
            party => party,
        }
    }

    /// Formats a mobile for a list of extensions: E.164 if it can be parsed.
    pub(crate) fn mobile(&self, raw: &str) -> CompactString {
        match self.phones.read(raw) {
            Ok(reading) => reading.number().e164().into(),
            Err(_) => raw.into(),
        }
    }
}

impl Mobiles {
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

impl FromIterator<PhoneNumber> for Mobiles {
    fn from_iter<T: IntoIterator<Item = PhoneNumber>>(numbers: T) -> Self {
        let numbers: HashSet<CompactString> =
            numbers.into_iter().map(|number| number.e164().into()).collect();
        let endings = numbers.iter().filter_map(|number| ending(number)).collect();
        Self { numbers, endings }
    }
}

/// The last digits of a number; `None` if it has fewer.
fn ending(text: &str) -> Option<[u8; ENDING]> {
    let mut ending = [0; ENDING];
    let mut last = text.bytes().rev().filter(u8::is_ascii_digit);
    for place in &mut ending {
        *place = last.next()?;
    }
    Some(ending)
}

/// The digits of a number, to compare two spellings.
pub(crate) fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

/// Returns true if two texts have the same digits, and at least one.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    digits(one).next().is_some() && digits(one).eq(digits(other))
}
