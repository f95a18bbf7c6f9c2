//! Parsing the text of one event.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::scan::{MAX_LEVELS, is_too_deep};
use super::source::{MAX_BYTES, Place};
use super::{BrokenLine, Entry, Position, RecordedEvent};

/// The byte order mark.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// Parses an event from its text, which begins at `start`. Bytes that are not UTF-8 are replaced.
pub(super) fn decode(position: Position, start: Place, text: &[u8]) -> Entry {
    if text.len() > MAX_BYTES {
        return Err(too_long(position));
    }
    if is_too_deep(text) {
        return Err(too_deep(position));
    }
    match serde_json::from_str::<Value>(&String::from_utf8_lossy(text)) {
        Ok(value) => RecordedEvent::new(position, value),
        Err(error) => Err(Fault::of(start, &error).at(position)),
    }
}

/// Position and reason of a JSON error.
pub(super) struct Fault {
    place: Place,
    why: String,
}

impl Fault {
    /// Finds the JSON error in a text that begins at `start`.
    pub(super) fn find(start: Place, text: &[u8]) -> Self {
        match serde_json::from_str::<IgnoredAny>(&String::from_utf8_lossy(text)) {
            Ok(_) => Self { place: start, why: "broken off".to_owned() },
            Err(error) => Self::of(start, &error),
        }
    }

    fn of(start: Place, error: &serde_json::Error) -> Self {
        let place = start.within(error.line(), error.column());
        let why = error.to_string();
        let at = format!(" at line {} column {}", error.line(), error.column());
        Self { place, why: why.strip_suffix(&at).unwrap_or(&why).to_owned() }
    }

    /// Reports the error for its line.
    pub(super) fn on_its_line(self) -> BrokenLine {
        let position = Position::Line(self.place.line);
        self.at(position)
    }

    /// Reports the error for that position.
    pub(super) fn at(self, position: Position) -> BrokenLine {
        let Self { place: Place { line, column }, why } = self;
        let place = if position == Position::Line(line) {
            format!("column {column}")
        } else {
            format!("line {line}, column {column}")
        };
        BrokenLine::new(position, format!("invalid JSON at {place}: {why}"))
    }
}

pub(super) fn too_long(position: Position) -> BrokenLine {
    BrokenLine::new(position, format!("larger than {MAX_BYTES} bytes"))
}

pub(super) fn too_deep(position: Position) -> BrokenLine {
    BrokenLine::new(position, format!("nested deeper than {MAX_LEVELS} levels"))
}

/// Strips a byte order mark and trailing blanks.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text).trim_ascii_end()
}
