//! Recorded events: one JSON object a line, an array of them, or an object that holds such an array.

use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;
use std::time::Duration;

use serde_json::{Map, Value};
use vochi_crm_core::{Error, Result, Timestamp, Zone};

/// Seconds from here on are a date since 1970 and not a distance from the first event.
const DATES_BEGIN: f64 = 1e9;

/// A recorded event: `{"t": seconds, "type": "dial", "data": {…}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    position: Position,
    seconds: f64,
    name: String,
    body: Map<String, Value>,
    pbx: Option<String>,
}

impl RecordedEvent {
    /// Where it stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// When it happened: so many seconds after `base`, or since 1970 where that is what `t` says.
    pub fn at(&self, base: Timestamp) -> Timestamp {
        let micros = micros(self.seconds);
        if self.is_dated() {
            Timestamp::from_unix_micros(micros)
        } else {
            Timestamp::from_unix_micros(base.unix_micros().saturating_add(micros))
        }
    }

    /// Whether its time is a date of its own.
    pub fn is_dated(&self) -> bool {
        self.seconds >= DATES_BEGIN
    }

    /// Its distance from the first event; for a date, since 1970. Nothing where it lies before.
    pub fn since_start(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds).unwrap_or_default()
    }

    /// The time the PBX itself wrote into it, where it wrote one: the end of the call in a dialplan's
    /// `hangup` (in `zone`, since it is written without one), AMI's `Timestamp`.
    pub fn written_at(&self, zone: &Zone) -> Option<Timestamp> {
        if self.name == "hangup" {
            let local = |field| self.body.get(field)?.as_str()?.parse().ok();
            let local = local("EndTime").or_else(|| local("StartTime"))?;
            return Some(zone.instant(local));
        }
        let seconds = match self.body.get("Timestamp")? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        // What is no count of seconds since 1970 is something else.
        seconds
            .map(micros)
            .filter(|micros| *micros > 0)
            .map(Timestamp::from_unix_micros)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields.
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// The PBX it came from (`pbx`), where one recording has several.
    pub fn pbx(&self) -> Option<&str> {
        self.pbx.as_deref()
    }
}

/// Where an event stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Position {
    /// The line, from 1.
    Line(u64),
    /// The place in an array, from 1.
    Entry(u64),
    /// The document as a whole.
    Whole,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Entry(entry) => write!(f, "event {entry}"),
            Self::Whole => f.write_str("the file"),
        }
    }
}

/// Something in a file that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    position: Position,
    why: String,
}

impl BrokenLine {
    /// Where it stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is wrong with it.
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for BrokenLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.why)
    }
}

impl std::error::Error for BrokenLine {}

/// Reads recorded events one after the other. What is no event is passed on as such; reading goes on
/// behind it.
///
/// ```
/// use vochi_crm_asterisk::EventFile;
/// let text = "{\"t\": 0.5, \"type\": \"start\", \"data\": {\"UniqueId\": \"17.185\"}}\nnonsense\n";
/// let mut events = EventFile::open(text.as_bytes())?;
/// assert_eq!(events.next_event()?.ok_or("an event")??.name(), "start");
/// let broken = events.next_event()?.ok_or("a line")?.unwrap_err();
/// assert_eq!(broken.position().to_string(), "line 2");
/// assert!(events.next_event()?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventFile<R> {
    input: R,
    line: u64,
    /// Events read ahead: of an array, or the first line.
    ready: VecDeque<std::result::Result<RecordedEvent, BrokenLine>>,
    started_at: Option<Timestamp>,
    whole: bool,
}

impl<R: BufRead> EventFile<R> {
    /// Looks at how the events are written. One object a line is read as it comes; anything else is
    /// read to its end at once.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn open(input: R) -> Result<Self> {
        let mut file = Self {
            input,
            line: 0,
            ready: VecDeque::new(),
            started_at: None,
            whole: false,
        };
        let Some(first) = file.next_line()? else {
            return Ok(file);
        };
        let begins_array = first.trim_start().starts_with('[');
        match serde_json::from_str::<Value>(&first) {
            Ok(Value::Object(object)) if !object.contains_key("events") => {
                let position = Position::Line(file.line);
                file.ready.push_back(event(position, Value::Object(object)));
            }
            Ok(document) => file.take_document(document),
            Err(_) if begins_array || first.trim_start().starts_with('{') => {
                file.read_document(&first)?;
            }
            Err(error) => {
                let position = Position::Line(file.line);
                file.ready.push_back(Err(no_json(position, &error)));
            }
        }
        Ok(file)
    }

    /// The moment of `t` = 0, where the file says so (`started_at`).
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// The next event, or what stands where one should be; none at the end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn next_event(&mut self) -> Result<Option<std::result::Result<RecordedEvent, BrokenLine>>> {
        if let Some(ready) = self.ready.pop_front() {
            return Ok(Some(ready));
        }
        if self.whole {
            return Ok(None);
        }
        let Some(line) = self.next_line()? else {
            return Ok(None);
        };
        let position = Position::Line(self.line);
        Ok(Some(match serde_json::from_str::<Value>(&line) {
            Ok(value) => event(position, value),
            Err(error) => Err(no_json(position, &error)),
        }))
    }

    /// The next line with something on it. Bytes that are no UTF-8 are replaced.
    fn next_line(&mut self) -> Result<Option<String>> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = self
                .input
                .read_until(b'\n', &mut bytes)
                .map_err(|error| unreadable(&error))?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_start_matches('\u{feff}').trim_end();
            if !text.is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
    }

    /// A document of several lines; where it is none, its lines are taken one by one.
    fn read_document(&mut self, first: &str) -> Result<()> {
        let line = self.line;
        let mut rest = Vec::new();
        self.input
            .read_to_end(&mut rest)
            .map_err(|error| unreadable(&error))?;
        let text = format!("{first}\n{}", String::from_utf8_lossy(&rest));
        match serde_json::from_str::<Value>(&text) {
            Ok(document) => self.take_document(document),
            Err(error) => {
                self.whole = true;
                let mut lines = (line..).zip(text.lines());
                let mut any = false;
                for (line, text) in &mut lines {
                    if text.trim().is_empty() {
                        continue;
                    }
                    let position = Position::Line(line);
                    let read = match serde_json::from_str::<Value>(text) {
                        Ok(value) => event(position, value),
                        Err(error) => Err(no_json(position, &error)),
                    };
                    any |= read.is_ok();
                    self.ready.push_back(read);
                }
                if !any {
                    self.ready.clear();
                    self.ready.push_back(Err(no_json(Position::Whole, &error)));
                }
            }
        }
        Ok(())
    }

    fn take_document(&mut self, document: Value) {
        self.whole = true;
        let entries = match document {
            Value::Array(entries) => entries,
            Value::Object(mut object) => {
                self.started_at = object
                    .get("started_at")
                    .and_then(Value::as_str)
                    .and_then(|text| text.parse().ok());
                let Some(Value::Array(entries)) = object.remove("events") else {
                    self.ready.push_back(Err(BrokenLine {
                        position: Position::Whole,
                        why: "`events` is no array".to_owned(),
                    }));
                    return;
                };
                entries
            }
            _ => {
                self.whole = false;
                let position = Position::Line(self.line);
                self.ready.push_back(event(position, document));
                return;
            }
        };
        let numbered = (1..).map(Position::Entry).zip(entries);
        self.ready
            .extend(numbered.map(|(position, entry)| event(position, entry)));
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a float is held at the ends of the whole numbers, and there is no other way"
)]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::input(format!("the events cannot be read: {error}"))
}

fn no_json(position: Position, error: &serde_json::Error) -> BrokenLine {
    BrokenLine {
        position,
        why: format!("this is no JSON: {error}"),
    }
}

fn event(position: Position, value: Value) -> std::result::Result<RecordedEvent, BrokenLine> {
    let broken = |why: &str| BrokenLine {
        position,
        why: why.to_owned(),
    };
    let Value::Object(mut object) = value else {
        return Err(broken("this is no object"));
    };
    let seconds = match object.get("t") {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let seconds = seconds
        .filter(|seconds: &f64| seconds.is_finite())
        .ok_or_else(|| broken("`t` is no number of seconds"))?;
    let Some(Value::String(name)) = object.remove("type") else {
        return Err(broken("`type` is no text"));
    };
    let Some(Value::Object(body)) = object.remove("data") else {
        return Err(broken("`data` is no object"));
    };
    let pbx = match object.remove("pbx") {
        Some(Value::String(pbx)) => Some(pbx),
        _ => None,
    };
    Ok(RecordedEvent {
        position,
        seconds,
        name,
        body,
        pbx,
    })
}
