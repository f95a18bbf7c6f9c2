//! The search patterns of a redactor: secrets in plain form and inside base64.

use crate::secret::Secret;

/// Shorter texts are too common to be masked without ruining a message.
const SHORTEST: usize = 4;

/// Inside base64 a shorter secret leaves too few characters of its own.
const SHORTEST_IN_BASE64: usize = 6;

/// The largest growth factor of an escape: `&amp;#x2f;` stands for one character.
const LONGEST_ESCAPE: usize = 12;

/// A text to search for.
#[derive(Clone)]
pub(super) struct Pattern {
    text: Secret,
    /// The length of the secret in characters.
    pub(super) characters: usize,
    /// True if the characters before and after it contain bits of the secret too.
    shares: (bool, bool),
}

/// A match on a level of a text.
pub(super) struct Found<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pattern: &'a Pattern,
}

/// Patterns in byte order.
#[derive(Clone, Default)]
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The largest length of a spelling, from its beginning.
    pub(super) fn reach(&self) -> usize {
        let longest = self.0.iter().map(|pattern| pattern.bytes().len()).max();
        longest.unwrap_or_default() * LONGEST_ESCAPE
    }

    pub(super) fn extend(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        for secret in secrets {
            let plain = secret.expose();
            if plain.len() < SHORTEST {
                continue;
            }
            let mut add = |text: String, shares| {
                self.0.push(Pattern {
                    text: Secret::new(text),
                    characters: plain.chars().count(),
                    shares,
                });
            };
            // Forms encode blanks as `+`, which no level of decoding reverts.
            for text in [plain.to_owned(), plain.replace(' ', "+")] {
                add(text, (false, false));
            }
            if plain.len() >= SHORTEST_IN_BASE64 {
                for before in 0..3 {
                    let (text, shares) = in_base64(plain.as_bytes(), before);
                    add(text.replace('+', "-").replace('/', "_"), shares);
                    add(text, shares);
                }
            }
        }
        self.0.sort_by(|a, b| a.bytes().cmp(b.bytes()));
        self.0.dedup_by(|a, b| a.bytes() == b.bytes());
    }

    /// Finds every match, including overlapping ones.
    pub(super) fn find_in<'a>(&'a self, text: &[u8]) -> Vec<Found<'a>> {
        let mut by_first: [&[Pattern]; 256] = [&[]; 256];
        for alike in self.0.chunk_by(|a, b| a.bytes().first() == b.bytes().first()) {
            let first = alike.first().and_then(|pattern| pattern.bytes().first());
            if let Some(slot) = first.and_then(|first| by_first.get_mut(usize::from(*first))) {
                *slot = alike;
            }
        }
        let mut found = Vec::new();
        for (at, byte) in text.iter().enumerate() {
            let alike = by_first.get(usize::from(*byte)).copied().unwrap_or_default();
            for pattern in alike {
                let rest = text.get(at..).unwrap_or_default();
                if rest.starts_with(pattern.bytes()) {
                    found.push(pattern.found(text, at));
                }
            }
        }
        found
    }
}

impl Pattern {
    fn bytes(&self) -> &[u8] {
        self.text.expose().as_bytes()
    }

    fn found(&self, text: &[u8], at: usize) -> Found<'_> {
        let (mut start, mut end) = (at, at + self.bytes().len());
        let is_digit = |at: usize| {
            let byte = text.get(at);
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte))
        };
        let (left, right) = self.shares;
        if left && start.checked_sub(1).is_some_and(is_digit) {
            start -= 1;
        }
        if right && is_digit(end) {
            end += 1;
        }
        Found { start, end, pattern: self }
    }
}

/// Returns the base64 characters that depend only on a secret after `before` other bytes, and
/// whether the neighbouring characters contain bits of the secret too.
fn in_base64(secret: &[u8], before: usize) -> (String, (bool, bool)) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = vec![0_u8; before];
    bits.extend_from_slice(secret);
    let whole = bits.len() * 4 / 3;
    // Of 8 or 16 bits before it, 12 or 18 are in characters shared with the secret.
    let skipped = (before * 4).div_ceil(3);
    let digit = |index: usize| {
        let bit = index * 6;
        let pair = |at: usize| u16::from(bits.get(at).copied().unwrap_or_default());
        let window = (pair(bit / 8) << 8) | pair(bit / 8 + 1);
        let value = usize::from((window >> (10 - bit % 8)) & 0x3f);
        char::from(DIGITS.get(value).copied().unwrap_or_default())
    };
    let text = (skipped..whole).map(digit).collect();
    (text, (before > 0, !bits.len().is_multiple_of(3)))
}
