//! One recorded event.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vochi_crm_core::{Timestamp, Zone};

use super::position::{BrokenLine, Position};
use crate::read::{BrokenEvent, PbxEvent, Reading};

/// Values of `t` from here on are seconds since 1970, not since the first event.
const DATES_BEGIN: f64 = 1e9;
/// 1990-01-01T00:00:00Z in seconds since 1970.
const FIRST: f64 = 631_152_000.0;
/// 2100-01-01T00:00:00Z in seconds since 1970.
const END: f64 = 4_102_444_800.0;

/// A recorded event: `{"t": seconds, "type": "dial", "data": {…}}`.
///
/// Serializable, so that a host can keep events across a restart; the format is internal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedEvent {
    position: Position,
    seconds: f64,
    name: String,
    body: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pbx: Option<String>,
}

impl RecordedEvent {
    /// Parses an event from its JSON.
    pub(super) fn new(position: Position, value: Value) -> Result<Self, BrokenLine> {
        let broken = |why: &str| BrokenLine::new(position, why);
        let Value::Object(mut object) = value else {
            return Err(broken("not a JSON object"));
        };
        let seconds = match object.get("t") {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let seconds = seconds
            .filter(|seconds: &f64| seconds.is_finite())
            .ok_or_else(|| broken("missing or invalid `t`: must be a number of seconds"))?;
        // Until its base is known, the time may be anywhere in these years.
        let possible = if seconds < DATES_BEGIN { FIRST - END..DATES_BEGIN } else { FIRST..END };
        if !possible.contains(&seconds) {
            return Err(out_of_range(position, seconds));
        }
        let Some(Value::String(name)) = object.remove("type") else {
            return Err(broken("missing or invalid `type`: must be a text"));
        };
        let Some(Value::Object(body)) = object.remove("data") else {
            return Err(broken("missing or invalid `data`: must be an object"));
        };
        let pbx = match object.remove("pbx") {
            Some(Value::String(pbx)) => Some(pbx),
            _ => None,
        };
        Ok(Self { position, seconds, name, body, pbx })
    }

    /// Its position in the input.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The time of the event: `t` seconds after `base`, or since 1970 if `t` is a date.
    ///
    /// # Errors
    /// The time is outside the years 1990 to 2100.
    pub fn at(&self, base: Timestamp) -> Result<Timestamp, BrokenLine> {
        let micros = micros(self.seconds);
        let at = if self.is_dated() {
            Timestamp::from_unix_micros(micros)
        } else {
            Timestamp::from_unix_micros(base.unix_micros().saturating_add(micros))
        };
        if is_plausible(at) { Ok(at) } else { Err(out_of_range(self.position, self.seconds)) }
    }

    /// Returns true if `t` is a date.
    pub fn is_dated(&self) -> bool {
        self.seconds >= DATES_BEGIN
    }

    /// Time since the first event, or since 1970 for a date; zero if negative.
    pub fn since_start(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds).unwrap_or_default()
    }

    /// `t` in microseconds: after the base, or since 1970.
    pub fn offset_micros(&self) -> i64 {
        micros(self.seconds)
    }

    /// The PBX's own timestamp, if it wrote one: the end of the call in a dialplan's `hangup`
    /// (without a zone, so in `zone`), or AMI's `Timestamp`.
    pub fn written_at(&self, zone: &Zone) -> Option<Timestamp> {
        let written = if self.name == "hangup" {
            let local = |field| self.body.get(field)?.as_str()?.parse().ok();
            let local = local("EndTime").or_else(|| local("StartTime"))?;
            zone.instant(local)
        } else {
            let seconds = match self.body.get("Timestamp")? {
                Value::Number(number) => number.as_f64(),
                Value::String(text) => text.trim().parse().ok(),
                _ => None,
            };
            Timestamp::from_unix_micros(micros(seconds?))
        };
        // A clock that was never set has no time.
        Some(written).filter(|written| is_plausible(*written))
    }

    /// Parses the event, for its PBX.
    ///
    /// # Errors
    /// A required field is missing.
    pub fn read(&self) -> Result<Reading<'_>, BrokenEvent> {
        let reading = PbxEvent::read(&self.name, &self.body)?;
        Ok(match (reading, &self.pbx) {
            (Reading::Event(event), Some(pbx)) => Reading::Event(event.on_pbx(pbx)),
            (reading, _) => reading,
        })
    }

    /// The event's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The event's fields.
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// The PBX of the event (`pbx`), in a recording of several.
    pub fn pbx(&self) -> Option<&str> {
        self.pbx.as_deref()
    }
}

/// Returns true if the time is in the years 1990 to 2099.
pub(super) fn is_plausible(at: Timestamp) -> bool {
    (micros(FIRST)..micros(END)).contains(&at.unix_micros())
}

fn out_of_range(position: Position, seconds: f64) -> BrokenLine {
    let why = format!("invalid `t` {seconds:?}: the time must lie between 1990 and 2100");
    BrokenLine::new(position, why)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a float is held at the ends of the whole numbers, and there is no other way"
)]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}
