//! What a tracker was told about the PBX and the region.

use compact_str::CompactString;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{Party, Zone};

use crate::pattern::ExtensionPattern;

/// How names and numbers of this PBX are read.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) extensions: ExtensionPattern,
    pub(crate) phones: PhoneReader,
    /// The zone of times the PBX writes without one.
    pub(crate) zone: Zone,
}

impl Rules {
    /// Whether the text is an employee's inner number.
    pub(crate) fn is_extension(&self, text: &str) -> bool {
        self.extensions.matches(text)
    }

    /// Whether the text can be an outside party's number.
    pub(crate) fn is_outside(&self, text: &str) -> bool {
        !self.is_extension(text) && text.bytes().filter(u8::is_ascii_digit).count() >= 5
    }

    /// The outside party behind what the PBX wrote.
    pub(crate) fn party(&self, raw: Option<&str>) -> Party {
        let Some(raw) = raw else {
            return Party::Hidden;
        };
        match Party::read(&self.phones, raw) {
            // An outside party with a short number, as 104, is no employee.
            Party::Extension(_) => Party::Raw(raw.to_owned()),
            party => party,
        }
    }

    /// A mobile as it stands beside extensions: E.164 where it can be read.
    pub(crate) fn mobile(&self, raw: &str) -> CompactString {
        match self.phones.read(raw) {
            Ok(reading) => reading.number().e164().into(),
            Err(_) => raw.into(),
        }
    }
}

/// The digits of a number, for telling whether two spellings mean the same one.
pub(crate) fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

/// Whether two texts have the same digits, and any at all.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    digits(one).next().is_some() && digits(one).eq(digits(other))
}
