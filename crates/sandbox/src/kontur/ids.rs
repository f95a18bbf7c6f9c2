//! Formats of this CRM's ids, keys and times.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use jiff::Timestamp;

/// The empty id.
pub(super) const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// Random number: every `RandomState` has its own seed.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Generates a GUID in lower case.
pub(super) fn guid() -> String {
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

pub(super) fn access_key() -> String {
    format!("test-access-key-{:016x}", random())
}

pub(super) fn echo() -> String {
    format!("echo-{:016x}", random())
}

/// Returns true for a GUID in lower case.
pub(super) fn is_guid(text: &str) -> bool {
    let shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| {
            if wanted == b'-' {
                byte == b'-'
            } else {
                byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
            }
        })
}

pub(super) fn now() -> String {
    written(Timestamp::now())
}

/// A time as the CRM and its clients write it.
pub(super) fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// Parses a time with an offset and at most seven fractional digits.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let fraction = text
        .split_once('.')
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    if fraction > 7 || text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_ids_are_valid_and_distinct() {
        let (one, two) = (guid(), guid());
        assert!(is_guid(&one) && is_guid(&two), "{one} {two}");
        assert_ne!(one, two);
        assert!(!is_guid(&one.to_uppercase().replace('4', "A")));
    }

    #[test]
    fn times_need_an_offset_and_at_most_seven_digits() {
        for good in [
            "2025-11-20T09:38:35.6152798+00:00",
            "2025-11-20T12:55:06.096Z",
            "2025-11-20T12:55:06+03:00",
        ] {
            assert!(moment(good).is_some(), "{good}");
        }
        for bad in [
            "2025-11-20T09:38:35",
            "2025-11-20 09:38:35+00:00",
            "2025-11-20T09:38:35.61527981+00:00",
            "2025-02-30T09:38:35Z",
            "1763631515",
        ] {
            assert!(moment(bad).is_none(), "{bad}");
        }
    }
}
