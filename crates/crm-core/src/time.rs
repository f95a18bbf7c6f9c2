//! Instants, zones and whole seconds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

/// An instant, held in UTC. Parses and prints RFC 3339.
///
/// ```
/// use vochi_crm_core::Timestamp;
/// let at: Timestamp = "2026-03-02T11:00:00+03:00".parse()?;
/// assert_eq!(at.to_string(), "2026-03-02T08:00:00Z");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Creates the instant this many milliseconds after 1970-01-01T00:00:00Z, clamped to the years
    /// -9999 to 9999.
    pub fn from_unix_millis(millis: i64) -> Self {
        Self(jiff::Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Creates the instant this many microseconds after 1970-01-01T00:00:00Z, clamped like
    /// [`from_unix_millis`](Self::from_unix_millis).
    pub fn from_unix_micros(micros: i64) -> Self {
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The instant in whole seconds with a numeric offset, as `2026-03-02T08:00:00+00:00`.
    pub fn in_seconds(self) -> impl fmt::Display {
        let seconds = self.unix_millis().div_euclid(1000);
        let whole = jiff::Timestamp::from_second(seconds).unwrap_or(self.0);
        whole.display_with_offset(jiff::tz::Offset::UTC)
    }

    /// Returns the instant this much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.checked_add(duration).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Returns the time since `earlier`, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or(Duration::ZERO)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.trim().parse().map(Self).map_err(|_| {
            Error::input(format!("invalid timestamp {text:?}: must be RFC 3339"))
                .with_hint("write RFC 3339 with a zone, as 2026-03-02T11:00:00+03:00")
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A local date and time without a zone.
///
/// ```
/// use vochi_crm_core::LocalTime;
/// let local: LocalTime = "2026-03-02T11:00".parse()?;
/// assert_eq!(local.to_string(), "2026-03-02 11:00:00");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(DateTime);

impl FromStr for LocalTime {
    type Err = Error;

    /// Parses `YYYY-MM-DD HH:MM[:SS]`, with a blank or a `T` between.
    fn from_str(text: &str) -> Result<Self> {
        text.trim()
            .parse::<DateTime>()
            .map(|parsed| {
                Self(DateTime::from_parts(
                    parsed.date(),
                    parsed.time().with().subsec_nanosecond(0).build().unwrap_or(parsed.time()),
                ))
            })
            .map_err(|_| {
                Error::input(format!("invalid local time {text:?}: must be a date and a time"))
                    .with_hint("write it as 2026-03-02 11:00:00")
            })
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

impl Serialize for LocalTime {
    /// Writes `2026-03-02 11:00:00`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalTime({self})")
    }
}

/// A time zone: an IANA name (`Europe/Minsk`), a fixed offset (`+03:00`) or `UTC`.
/// The zone database is compiled in, so the machine needs none.
///
/// ```
/// use vochi_crm_core::{Timestamp, Zone};
/// let zone: Zone = "Europe/Minsk".parse()?;
/// let at: Timestamp = "2026-03-02T08:00:00Z".parse()?;
/// assert_eq!(zone.local(at).to_string(), "2026-03-02 11:00:00");
/// assert_eq!(zone.instant(zone.local(at)), at);
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// The name it was parsed from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local time of an instant, to the second.
    pub fn local(&self, at: Timestamp) -> LocalTime {
        let local = self.zone.to_datetime(at.0);
        let time = local.time().with().subsec_nanosecond(0).build().unwrap_or(local.time());
        LocalTime(DateTime::from_parts(local.date(), time))
    }

    /// The instant of a local time. Of an ambiguous time (clocks set back) it is the first; a
    /// skipped time is moved forward by the gap.
    pub fn instant(&self, local: LocalTime) -> Timestamp {
        let offset = match self.zone.to_ambiguous_timestamp(local.0).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        Timestamp(offset.to_timestamp(local.0).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl FromStr for Zone {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim();
        let unknown = || {
            Error::input(format!("unknown time zone {name:?}: must be an IANA name or an offset"))
                .with_hint("write an IANA name as Europe/Minsk, or an offset as +03:00")
        };
        let zone = if name.starts_with(['+', '-']) {
            fixed_offset(name).ok_or_else(unknown)?
        } else if name.eq_ignore_ascii_case("utc") {
            TimeZone::UTC
        } else {
            TimeZone::get(name).map_err(|_| unknown())?
        };
        Ok(Self { name: name.to_owned(), zone })
    }
}

fn fixed_offset(text: &str) -> Option<TimeZone> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?;
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let hours: i32 = hours.parse().ok().filter(|hours| (0..=14).contains(hours))?;
    let minutes: i32 = minutes.parse().ok().filter(|minutes| (0..60).contains(minutes))?;
    jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(TimeZone::fixed)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

/// Whole seconds of talk or wait time, rounded half up.
///
/// ```
/// use std::time::Duration;
/// use vochi_crm_core::Seconds;
/// assert_eq!(Seconds::rounded(Duration::from_millis(1_500)).get(), 2);
/// assert_eq!(Seconds::rounded(Duration::from_millis(1_499)).get(), 1);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seconds(u32);

impl Seconds {
    /// Zero seconds.
    pub const ZERO: Self = Self(0);

    /// Creates a number of seconds.
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Rounds a duration to whole seconds, half up.
    pub fn rounded(duration: Duration) -> Self {
        let millis = duration.as_millis().saturating_add(500) / 1000;
        Self(u32::try_from(millis).unwrap_or(u32::MAX))
    }

    /// The number of seconds.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

/// A source of the current time, replaceable in tests. Waiting uses tokio's monotonic clock
/// instead.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn instant_is_independent_of_its_zone() {
        assert_eq!(at("2026-03-02T11:00:00+03:00"), at("2026-03-02T08:00:00Z"));
        assert_eq!(at("2022-03-22T10:38:35.6152798+00:00").unix_millis(), 1_647_945_515_615);
    }

    #[test]
    fn date_without_zone_is_refused() {
        let error = "2026-03-02 11:00:00".parse::<Timestamp>().unwrap_err();
        assert!(error.hint().unwrap().contains("RFC 3339"), "{error}");
    }

    #[test]
    fn zone_converts_instants_to_local_times_and_back() {
        for (zone, instant, local) in [
            ("Europe/Minsk", "2026-07-01T21:30:00Z", "2026-07-02 00:30:00"),
            ("Europe/Warsaw", "2026-07-01T21:30:00Z", "2026-07-01 23:30:00"),
            ("+03:00", "2026-07-01T21:30:00Z", "2026-07-02 00:30:00"),
            ("-0330", "2026-07-01T21:30:00Z", ""),
            ("UTC", "2026-07-01T21:30:00.900Z", "2026-07-01 21:30:00"),
        ] {
            match zone.parse::<Zone>() {
                Ok(zone) => assert_eq!(zone.local(at(instant)).to_string(), local, "{zone}"),
                Err(error) => assert!(local.is_empty(), "{zone}: {error}"),
            }
        }
    }

    #[test]
    fn ambiguous_local_time_is_the_first() {
        let zone: Zone = "Europe/Warsaw".parse().unwrap();
        let twice: LocalTime = "2026-10-25 02:30:00".parse().unwrap();
        assert_eq!(zone.instant(twice), at("2026-10-25T00:30:00Z"));
        let skipped: LocalTime = "2026-03-29 02:30:00".parse().unwrap();
        assert_eq!(zone.local(zone.instant(skipped)).to_string(), "2026-03-29 03:30:00");
    }

    #[test]
    fn unknown_zone_has_a_hint() {
        let error = "Minsk".parse::<Zone>().unwrap_err();
        assert!(error.to_string().contains("Europe/Minsk"), "{error}");
    }

    #[test]
    fn since_a_later_instant_is_zero() {
        assert_eq!(at("2026-03-02T08:00:00Z").since(at("2026-03-02T09:00:00Z")), Duration::ZERO);
    }
}
