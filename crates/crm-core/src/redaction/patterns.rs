//! The texts a redactor looks for: secrets as they are and inside base64.

use crate::secret::Secret;

/// Shorter texts are too common to be cut out of a message without ruining it.
const SHORTEST: usize = 4;

/// Inside base64 shorter secrets leave too little that is surely theirs.
const SHORTEST_IN_BASE64: usize = 6;

/// How much longer an escaped spelling is than the text: `&amp;#x2f;` stands for one character.
const LONGEST_ESCAPE: usize = 12;

/// A text to look for.
#[derive(Clone)]
pub(super) struct Pattern {
    text: Secret,
    /// The characters of the secret it stands for.
    pub(super) characters: usize,
    /// Whether characters beside it hold bits of the secret too.
    shares: (bool, bool),
}

/// A place on a level of a text.
pub(super) struct Found<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pattern: &'a Pattern,
}

/// Patterns in the order of their bytes.
#[derive(Clone, Default)]
pub(super) struct Patterns(Vec<Pattern>);

impl Patterns {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The bytes beyond a place in which a spelling that begins there ends.
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
            // The content of a form writes blanks as `+`, which no level of decoding undoes.
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

    /// Every place where a pattern stands, overlapping ones included.
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

/// What of the base64 of a text holds nothing but a secret that stands behind `before` further
/// bytes, and whether the characters beside it hold bits of the secret too.
fn in_base64(secret: &[u8], before: usize) -> (String, (bool, bool)) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = vec![0_u8; before];
    bits.extend_from_slice(secret);
    let whole = bits.len() * 4 / 3;
    // Of 8, 16 bits before it, 12, 18 are in characters that are not the secret's alone.
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
