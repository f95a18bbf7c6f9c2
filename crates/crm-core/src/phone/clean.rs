//! From outside text to digits: pure, without any numbering plan.

use super::digits::Digits;
use super::error::PhoneRefusal;
use super::words;

/// Longer texts hold more than a number.
const LONGEST_TEXT: usize = 256;

/// Longer digit runs behind a number are no inner number.
const LONGEST_EXTENSION: usize = 15;

/// Text in front of this few digits is a sentence that happens to hold a figure.
const FEWEST_BEHIND_WORDS: usize = 7;

/// A text reduced to what a numbering plan can judge.
pub(super) struct Cleaned {
    pub(super) digits: Digits,
    pub(super) extension: Option<Box<str>>,
    pub(super) lead: Lead,
}

/// What stood in front of the digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing, punctuation, or a word that announces a number (`Тел:`).
    Plain,
    /// Other words: a name, a channel, an error message.
    Words,
}

/// Reads the ordinary forms (ASCII digits, blanks, dashes, dots, parentheses, a plus in front)
/// without allocation; `None` sends the text the long way.
pub(super) fn plain(raw: &str) -> Option<Digits> {
    let mut digits = Digits::new();
    for byte in raw.bytes() {
        match byte {
            b'0'..=b'9' => digits.push(byte)?,
            b' ' | b'-' | b'(' | b')' | b'.' => {}
            b'+' if digits.is_empty() => digits.plus = true,
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

/// Gives every character that has an ASCII twin in phone numbers that twin, and drops what cannot
/// be seen. Line ends become `\n`, other blanks a space.
pub(super) fn normalise(raw: &str) -> String {
    let text: String = raw
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| match c {
            '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            c if c.is_whitespace() => ' ',
            '\u{2010}'..='\u{2015}'
            | '\u{2043}'
            | '\u{2212}'
            | '\u{30FC}'
            | '\u{FE58}'
            | '\u{FE63}'
            | '\u{FF0D}' => '-',
            '\u{2053}' | '\u{223C}' => '~',
            '\u{FE62}' => '+',
            // Fullwidth forms follow ASCII, digits included.
            '\u{FF01}'..='\u{FF5E}' => u32::from(c)
                .checked_sub(0xFEE0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            c => decimal_digit(c).unwrap_or(c),
        })
        .collect();
    if text.contains('%') {
        // Numbers taken from a link.
        text.replace("%2B", "+")
            .replace("%2b", "+")
            .replace("%20", " ")
    } else {
        text
    }
}

/// The ASCII twin of the digits of other scripts that phones and contact books produce.
fn decimal_digit(c: char) -> Option<char> {
    const ZEROS: [char; 4] = ['\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}'];
    ZEROS.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    })
}

/// Characters without a shape of their own: joiners, direction marks, variation selectors.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{20E3}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

/// Reads one number out of normalised text: its digits, and the inner number behind it.
pub(super) fn one_number(text: &str) -> Result<Cleaned, PhoneRefusal> {
    if text.len() > LONGEST_TEXT {
        return Err(PhoneRefusal::NotANumber);
    }
    let text = address(text)?;
    if words::means_hidden(text) {
        return Err(PhoneRefusal::Hidden);
    }
    let (text, parameters) = parameters(text);
    if text.contains('*') || text.trim_start().starts_with('#') {
        return Err(PhoneRefusal::ServiceCode);
    }
    let (lead, number) = lead(text)?;
    let (mut digits, rest) = digits(number)?;
    let behind = extension(rest)?;
    if digits.is_empty() {
        return Err(PhoneRefusal::Hidden);
    }
    if lead == Lead::Words && digits.len() < FEWEST_BEHIND_WORDS {
        return Err(PhoneRefusal::NotANumber);
    }
    if let Some(context) = parameters.context
        && !digits.plus
    {
        let whole: String = context
            .bytes()
            .chain(digits.as_str().bytes())
            .filter(u8::is_ascii_digit)
            .map(char::from)
            .collect();
        digits = Digits::international(&whole).ok_or(PhoneRefusal::TooLong)?;
    }
    Ok(Cleaned {
        digits,
        extension: parameters.extension.or(behind),
        lead,
    })
}

/// What is inside `Name <number>`, a link, a SIP or tel address, before an `@`.
fn address(text: &str) -> Result<&str, PhoneRefusal> {
    let mut text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if let Some(inside) = text
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(inside, _)| inside.trim())
    {
        text = inside;
    }
    if let Some((_, link)) = text.split_once("://") {
        let mut runs = link
            .split(|c: char| !c.is_ascii_digit() && c != '+')
            .filter(|run| run.len() >= FEWEST_BEHIND_WORDS);
        return match (runs.next(), runs.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(PhoneRefusal::NotANumber),
        };
    }
    if let Some((user, _)) = text.split_once('@') {
        let user = user
            .rsplit_once(':')
            .filter(|(scheme, _)| words::announces_number(scheme))
            .map_or(user, |(_, user)| user);
        if user.trim().is_empty() {
            return Err(PhoneRefusal::NotANumber);
        }
        return Ok(user);
    }
    Ok(text)
}

/// The parameters of a tel or SIP address that say something about the number.
#[derive(Default)]
struct Parameters<'a> {
    /// The country code (and area) the number is to be read behind.
    context: Option<&'a str>,
    extension: Option<Box<str>>,
}

/// Cuts `;name=value` off.
fn parameters(text: &str) -> (&str, Parameters<'_>) {
    let mut found = Parameters::default();
    let Some((cut, _)) = text
        .match_indices(';')
        .find(|(at, _)| is_parameter(text.get(at + 1..).unwrap_or_default()))
    else {
        return (text, found);
    };
    let (number, rest) = text.split_at_checked(cut).unwrap_or((text, ""));
    for (name, value) in rest.split(';').filter_map(|one| one.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "ext" => found.extension = inner_number(value.chars()),
            "phone-context" if value.starts_with('+') => found.context = Some(value),
            _ => {}
        }
    }
    (number, found)
}

/// Whether `;` is followed by the name of a parameter rather than by another number.
pub(super) fn is_parameter(text: &str) -> bool {
    let name = text.trim_start();
    let end = name
        .find(|c: char| !c.is_ascii_alphabetic() && c != '-')
        .unwrap_or(name.len());
    end > 0
        && name
            .get(end..)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', ';']))
}

/// Cuts off what stands in front of the first digit or plus.
fn lead(text: &str) -> Result<(Lead, &str), PhoneRefusal> {
    let start = text
        .find(|c: char| c.is_ascii_digit() || c == '+')
        .unwrap_or(text.len());
    let (before, number) = text.split_at_checked(start).unwrap_or((text, ""));
    let worded = before.contains(char::is_alphabetic);
    if number.is_empty() {
        return Err(if worded {
            PhoneRefusal::NotANumber
        } else {
            PhoneRefusal::Hidden
        });
    }
    // `SIP/…` is a channel, `SIP: …` announces a number.
    let announced = words::announces_number(before) && !before.contains('/');
    let lead = if worded && !announced {
        Lead::Words
    } else {
        Lead::Plain
    };
    Ok((lead, number))
}

/// The digits up to the first character that does not belong into a number, and the rest.
fn digits(text: &str) -> Result<(Digits, &str), PhoneRefusal> {
    let mut digits = Digits::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits.push(byte).ok_or(PhoneRefusal::TooLong)?,
            b' ' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' => {}
            b'~' if !waits_for_inner_number(&digits, text.get(at + 1..)) => {}
            b'+' if digits.is_empty() => digits.plus = true,
            _ => return Ok((digits, text.get(at..).unwrap_or_default())),
        }
    }
    Ok((digits, ""))
}

/// A tilde waits for a tone: the second dial tone of `8~10`, or the answer of a switchboard when
/// nothing but a few digits follows the number.
fn waits_for_inner_number(number: &Digits, rest: Option<&str>) -> bool {
    const FEWEST_BEFORE: usize = 3;
    const LONGEST_BEHIND: usize = 9;
    number.len() >= FEWEST_BEFORE
        && rest.is_some_and(|rest| {
            let rest = rest.trim_end_matches([' ', '-', '.', ')', '/']);
            (1..=LONGEST_BEHIND).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit())
        })
}

/// Reads what follows a number: nothing, or an inner number behind its mark.
fn extension(rest: &str) -> Result<Option<Box<str>>, PhoneRefusal> {
    let is_mark = |c: char| matches!(c, ' ' | ',' | ';' | '#' | '~' | '.' | ':' | '(' | '-');
    let rest = rest.trim_start_matches(is_mark);
    let end = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let (word, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if !word.is_empty() && !words::marks_extension(word) {
        return Err(PhoneRefusal::NotANumber);
    }
    let rest = rest
        .trim_start_matches(|c: char| is_mark(c) || c == '№')
        .trim_end_matches([' ', ')', ']', '#', '.', ',', ';']);
    if rest.is_empty() && word.is_empty() {
        return Ok(None);
    }
    if rest.bytes().all(|b| b.is_ascii_digit()) {
        inner_number(rest.chars())
            .map(Some)
            .ok_or(PhoneRefusal::NotANumber)
    } else {
        Err(PhoneRefusal::NotANumber)
    }
}

fn inner_number(text: impl Iterator<Item = char>) -> Option<Box<str>> {
    let digits: String = text.filter(char::is_ascii_digit).collect();
    (1..=LONGEST_EXTENSION)
        .contains(&digits.len())
        .then(|| digits.into_boxed_str())
}
