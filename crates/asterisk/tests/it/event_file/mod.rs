//! Recorded events in every form: valid, invalid and truncated.

mod invalid;
mod limits;

use std::io::{self, BufRead, Read};

use proptest::prelude::*;
use vochi_crm_asterisk::EventFile;
use vochi_crm_core::Timestamp;

/// An input that returns a few bytes at a time and panics when it is read too far.
struct ChunkedInput<'a> {
    text: &'a [u8],
    sizes: Vec<usize>,
    at: usize,
    stays_open: bool,
}

impl<'a> ChunkedInput<'a> {
    /// Returns chunks of these sizes, cyclically.
    fn new(text: &'a [u8], sizes: &[usize]) -> Self {
        Self { text, sizes: sizes.to_vec(), at: 0, stays_open: false }
    }

    /// Returns one byte at a time and never ends.
    fn open(text: &'a str) -> Self {
        Self { text: text.as_bytes(), sizes: vec![1], at: 0, stays_open: true }
    }
}

impl Read for ChunkedInput<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for ChunkedInput<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        assert!(!self.stays_open || !self.text.is_empty(), "it waits for input that never arrives");
        let size = self.sizes[self.at % self.sizes.len()].min(self.text.len());
        Ok(&self.text[..size])
    }

    fn consume(&mut self, count: usize) {
        self.text = &self.text[count..];
        self.at += 1;
    }
}

/// Everything an input yields: events by name and position, or errors.
fn read(input: impl BufRead) -> Vec<Result<String, String>> {
    let mut file = EventFile::open(input).unwrap();
    let mut seen = Vec::new();
    while let Some(entry) = file.next_event().unwrap() {
        assert!(seen.len() < 100_000, "it ends");
        let event = entry.map_err(|broken| broken.to_string());
        seen.push(event.map(|event| format!("{} {}", event.position(), event.name())));
    }
    seen
}

/// The names of the events, and the errors.
fn names(text: &str) -> Vec<String> {
    let name = |event: String| event.rsplit(' ').next().unwrap_or_default().to_owned();
    let entries = read(text.as_bytes()).into_iter();
    entries.map(|entry| entry.map_or_else(|broken| format!("BROKEN {broken}"), name)).collect()
}

/// The events an input yields before it waits for more.
fn read_open(text: &str, count: usize) -> Vec<Result<String, String>> {
    let mut file = EventFile::open(ChunkedInput::open(text)).unwrap();
    let mut seen = Vec::new();
    for _ in 0..count {
        let entry = file.next_event().unwrap().unwrap();
        let event = entry.map_err(|broken| broken.to_string());
        seen.push(event.map(|event| format!("{} {}", event.position(), event.name())));
    }
    seen
}

fn event(name: &str) -> String {
    format!(r#"{{"t": 0.5, "type": "{name}", "data": {{"UniqueId": "1.1", "a": ["]", "\"}}"]}}}}"#)
}

/// The same over several lines.
fn pretty(name: &str) -> String {
    format!("{:#}", serde_json::from_str::<serde_json::Value>(&event(name)).unwrap())
}

/// An event of that many bytes.
fn event_of_size(size: usize) -> String {
    let empty = r#"{"t": 0, "type": "big", "data": {"x": ""}}"#;
    empty.replace("\"\"", &format!("\"{}\"", "x".repeat(size - empty.len())))
}

/// An event with that many levels of nesting.
fn event_of_depth(levels: usize) -> String {
    let (open, close) = ("[".repeat(levels - 2), "]".repeat(levels - 2));
    format!(r#"{{"t": 0, "type": "deep", "data": {{"x": {open}{close}}}}}"#)
}

const MOST: usize = 1 << 20;

#[test]
fn every_form_yields_the_same_events() {
    let (a, b) = (event("a"), event("b"));
    let forms = [
        format!("{a}\n\n{b}\n"),
        format!("\u{feff}{a}\r\n{b}"),
        format!("[{a},{b}]"),
        format!("\n [ {a} ,\n {b} ]\n"),
        format!("[\n{},\n{}\n]", pretty("a"), pretty("b")),
        format!("{{\"events\": [{a}, {b}]}}"),
        format!("{{\"name\": \"x\", \"events\": [{a},\n{b}], \"n\": [1, {{}}]}}\n"),
        format!(
            "\u{feff}{{\n  \"list\": [\n    [], {{\"events\": [1]}}\n  ],\n  \"events\": [\n{},{}\n]\n}}",
            pretty("a"),
            pretty("b")
        ),
    ];
    for text in forms {
        assert_eq!(names(&text), ["a", "b"], "{text}");
    }
}

#[test]
fn input_without_events_is_empty() {
    for text in ["", " \n\r\n\t", "\u{feff}", "[]", "[ ]\n\n", "{\"events\": []}"] {
        assert_eq!(names(text), [""; 0], "{text:?}");
    }
}

#[test]
fn complete_event_is_returned_at_once() {
    let (a, b) = (event("a"), event("b"));
    for text in [
        format!("{a}\n{b}\n{{\"t\": 1, "),
        format!("[{a}, {b}"),
        format!("[\n{}\n,\n{}", pretty("a"), pretty("b")),
        format!("{{\"n\": {{\"events\": 1}}, \"events\": [{a}, {b}"),
    ] {
        let names: Vec<String> = read_open(&text, 2).into_iter().map(Result::unwrap).collect();
        assert!(names[0].ends_with(" a") && names[1].ends_with(" b"), "{text}: {names:?}");
    }
}

#[test]
fn started_at_is_found_before_or_after_the_events() {
    let a = event("a");
    let began: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let key = "\"started_at\" : \"2026-03-02T11:00:00+03:00\"";
    let before = format!("{{\"n\": {{\"started_at\": 5}},\n{key} ,\n\"events\": [{a}");
    assert_eq!(EventFile::open(ChunkedInput::open(&before)).unwrap().started_at(), Some(began));
    for behind in [format!(", {key}"), format!(",\n{key}\n"), format!(", {key}, \"n\": 1")] {
        let text = format!("{{\"events\": [{a}]{behind}}}");
        let mut file = EventFile::open(text.as_bytes()).unwrap();
        assert_eq!(file.started_at(), None);
        while file.next_event().unwrap().is_some() {}
        assert_eq!(file.started_at(), Some(began), "{text}");
        let file = EventFile::open(text.as_bytes()).unwrap();
        assert_eq!(file.find_started_at().unwrap(), Some(began), "{text}");
    }
    let lines = format!("{a}\n");
    for text in [lines.as_str(), "[", "{\"events\": []}", "{\"started_at\": null, \"events\": []}"]
    {
        let file = EventFile::open(text.as_bytes()).unwrap();
        assert_eq!(file.find_started_at().unwrap(), None, "{text}");
    }
    let open = EventFile::open(ChunkedInput::open(&lines)).unwrap();
    assert_eq!(open.find_started_at().unwrap(), None, "lines are not searched for it");
    for wrong in ["5", "\"soon\"", "\"2026-03-02 11:00:00\"", "\"1970-01-01T00:00:00Z\"", "{}"] {
        for text in [
            format!("{{\"started_at\": {wrong}, \"events\": [{a}]}}"),
            format!("{{\"events\": [{a}], \"started_at\": {wrong}}}"),
        ] {
            let seen = read(text.as_bytes());
            let expected = "the input: invalid `started_at`: must ";
            let broken = |entry: &&Result<_, String>| {
                entry.as_ref().is_err_and(|broken| broken.starts_with(expected))
            };
            assert_eq!(seen.iter().filter(broken).count(), 1, "{text}: {seen:?}");
            assert_eq!(seen.len(), 2, "{text}");
        }
    }
}

/// Texts made of pieces of events.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(event("a")),
        1 => Just(pretty("b")),
        2 => Just("\n".to_owned()),
        1 => Just(",".to_owned()),
        1 => Just("[".to_owned()),
        1 => Just("]".to_owned()),
        1 => Just("{".to_owned()),
        1 => Just("}".to_owned()),
        1 => Just("\"".to_owned()),
        1 => Just("{\"events\": [".to_owned()),
        1 => Just("\"started_at\": \"2026-03-02T08:00:00Z\",".to_owned()),
        1 => Just(event_of_depth(70)),
        1 => Just("{\"t\": 0, \"typ".to_owned()),
        1 => Just("\\".to_owned()),
        1 => Just(" 1 ".to_owned()),
        1 => "\\PC{0,5}",
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|all| all.concat().into_bytes());
    prop_oneof![3 => text, 1 => proptest::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn read_size_does_not_matter(
        text in pieces(), sizes in proptest::collection::vec(1_usize..9, 1..6)
    ) {
        prop_assert_eq!(read(&text[..]), read(ChunkedInput::new(&text, &sizes)));
    }

    #[test]
    fn arbitrary_bytes_are_read_to_the_end(text in pieces()) {
        let count = read(&text[..]).len();
        prop_assert!(count <= text.len() + 1, "{} entries", count);
    }

    #[test]
    fn truncation_keeps_earlier_events(names in proptest::collection::vec("[a-z]{1,8}", 1..6), cut in 0.0_f64..1.0) {
        let events: Vec<String> = names.iter().map(|name| event(name)).collect();
        for text in [events.join("\n"), format!("[{}]", events.join(",\n")), format!("{{\"n\": 1, \"events\": [{}]}}", events.join(","))] {
            let whole = read(text.as_bytes());
            prop_assert_eq!(whole.len(), names.len());
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let cut = (text.len() as f64 * cut) as usize;
            let part = read(&text.as_bytes()[..cut]);
            let good = part.iter().take_while(|entry| entry.is_ok()).count();
            prop_assert!(part.len() - good <= 1, "{:?}", part);
            prop_assert_eq!(&part[..good], &whole[..good]);
        }
    }
}
