//! Text after a number: labels, remarks, an extension.

use super::error::PhoneRefusal;
use super::vocabulary;

/// Longer runs of digits after a number are not an extension.
const LONGEST_EXTENSION: usize = 15;

/// Marks between a number and the text after it.
const MARKS: [char; 12] = [' ', ',', ';', '#', '~', '.', ':', '-', '/', ')', ']', '№'];

/// Marks after which bare digits are an extension: `#151`, `,,151`.
const EXTENSION_MARKS: [char; 6] = [',', ';', '#', '~', ':', '№'];

/// Parses the text after a number: the extension after its mark, among labels (`Viber`, `(моб.)`)
/// and remarks in parentheses. Other text is refused, since the number may be only a part of it.
pub(super) fn extension(text: &str) -> Result<Option<Box<str>>, PhoneRefusal> {
    let mut extension = None;
    let mut rest = text;
    loop {
        let text = rest.trim_start_matches(MARKS);
        let marks = rest.strip_suffix(text).unwrap_or_default();
        let Some(first) = text.chars().next() else {
            return Ok(extension);
        };
        let digits = if first.is_ascii_digit() {
            marks.contains(EXTENSION_MARKS).then_some(text)
        } else {
            vocabulary::behind_extension_mark(text)
        };
        rest = match (digits, text.strip_prefix(['(', '['])) {
            (Some(digits), _) if extension.is_none() => {
                let (run, behind) = vocabulary::split_word(digits, |c| c.is_ascii_digit());
                extension = Some(extension_digits(run).ok_or(PhoneRefusal::NotANumber)?);
                behind
            }
            (None, Some(inside)) => behind_remark(inside).unwrap_or(inside),
            (None, None) => behind_label(text).ok_or(PhoneRefusal::NotANumber)?,
            _ => return Err(PhoneRefusal::NotANumber),
        };
    }
}

/// Extracts the digits of an extension; `None` if there are none or too many.
pub(super) fn extension_digits(text: &str) -> Option<Box<str>> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (1..=LONGEST_EXTENSION).contains(&digits.len()).then(|| digits.into_boxed_str())
}

/// Returns the text after the parentheses that `inside` begins in, if they contain words and no
/// digits: digits could be a part of the number.
fn behind_remark(inside: &str) -> Option<&str> {
    let (remark, rest) = inside.split_once([')', ']'])?;
    let mut words =
        remark.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek()?;
    let harmless = |word: &str| {
        vocabulary::labels_number(word)
            || !word.contains(|c: char| c.is_numeric()) && !vocabulary::marks_extension(word)
    };
    words.all(harmless).then_some(rest)
}

/// Returns the text after the label at the beginning of `text`; `и` and similar words may be
/// between two labels.
fn behind_label(text: &str) -> Option<&str> {
    let (word, rest) = vocabulary::split_word(text, char::is_alphanumeric);
    if vocabulary::labels_number(word) {
        return Some(rest);
    }
    vocabulary::joins_numbers(word).then(|| behind_label(rest.trim_start())).flatten()
}
