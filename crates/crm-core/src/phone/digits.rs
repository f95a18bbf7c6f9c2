//! The digits of a number during parsing, without allocation.

use super::engine;

/// An international number of 15 digits after the longest international prefix (`8~10`, a carrier).
const LONGEST: usize = 24;

/// Up to 24 ASCII digits, and whether a plus preceded them.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    /// A plus at index 0, so that both forms are slices of the same text.
    text: [u8; LONGEST + 1],
    len: usize,
    /// True if the number was written with a plus.
    pub(super) plus: bool,
}

impl Digits {
    pub(super) fn new() -> Self {
        let mut text = [0; LONGEST + 1];
        if let Some(first) = text.first_mut() {
            *first = b'+';
        }
        Self { text, len: 0, plus: false }
    }

    /// Adds an ASCII digit; `None` if there are too many for any number.
    pub(super) fn push(&mut self, digit: u8) -> Option<()> {
        *self.text.get_mut(self.len + 1)? = digit;
        self.len += 1;
        Some(())
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns true for zeros only, which PBXs and gateways send for "no number".
    pub(super) fn all_zeros(&self) -> bool {
        self.as_str().bytes().all(|digit| digit == b'0')
    }

    /// The digits.
    pub(super) fn as_str(&self) -> &str {
        ascii(self.text.get(1..=self.len))
    }

    /// The digits with a plus.
    pub(super) fn with_plus(&self) -> &str {
        ascii(self.text.get(..=self.len))
    }

    /// The digits after `prefix`, as an international number.
    pub(super) fn after(&self, prefix: &str) -> Option<Self> {
        self.as_str().strip_prefix(prefix).and_then(Self::international)
    }

    /// These digits as an international number.
    pub(super) fn international(digits: &str) -> Option<Self> {
        let mut copy = Self::new();
        copy.plus = true;
        digits.bytes().try_for_each(|digit| copy.push(digit)).map(|()| copy)
    }

    /// Returns true if there are more digits than an international number can have.
    pub(super) fn beyond_international(&self) -> bool {
        self.len > engine::MAX_DIGITS
    }
}

fn ascii(bytes: Option<&[u8]>) -> &str {
    std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
}
