//! Serialization of timestamps.

use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;
use vochi_crm_core::Timestamp;

/// The digits of a second's fraction in .NET.
const DIGITS: usize = 7;

/// Serializes a timestamp in UTC with seven fraction digits and `+00:00`, as in all samples.
pub(crate) fn write_time<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let text = at.to_string();
    let text = text.trim_end_matches('Z');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.get(..DIGITS).unwrap_or(fraction);
    serializer.collect_str(&format_args!("{whole}.{fraction:0<DIGITS$}+00:00"))
}

/// Like [`write_time`]; `None` is `null`.
#[expect(clippy::ref_option, reason = "serde's own form")]
pub(crate) fn write_time_opt<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => write_time(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Deserializes a timestamp with any number of fraction digits, `Z` or an offset; anything else is
/// `None`.
pub(super) fn time_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().ok().or_else(|| shortened(&text)?.parse().ok()),
        _ => None,
    })
}

/// Truncates the fraction to nine digits, the precision of a timestamp.
fn shortened(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.')?;
    let end = rest.find(|character: char| !character.is_ascii_digit())?;
    let (fraction, zone) = rest.split_at_checked(end)?;
    Some(format!("{whole}.{}{zone}", fraction.get(..9)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn timestamps_are_sent_in_utc_with_seven_digits() {
        for (instant, written) in [
            ("2025-11-20T09:38:35.6152798+00:00", "2025-11-20T09:38:35.6152798+00:00"),
            ("2025-11-20T12:38:44.25+03:00", "2025-11-20T09:38:44.2500000+00:00"),
            ("2025-11-20T09:39:40Z", "2025-11-20T09:39:40.0000000+00:00"),
            ("2025-11-20T09:39:40.123456789Z", "2025-11-20T09:39:40.1234567+00:00"),
        ] {
            let instant = instant.parse().unwrap();
            assert_eq!(write_time(&instant, serde_json::value::Serializer).unwrap(), written);
        }
    }

    #[test]
    fn timestamps_are_read_with_any_fraction_and_zone() {
        for (value, read) in [
            (json!("2025-11-20T09:36:57.17227+00:00"), Some("2025-11-20T09:36:57.17227Z")),
            (json!("2025-11-20T12:55:06.096Z"), Some("2025-11-20T12:55:06.096Z")),
            (json!("2025-11-20T12:55:06+03:00"), Some("2025-11-20T09:55:06Z")),
            (json!("2025-11-20T12:55:06.1234567890123Z"), Some("2025-11-20T12:55:06.123456789Z")),
            (json!("yesterday"), None),
            (json!(".Я"), None),
            (json!(1_763_631_515), None),
            (json!(null), None),
        ] {
            let instant = time_or_none(&value).unwrap();
            let instant = instant.map(|instant| instant.to_string());
            assert_eq!(instant.as_deref(), read, "{value}");
        }
    }
}
