//! The text of one event, and what is wrong with it.

use serde_json::Value;

use super::scan::{MAX_LEVELS, is_too_deep};
use super::source::{MAX_BYTES, Place};
use super::{BrokenLine, Entry, Position, RecordedEvent};

/// The byte order mark.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// Takes an event out of its text, which begins at `start`. Bytes that are not UTF-8 are replaced.
pub(super) fn decode(position: Position, start: Place, text: &[u8]) -> Entry {
    if text.len() > MAX_BYTES {
        return Err(too_long(position));
    }
    if is_too_deep(text) {
        return Err(too_deep(position));
    }
    match serde_json::from_str::<Value>(&String::from_utf8_lossy(text)) {
        Ok(value) => RecordedEvent::new(position, value),
        Err(error) => Err(BrokenLine::new(position, describe(start, &error).1)),
    }
}

/// Where a text that begins at `start` stops being JSON, and why.
pub(super) fn invalid(start: Place, text: &[u8]) -> (Place, String) {
    let text = String::from_utf8_lossy(text);
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => (start, "invalid JSON".to_owned()),
        Err(error) => describe(start, &error),
    }
}

fn describe(start: Place, error: &serde_json::Error) -> (Place, String) {
    let place = start.within(error.line(), error.column());
    let why = error.to_string();
    let at = format!(" at line {} column {}", error.line(), error.column());
    let why = why.strip_suffix(&at).unwrap_or(&why);
    let Place { line, column } = place;
    (
        place,
        format!("invalid JSON at line {line}, column {column}: {why}"),
    )
}

pub(super) fn too_long(position: Position) -> BrokenLine {
    BrokenLine::new(position, format!("larger than {MAX_BYTES} bytes"))
}

pub(super) fn too_deep(position: Position) -> BrokenLine {
    BrokenLine::new(position, format!("nested deeper than {MAX_LEVELS} levels"))
}

/// The text without a byte order mark before it and blanks behind it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text).trim_ascii_end()
}
