//! Memory bounds of the reader.

use std::io::{self, BufReader, Cursor, Read};

use super::EventFile;
use super::source::MAX_BYTES;

const EVENT: &str = r#"{"t": 0, "type": "start", "data": {}}"#;
/// Far more than is ever buffered.
const FLOOD: u64 = 64 << 20;
/// More than is ever buffered.
const SMALL_FLOOD: u64 = 4 << 20;

/// Reads a text with a flood of one byte in its middle, `E` standing for an event. Returns the
/// number of events and of invalid entries.
fn read(before: &str, flood: u8, behind: &str) -> (usize, usize) {
    read_of_size(SMALL_FLOOD, before, flood, behind)
}

fn read_of_size(size: u64, before: &str, flood: u8, behind: &str) -> (usize, usize) {
    let text = |text: &str| Cursor::new(text.replace('E', EVENT));
    let flood = io::repeat(flood).take(size);
    let input = BufReader::new(text(before).chain(flood).chain(text(behind)));
    let mut file = EventFile::open(input).unwrap();
    let (mut events, mut broken) = (0, 0);
    while let Some(entry) = file.next_event().unwrap() {
        if entry.is_ok() {
            events += 1;
        } else {
            broken += 1;
        }
    }
    let held = file.text.capacity() + file.source.held();
    assert!(held <= 2 * MAX_BYTES + 64, "{held} bytes are held of {before}…");
    (events, broken)
}

#[test]
fn endless_line_is_not_buffered() {
    assert_eq!(read_of_size(FLOOD, "E\n{\"x\": \"", b'x', "\nE\n"), (2, 1));
    for before in ["E\n", "E\n{\"x\": \"", "E\n["] {
        assert_eq!(read(before, b'x', "\nE\n"), (2, 1), "{before}");
    }
    assert_eq!(read("{\"t\": 0, \"x\": \"", b'x', "\"}\nE\n"), (1, 1));
    assert_eq!(read("{\"t\": 0, \"x\": \"", b'x', "\nE\n"), (1, 1));
    assert_eq!(read("", b'x', "\nE\n"), (1, 1));
}

#[test]
fn endless_entry_is_not_buffered() {
    assert_eq!(read_of_size(FLOOD, "[E, {\"x\": \"", b'x', "\"}, E]"), (2, 1));
    assert_eq!(read("[E,\n{\"x\": \"", b'x', "\n{}, E]"), (2, 2));
    let object = "{\"n\": 1, \"events\": [E, {\"x\": \"";
    assert_eq!(read(object, b'x', "\"}, E]}"), (2, 1));
    assert_eq!(read("[E, ", b'1', ", E]"), (2, 1));
    assert_eq!(read("[E, ", b'[', ""), (1, 2));
}

#[test]
fn endless_outer_object_is_not_buffered() {
    assert_eq!(read("{\"name\": \"", b'x', "\", \"events\": [E]}"), (1, 0));
    assert_eq!(read("{\"events\": [E], \"name\": \"", b'x', "\"}"), (1, 0));
    assert_eq!(read("{\"x\": [", b' ', "}\nE\n"), (1, 1));
}

#[test]
fn endless_blanks_are_not_buffered() {
    for piece in [b' ', b'\n'] {
        for (before, behind) in [("", "E\n"), ("[", "E]"), ("{\"events\":", "[E]}"), ("[E", "]")] {
            assert_eq!(read(before, piece, behind), (1, 0), "{before}");
        }
    }
    assert_eq!(read("E\n", b'\n', "E\n"), (2, 0));
}
