//! Reduces text to digits, without any numbering plan.

use super::digits::Digits;
use super::error::PhoneRefusal;
use super::{residue, tail, vocabulary};

/// Longer texts contain more than a number.
pub(super) const LONGEST_TEXT: usize = 256;

/// Text before fewer digits is a sentence with a figure in it.
const FEWEST_BEHIND_WORDS: usize = 7;

/// A text reduced to what a numbering plan can check.
pub(super) struct Cleaned {
    pub(super) digits: Digits,
    pub(super) extension: Option<Box<str>>,
    pub(super) lead: Lead,
}

/// The kind of text before the digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing, punctuation, or a word that announces a number (`Тел:`).
    Plain,
    /// Other words: a name, a channel, an error message.
    Words,
}

/// Parses the ordinary forms (ASCII digits, blanks, dashes, parentheses, a leading plus) without
/// allocation; `None` needs the full parser.
pub(super) fn plain(raw: &str) -> Option<Digits> {
    let mut digits = Digits::new();
    for byte in raw.bytes() {
        match byte {
            b'0'..=b'9' => digits.push(byte)?,
            b' ' | b'-' | b'(' | b')' => {}
            b'+' if digits.is_empty() => digits.plus = true,
            _ => return None,
        }
    }
    // Digits in parentheses at the end may be an extension.
    (!digits.is_empty() && !raw.trim_end().ends_with(')')).then_some(digits)
}

/// Replaces characters by their ASCII equivalents in phone numbers, and drops invisible ones. Line
/// ends become `\n`, other blanks a space.
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
            '\u{2022}' => '|',
            // Fullwidth forms are in the order of ASCII, digits included.
            '\u{FF01}'..='\u{FF5E}' => {
                u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c)
            }
            c => decimal_digit(c).unwrap_or(c),
        })
        .collect();
    if text.contains('%') {
        // Numbers copied from a link.
        text.replace("%2B", "+").replace("%2b", "+").replace("%20", " ")
    } else {
        text
    }
}

/// The ASCII equivalent of digits of other scripts that phones and contact books produce.
fn decimal_digit(c: char) -> Option<char> {
    const ZEROS: [char; 4] = ['\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}'];
    ZEROS.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    })
}

/// Returns true for invisible characters: joiners, direction marks, variation selectors.
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

/// Parses one number from normalised text: its digits, and the extension after it.
pub(super) fn one_number(text: &str) -> Result<Cleaned, PhoneRefusal> {
    if text.len() > LONGEST_TEXT {
        return Err(PhoneRefusal::NotANumber);
    }
    let text = address(text)?;
    if vocabulary::means_hidden(text) {
        return Err(PhoneRefusal::Hidden);
    }
    let (text, parameters) = parameters(text);
    // Masked numbers and a spreadsheet's errors (`#REF!`) contain no number.
    if (text.contains('*') || text.trim_start().starts_with('#'))
        && text.contains(|c: char| c.is_ascii_digit())
    {
        return Err(PhoneRefusal::ServiceCode);
    }
    let (lead, number) = lead(text)?;
    let (number, rest) = number.split_at_checked(number_end(number)).unwrap_or((number, ""));
    if residue::is_exponent(rest) {
        return Err(PhoneRefusal::ScientificNotation);
    }
    let (number, rest) = residue::without_decimals(number, rest);
    let mut digits = digits(number).ok_or(PhoneRefusal::TooLong)?;
    let behind = tail::extension(rest)?;
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
    Ok(Cleaned { digits, extension: parameters.extension.or(behind), lead })
}

/// Returns the contents of `Name <number>`, a link, a SIP or tel address, before an `@`.
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
            .filter(|(scheme, _)| vocabulary::announces_number(scheme))
            .map_or(user, |(_, user)| user);
        if user.trim().is_empty() {
            return Err(PhoneRefusal::NotANumber);
        }
        return Ok(user);
    }
    Ok(text)
}

/// The parameters of a tel or SIP address that affect the number.
#[derive(Default)]
struct Parameters<'a> {
    /// The country code (and area) that the number follows.
    context: Option<&'a str>,
    extension: Option<Box<str>>,
}

/// Splits off `;name=value`.
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
            "ext" => found.extension = tail::extension_digits(value),
            "phone-context" if value.starts_with('+') => found.context = Some(value),
            _ => {}
        }
    }
    (number, found)
}

/// Returns true if `;` is followed by a parameter name rather than by another number.
pub(super) fn is_parameter(text: &str) -> bool {
    let name = text.trim_start();
    let end = name.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(name.len());
    end > 0 && name.get(end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', ';']))
}

/// Splits off the text before the number's first digit or plus.
fn lead(text: &str) -> Result<(Lead, &str), PhoneRefusal> {
    let start = text
        .match_indices(|c: char| c.is_ascii_digit() || c == '+')
        .map(|(at, _)| at)
        .find(|&at| !vocabulary::is_in_label(text, at))
        .unwrap_or(text.len());
    let (before, number) = text.split_at_checked(start).unwrap_or((text, ""));
    let worded = before.contains(char::is_alphabetic);
    if number.is_empty() {
        return Err(if worded { PhoneRefusal::NotANumber } else { PhoneRefusal::Hidden });
    }
    // `SIP/…` is a channel, `SIP: …` announces a number.
    let announced = vocabulary::announces_number(before) && !before.contains('/');
    let lead = if worded && !announced { Lead::Words } else { Lead::Plain };
    Ok((lead, number))
}

/// Returns the end of the last digit before the first character that is not part of a number.
fn number_end(text: &str) -> usize {
    let mut end = 0;
    let mut count = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                count += 1;
                end = at + 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' => {}
            b'~' if !waits_for_extension(count, text.get(at + 1..)) => {}
            b'+' if count == 0 => end = at + 1,
            _ => break,
        }
    }
    end
}

/// Returns true if a tilde stands for a tone after which an extension follows: few digits after a
/// number, unlike the second dial tone of `8~10`.
fn waits_for_extension(digits_before: usize, rest: Option<&str>) -> bool {
    const FEWEST_BEFORE: usize = 3;
    const LONGEST_BEHIND: usize = 9;
    digits_before >= FEWEST_BEFORE
        && rest.is_some_and(|rest| {
            let rest = rest.trim_end_matches([' ', '-', '.', ')', '/']);
            (1..=LONGEST_BEHIND).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit())
        })
}

/// Extracts the digits and the plus of a number; `None` if there are too many digits.
fn digits(number: &str) -> Option<Digits> {
    let mut digits = Digits::new();
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => digits.push(byte)?,
            b'+' => digits.plus = true,
            _ => {}
        }
    }
    Some(digits)
}
