//! Spreadsheet artefacts in numbers.

/// Splits off the decimals of an integer written by a spreadsheet: `375291112233.0`, `375 291 112
/// 233,00`. `number` ends with its last digit, `rest` follows it.
///
/// Dots also separate the groups of a number (`29.111.22.00`), so a dot counts only if it is the
/// only one and a single 0 follows, or if no other mark separates the digits.
pub(super) fn without_decimals<'a>(number: &'a str, rest: &'a str) -> (&'a str, &'a str) {
    if is_whole(number)
        && let Some(rest) = behind_decimals(rest)
    {
        return (number, rest);
    }
    let Some((whole, zeros)) = number.rsplit_once('.') else {
        return (number, rest);
    };
    let decimals = match zeros {
        "0" => !whole.contains('.'),
        zeros => !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') && is_whole(whole),
    };
    if decimals { (whole, rest) } else { (number, rest) }
}

/// Returns true if the comma at the beginning of `text` is inside a number of a spreadsheet.
pub(super) fn is_decimal_comma(text: &str) -> bool {
    behind_decimals(text).is_some() || is_exponent(text)
}

/// Returns true if `rest` makes the preceding digits scientific notation: `E+11`, `,75291E+11`.
/// Most digits of such a number are lost.
pub(super) fn is_exponent(rest: &str) -> bool {
    let rest =
        rest.strip_prefix(',').map_or(rest, |decimals| decimals.trim_start_matches(is_digit));
    rest.strip_prefix(['E', 'e', 'Е', 'е'])
        .map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        .is_some_and(|exponent| exponent.starts_with(is_digit))
}

/// Returns the text after `,0` or `,00`.
fn behind_decimals(text: &str) -> Option<&str> {
    let text = text.strip_prefix(',')?;
    let rest = text.trim_start_matches('0');
    (rest.len() < text.len() && !rest.starts_with(is_digit)).then_some(rest)
}

/// Returns true for digits in one run, or in groups of three as spreadsheets show thousands.
fn is_whole(number: &str) -> bool {
    let digits = |group: &str| !group.is_empty() && group.chars().all(is_digit);
    let number = number.trim_start_matches(['+', ' ']);
    match number.split_once(' ') {
        None => digits(number),
        Some((first, rest)) => {
            first.len() <= 3
                && digits(first)
                && rest.split(' ').all(|group| group.len() == 3 && digits(group))
        }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
