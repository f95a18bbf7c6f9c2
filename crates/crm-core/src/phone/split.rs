//! Several numbers in one field.

use std::ops::Range;

use super::clean;
use super::words;

/// Fewer digits before a comma are no number whose inner number could follow.
const FEWEST_OF_A_NUMBER: usize = 6;

/// Cuts normalised text into the pieces that hold a number each, at `,` `;` `|` `&`, line ends and
/// a plus behind digits. An inner number (`,,151`, `;ext=7`, `, доб. 12`) stays with its number,
/// and words stay with the digits they stand before.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Pieces::new(text);
    // An odd quotation mark is no quotation.
    let quotes_pair = text.matches('"').count().is_multiple_of(2);
    let mut quoted = false;
    let mut before = None;
    let mut separators_end = 0;
    for (at, c) in text.char_indices() {
        match c {
            '"' if quotes_pair => quoted = !quoted,
            _ if quoted || at < separators_end => {}
            '|' | '\n' => pieces.cut(at, at + 1),
            '&' if !pieces.link => pieces.cut(at, at + 1),
            ',' | ';' => {
                let rest = text.get(at..).unwrap_or_default();
                let tail = rest.trim_start_matches([',', ';', ' ']);
                separators_end = at + rest.len() - tail.len();
                let marks = text.get(at..separators_end).unwrap_or_default();
                if marks.starts_with(';') && clean::is_parameter(tail) {
                    // `;ext=7` and its like.
                } else if !pieces.extended && is_inner_number(marks, tail, pieces.digits) {
                    pieces.extended = true;
                } else {
                    pieces.cut(at, separators_end);
                }
            }
            // Behind a letter it is an exponent, behind `=` a value.
            '+' if pieces.digits > 0
                && !pieces.link
                && !before.is_some_and(|c: char| c.is_alphabetic() || c == '=') =>
            {
                pieces.cut(at, at);
            }
            '0'..='9' => pieces.digits += 1,
            '/' if before == Some('/') => pieces.link = true,
            _ => {}
        }
        before = Some(c);
    }
    pieces.finish()
}

/// Cuts at `/`, which also stands inside numbers (`030/123456`): for texts that are no number as a
/// whole. Fewer than two pieces with a number's worth of digits mean that it is no separator here.
pub(super) fn at_slashes(piece: &str) -> Option<Vec<&str>> {
    if !piece.contains('/') || piece.contains("://") {
        return None;
    }
    let parts: Vec<&str> = piece
        .split('/')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let numbers = parts.iter().filter(|part| holds_number(part)).count();
    (numbers >= 2 && numbers == parts.len()).then_some(parts)
}

/// Whether a piece can be a number, an outside or an inner one.
pub(super) fn holds_number(piece: &str) -> bool {
    piece.bytes().filter(u8::is_ascii_digit).nth(1).is_some()
}

/// Whether what follows the separators is the inner number of the number before them.
fn is_inner_number(marks: &str, tail: &str, digits_before: usize) -> bool {
    if digits_before < FEWEST_OF_A_NUMBER {
        return false;
    }
    let word_end = tail
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(tail.len());
    let (word, rest) = tail.split_at_checked(word_end).unwrap_or((tail, ""));
    if !word.is_empty() {
        return words::marks_extension(word)
            && rest
                .trim_start_matches([' ', '.', ':', '#', '-'])
                .starts_with(|c: char| c.is_ascii_digit());
    }
    let digits_end = tail
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(tail.len());
    // Pauses in a dial string are doubled; behind a single comma only an inner number is none of
    // the next client's.
    let longest = if marks.matches(',').count() > 1 { 8 } else { 5 };
    (1..=longest).contains(&digits_end)
        && tail.get(digits_end..).is_some_and(|rest| {
            match rest.trim_start_matches([' ', '#']).chars().next() {
                None => true,
                Some(next) => matches!(next, ',' | ';' | '|' | '&' | '\n'),
            }
        })
}

/// The pieces found so far, and the one being read.
struct Pieces<'a> {
    text: &'a str,
    found: Vec<Range<usize>>,
    start: usize,
    digits: usize,
    /// Its number already has an inner number.
    extended: bool,
    link: bool,
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
        }
    }

    /// Ends a piece; one without digits goes on instead, as words before the next number.
    fn cut(&mut self, end: usize, next: usize) {
        if self.digits == 0 {
            return;
        }
        self.found.push(self.start..end);
        self.start = next;
        self.digits = 0;
        self.extended = false;
        self.link = false;
    }

    fn finish(mut self) -> Vec<&'a str> {
        let blank = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '&');
        let last = self.start..self.text.len();
        if !self
            .text
            .get(last.clone())
            .is_none_or(|text| text.chars().all(blank))
        {
            match self.found.last_mut() {
                // Words behind the last number are part of its text, as without the comma.
                Some(previous) if self.digits == 0 => previous.end = last.end,
                _ => self.found.push(last),
            }
        }
        self.found
            .into_iter()
            .filter_map(|piece| self.text.get(piece))
            .map(str::trim)
            .collect()
    }
}
