//! Parsers of single values. Their errors are usage errors.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use http::Method;
use vochi_crm::phone::Region;
use vochi_crm::{Error, Outcome, Reason, TransferMode};

/// Parses seconds, also fractional, above 0 and at most a day.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write seconds, above 0 and at most 86400".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    if !(seconds > 0.0 && seconds <= 86_400.0) {
        return Err(wrong());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// Parses a replay speed.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok();
    speed
        .filter(|speed: &f64| speed.is_finite() && *speed > 0.0)
        .ok_or_else(|| "write a number above 0; 1 is real time".to_owned())
}

/// Parses `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}

/// Parses an HTTP method, in either case.
pub(super) fn method(text: &str) -> Result<Method, String> {
    const KNOWN: [Method; 5] =
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    KNOWN
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "write GET, POST, PUT, PATCH or DELETE".to_owned())
}

/// Parses a country code of two letters.
pub(super) fn region(text: &str) -> Result<Region, String> {
    text.parse::<Region>().map_err(|error| error.to_string())
}

pub(super) fn outcomes() -> impl TypedValueParser<Value = Outcome> {
    one_of(Outcome::ALL, Outcome::as_str)
}

pub(super) fn reasons() -> impl TypedValueParser<Value = Reason> {
    one_of(Reason::ALL, Reason::as_str)
}

pub(super) fn transfer_modes() -> impl TypedValueParser<Value = TransferMode> {
    one_of(TransferMode::ALL, TransferMode::as_str)
}

/// Parses one of the library's words; help and errors list all of them.
fn one_of<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + std::str::FromStr<Err = Error> + 'static,
{
    PossibleValuesParser::new(all.iter().map(|word| name(*word))).try_map(|text| text.parse::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_seconds_above_zero() {
        assert_eq!(duration("2.5"), Ok(Duration::from_millis(2_500)));
        for bad in ["0", "-1", "nan", "inf", "1e9", "two", ""] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn speed_is_a_number_above_zero() {
        assert_eq!(speed("0.5"), Ok(0.5));
        for bad in ["0", "-1", "nan", "inf", "fast", ""] {
            assert!(speed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pair_is_split_at_first_equals_sign() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert!(pair("=b").is_err());
        assert!(pair("ab").is_err());
    }
}
