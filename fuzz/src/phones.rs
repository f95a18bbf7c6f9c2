//! Phone numbers as people and PBXs write them.

use vochi_crm::PhoneNumber;
use vochi_crm::phone::{PhoneReader, Region};

/// Home regions, chosen by the first byte of the input; none first.
const HOMES: &[&str] = &["", "BY", "RU", "KZ", "UZ", "UA", "PL", "DE", "GB", "US"];

/// Reads a text as a number and checks the invariants.
///
/// # Panics
/// Reading panics; a number is not E.164; its E.164 form is not read back as the same number in each
/// region; a refusal has no reason.
pub fn phone(input: &[u8]) {
    let Some((home, text)) = input.split_first() else {
        return;
    };
    let home = HOMES[usize::from(*home) % HOMES.len()];
    let text = String::from_utf8_lossy(text);
    match reader(home).read(&text) {
        Ok(reading) => assert_read_back(reading.number(), &text),
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{text:?} is refused without a reason");
        }
    }
}

fn reader(home: &str) -> PhoneReader {
    let reader = PhoneReader::new();
    match home.parse::<Region>() {
        Ok(region) => reader.with_region(region),
        Err(_) => reader,
    }
}

fn assert_read_back(number: PhoneNumber, text: &str) {
    let written = number.to_string();
    let digits = written.strip_prefix('+').unwrap_or_default();
    let is_e164 = digits.len() <= 15 && digits.bytes().all(|digit| digit.is_ascii_digit());
    assert!(is_e164 && !digits.starts_with('0') && digits.len() > 4, "{text:?} is {written:?}");
    for home in HOMES {
        let again = reader(home).read(&written);
        assert_eq!(
            again.map(|it| it.number()).ok(),
            Some(number),
            "{text:?} is {written}, read in {home:?}"
        );
    }
}
