//! Splitting fields with several numbers.

use std::ops::Range;

use super::{clean, residue, vocabulary};

/// Fewer digits are not a number that an extension or another number can follow.
const FEWEST_OF_A_NUMBER: usize = 6;

/// Fewer digits after unknown words may be a date or a time.
const FEWEST_BEHIND_ANY_WORDS: usize = 9;

/// The distance of the lookahead for another number.
const LOOK_AHEAD: usize = 64;

/// Splits normalised text into pieces with one number each, at `,` `;` `|` `&` `\`, line ends, a
/// plus after digits, and words between two numbers (`и`, `или`, `Viber`). An extension (`,,151`,
/// `;ext=7`, `, доб. 12`) stays with its number, and words stay with the digits they precede.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Pieces::new(text);
    // An odd quotation mark is not a quotation.
    let quotes_pair = text.matches('"').count().is_multiple_of(2);
    let mut quoted = false;
    let mut before = ' ';
    let mut separators_end = 0;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            '"' if quotes_pair => quoted = !quoted,
            _ if quoted || at < separators_end => {}
            '|' | '\n' | '\\' => pieces.end_piece(at, at + 1),
            '&' if !pieces.link => pieces.end_piece(at, at + 1),
            ',' if before.is_ascii_digit() && residue::is_decimal_comma(rest) => {}
            ',' | ';' => {
                let tail = rest.trim_start_matches([',', ';', ' ']);
                separators_end = at + rest.len() - tail.len();
                let marks = text.get(at..separators_end).unwrap_or_default();
                if marks.starts_with(';') && clean::is_parameter(tail) {
                    // `;ext=7` and similar.
                } else if !pieces.extended && is_extension(marks, tail, pieces.digits) {
                    pieces.extended = true;
                } else {
                    pieces.end_piece(at, separators_end);
                }
            }
            // After a letter it is an exponent, after `=` a value.
            '+' if pieces.digits > 0
                && !pieces.link
                && !before.is_alphabetic()
                && before != '=' =>
            {
                pieces.end_piece(at, at);
            }
            '0'..='9' if vocabulary::is_in_label(text, at) => {}
            '0'..='9' => {
                let words = pieces.words.take().map(|start| start..at);
                if words.is_some_and(|words| pieces.part_numbers(words, rest)) {
                    pieces.end_piece(at, at);
                }
                pieces.digits += 1;
            }
            // Addresses and links contain no blanks, and only parameters follow `>`.
            ' ' if pieces.address || pieces.link => {
                if digits_ahead(rest) >= FEWEST_OF_A_NUMBER {
                    pieces.end_piece(at, at + 1);
                }
                pieces.address = false;
                pieces.link = false;
            }
            '>' if rest.starts_with("> ") && is_followed_by_number(rest) => {
                pieces.end_piece(at + 1, at + 1);
            }
            '@' => pieces.address = true,
            '/' if before == '/' => pieces.link = true,
            c if c.is_alphabetic() => {
                pieces.words.get_or_insert(at);
            }
            _ => {}
        }
        before = c;
    }
    pieces.finish()
}

/// Splits at `/`, which is also used inside numbers (`030/123456`): for texts that are not one
/// number. Words between slashes (`Viber/WhatsApp`) belong to the number before them.
pub(super) fn at_slashes(piece: &str) -> Option<Vec<&str>> {
    if piece.contains("://") {
        return None;
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut digits = false;
    for segment in piece.split('/') {
        let more_digits = segment.contains(|c: char| c.is_ascii_digit());
        if digits && more_digits {
            parts.push(piece.get(start..at - 1)?.trim());
            start = at;
        }
        digits |= more_digits;
        at += segment.len() + 1;
    }
    parts.push(piece.get(start..)?.trim());
    (parts.len() > 1 && parts.first().is_some_and(|first| holds_number(first))).then_some(parts)
}

/// Splits off digits that may be an alternative ending of the number before them, or its extension:
/// `111-22-33/34`, `111-22-33 (151)`.
pub(super) fn ending(piece: &str) -> Option<(&str, &str)> {
    let (number, ending) = piece.rsplit_once(['/', '('])?;
    let longest = if ending.ends_with(')') { 5 } else { 3 };
    let ending = ending.trim_matches([' ', ')']);
    let digits = ending.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (1..=longest).contains(&ending.len())).then_some((number.trim(), ending))
}

/// Splits numbers separated by blanks, if the whole text is numbers. No parts mean that the split
/// is ambiguous. Words stay with the number before them.
pub(super) fn at_blanks(piece: &str, is_number: impl Fn(&str) -> bool) -> Option<Vec<&str>> {
    if piece.len() > clean::LONGEST_TEXT {
        return None;
    }
    let starts = piece.match_indices(' ').map(|(at, _)| at + 1).filter(|&at| {
        let rest = piece.get(at..).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))
    });
    let starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
    // For each start from which numbers reach the end: the number of ways, and one of them.
    let mut reaching: Vec<(usize, u32, Vec<&str>)> = vec![(piece.len(), 1, Vec::new())];
    for start in starts.into_iter().rev() {
        let mut found = (start, 0_u32, Vec::new());
        for (end, ways, following) in &reaching {
            let part = piece.get(start..*end)?.trim();
            if is_number(part) {
                found.1 = found.1.saturating_add(*ways);
                found.2 = std::iter::once(part).chain(following.iter().copied()).collect();
            }
        }
        if found.1 > 0 {
            reaching.push(found);
        }
    }
    let (_, ways, parts) = reaching.pop().filter(|(start, ..)| *start == 0)?;
    match ways {
        1 => (parts.len() > 1).then_some(parts),
        _ => Some(Vec::new()),
    }
}

/// Returns true if a piece can be a number or an extension.
pub(super) fn holds_number(piece: &str) -> bool {
    piece.bytes().filter(u8::is_ascii_digit).nth(1).is_some()
}

fn is_followed_by_number(text: &str) -> bool {
    let digits = text.bytes().take(LOOK_AHEAD).filter(u8::is_ascii_digit);
    digits.count() >= FEWEST_OF_A_NUMBER
}

/// Counts the digits before the first character that is not part of a number.
fn digits_ahead(text: &str) -> usize {
    text.chars()
        .take(LOOK_AHEAD)
        .take_while(|&c| c.is_ascii_digit() || " -.()/".contains(c))
        .filter(char::is_ascii_digit)
        .count()
}

/// Removes words at either end that join the piece to its neighbours.
fn without_joining(piece: &str) -> &str {
    let mut piece = piece.trim_matches([' ', '/', ',']);
    loop {
        let last = vocabulary::last_word(piece);
        let (first, rest) = vocabulary::split_word(piece, char::is_alphabetic);
        piece = match piece.strip_suffix(last) {
            Some(rest) if vocabulary::joins_numbers(last) => rest,
            _ if vocabulary::joins_numbers(first) => rest,
            _ => return piece,
        }
        .trim_matches([' ', '/', ',']);
    }
}

/// Returns true if an extension of the number before the separators follows them.
fn is_extension(marks: &str, tail: &str, digits_before: usize) -> bool {
    if digits_before < FEWEST_OF_A_NUMBER {
        return false;
    }
    if vocabulary::behind_extension_mark(tail).is_some() {
        return true;
    }
    let (digits, rest) = vocabulary::split_word(tail, |c| c.is_ascii_digit());
    // Pauses in a dial string are doubled; after a single comma only an extension is distinct from
    // the next client's number.
    let longest = if marks.matches(',').count() > 1 { 8 } else { 5 };
    (1..=longest).contains(&digits.len())
        && match rest.trim_start_matches([' ', '#']).chars().next() {
            None => true,
            Some(next) => matches!(next, ',' | ';' | '|' | '&' | '\n'),
        }
}

/// The pieces found so far, and the current one.
struct Pieces<'a> {
    text: &'a str,
    found: Vec<Range<usize>>,
    start: usize,
    digits: usize,
    /// True if its number already has an extension.
    extended: bool,
    link: bool,
    /// True if its number is followed by a host.
    address: bool,
    /// The start of words after its last digit.
    words: Option<usize>,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            found: Vec::new(),
            start: 0,
            digits: 0,
            extended: false,
            link: false,
            address: false,
            words: None,
        }
    }

    /// Ends a piece; one without digits continues as words before the next number.
    fn end_piece(&mut self, end: usize, next: usize) {
        if self.digits == 0 {
            return;
        }
        self.found.push(self.start..end);
        let found = std::mem::take(&mut self.found);
        *self = Self { found, start: next, ..Self::new(self.text) };
    }

    /// Returns true if `between`, the words after the digits so far, separate these from the next
    /// number, which begins `ahead`.
    fn part_numbers(&self, between: Range<usize>, ahead: &str) -> bool {
        let between = self.text.get(between).unwrap_or_default();
        if self.link || self.address || between.contains(['=', '_', '<', '*', '#']) {
            return false;
        }
        let mut words = between.split(|c: char| !c.is_alphabetic());
        let last = vocabulary::last_word(between);
        if between.ends_with(char::is_alphabetic) || words.any(vocabulary::marks_extension) {
            return false;
        }
        let fewest_ahead = if vocabulary::joins_numbers(last) {
            return self.digits > 1;
        } else if vocabulary::labels_number(last) {
            FEWEST_OF_A_NUMBER
        } else {
            FEWEST_BEHIND_ANY_WORDS
        };
        self.digits >= FEWEST_OF_A_NUMBER && digits_ahead(ahead) >= fewest_ahead
    }

    fn finish(mut self) -> Vec<&'a str> {
        let blank = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '&');
        let last = self.start..self.text.len();
        if !self.text.get(last.clone()).is_none_or(|text| text.chars().all(blank)) {
            match self.found.last_mut() {
                // Words after the last number are part of its text, as without the comma.
                Some(previous) if self.digits == 0 => previous.end = last.end,
                _ => self.found.push(last),
            }
        }
        let several = self.found.len() > 1;
        self.found
            .into_iter()
            .filter_map(|piece| self.text.get(piece))
            .map(|piece| if several { without_joining(piece) } else { piece }.trim())
            .collect()
    }
}
