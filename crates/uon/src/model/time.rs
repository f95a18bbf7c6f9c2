//! Dates and times of responses.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{LocalTime, Timestamp, Zone};

/// A date and time of a response: an instant, or a local time of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// Sent with an offset, as `2025-08-28T14:52:00+0300`.
    Instant(Timestamp),
    /// Sent without one, as `2025-08-28 14:52`.
    Local(LocalTime),
}

impl Moment {
    /// The instant in the account's zone.
    pub fn instant(self, zone: &Zone) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => zone.instant(local),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    /// # Errors
    /// For anything but a date; the zero date `-0001-11-30T00:00:00+0230` is none.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant = text.parse().map(Self::Instant);
        let read = instant.or_else(|_| text.parse().map(Self::Local));
        read.map_err(|_| serde::de::Error::custom("expected a date and time"))
    }
}

/// A date in a path, as `2025-08-28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(LocalTime);

impl From<LocalTime> for Date {
    fn from(time: LocalTime) -> Self {
        Self(time)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.split(' ').next().unwrap_or_default())
    }
}

/// A time to the minute, as filters of searches have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute(LocalTime);

impl From<LocalTime> for Minute {
    fn from(time: LocalTime) -> Self {
        Self(time)
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        serializer.serialize_str(text.get(..text.len() - ":00".len()).unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Moment> {
        serde_json::from_value(text.into()).ok()
    }

    #[test]
    fn dates_are_read_in_every_documented_form() {
        let zone: Zone = "+03:00".parse().unwrap();
        for (text, instant) in [
            ("2025-08-28 14:52", "2025-08-28T11:52:00Z"),
            ("2025-08-28 14:52:10", "2025-08-28T11:52:10Z"),
            ("2025-08-28", "2025-08-27T21:00:00Z"),
            ("2025-08-28T14:52:00+0300", "2025-08-28T11:52:00Z"),
            ("2025-08-28T14:52:00+03:00", "2025-08-28T11:52:00Z"),
        ] {
            let read = read(text).map(|moment| moment.instant(&zone).to_string());
            assert_eq!(read.as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn zero_dates_are_none() {
        for text in ["-0001-11-30T00:00:00+0230", "0000-00-00", "0000-00-00 00:00:00", "", "soon"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
