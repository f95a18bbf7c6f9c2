//! Recorded events in every form, whole, broken and cut off.

use std::io::{self, BufRead, Read};

use proptest::prelude::*;
use vochi_crm_asterisk::EventFile;
use vochi_crm_core::Timestamp;

/// An input that gives out a few bytes at a time, and panics when it is asked for more than it has.
struct Pipe<'a> {
    text: &'a [u8],
    sizes: Vec<usize>,
    at: usize,
    stays_open: bool,
}

impl<'a> Pipe<'a> {
    /// Gives out chunks of these sizes, over and over.
    fn new(text: &'a [u8], sizes: &[usize]) -> Self {
        Self { text, sizes: sizes.to_vec(), at: 0, stays_open: false }
    }

    /// Gives out one byte at a time, and never ends.
    fn open(text: &'a str) -> Self {
        Self { text: text.as_bytes(), sizes: vec![1], at: 0, stays_open: true }
    }
}

impl Read for Pipe<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Pipe<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        assert!(!self.stays_open || !self.text.is_empty(), "it waits for input that never comes");
        let size = self.sizes[self.at % self.sizes.len()].min(self.text.len());
        Ok(&self.text[..size])
    }

    fn consume(&mut self, count: usize) {
        self.text = &self.text[count..];
        self.at += 1;
    }
}

/// Everything an input gives out: events by name and position, or what is wrong.
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

/// The names of the events, and what is wrong with the others.
fn names(text: &str) -> Vec<String> {
    let name = |event: String| event.rsplit(' ').next().unwrap_or_default().to_owned();
    let entries = read(text.as_bytes()).into_iter();
    entries.map(|entry| entry.map_or_else(|broken| format!("BROKEN {broken}"), name)).collect()
}

/// What the input gives out before it waits for more.
fn read_open(text: &str, count: usize) -> Vec<Result<String, String>> {
    let mut file = EventFile::open(Pipe::open(text)).unwrap();
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
fn every_form_reads_alike() {
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
fn an_input_without_events_has_none() {
    for text in ["", " \n\r\n\t", "\u{feff}", "[]", "[ ]\n\n", "{\"events\": []}"] {
        assert_eq!(names(text), [""; 0], "{text:?}");
    }
}

#[test]
fn an_event_comes_as_soon_as_it_is_complete() {
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
fn a_broken_first_line_is_skipped_before_lines() {
    let (a, b) = (event("a"), event("b"));
    for first in [
        "{oops",
        "[oops",
        "[",
        "[1, 2",
        "[{\"t\": 0, \"ty",
        "[\"",
        "{",
        "{\"t\": 0, \"type\": \"sta",
        "{\"t\": 0, \"type\": \"start\", \"data\": {",
        "{\"t\": 0, \"type\": \"start\", \"data\":",
        "{\"t\": 0, \"type\": [",
        "{\"t\": 0, \"type\": \"start\", \"data\": {}",
        "{\"t\": 0} {",
        "{\"t\": 0}]",
        "{\"t\" 0}",
    ] {
        let text = format!("{first}\n\n{a}\n{b}\n{a}\n");
        let count = if first.starts_with("[1") { 5 } else { 3 };
        let seen = read_open(&text, count);
        let events: Vec<&String> = seen.iter().flatten().collect();
        if first == "[" {
            assert_eq!(events, ["event 1 a", "event 2 b", "event 3 a"]);
            continue;
        }
        assert_eq!(events, ["line 3 a", "line 4 b"], "{first}: {seen:?}");
        let broken = seen[count - 3].as_ref().unwrap_err();
        assert!(broken.starts_with("line 1: invalid JSON"), "{first}: {broken}");
    }
}

#[test]
fn broken_document_is_reported_once_and_read_on() {
    let text = format!("{{\n  \"name\": oops,\n  \"events\": [\n 1,\n 2\n]}}\n{}\n", event("a"));
    let seen = read(text.as_bytes());
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].as_ref().unwrap_err().starts_with("line 2: invalid JSON at column 11"));
    assert_eq!(seen[1], Ok("line 7 a".to_owned()));
}

#[test]
fn a_broken_entry_of_an_array_costs_no_other() {
    let (a, b) = (event("a"), event("b"));
    for broken in [
        "oops",
        "7",
        "{\"t\": 1}",
        "{\"t\": 1,, \"data\": {}}",
        "{\"t\": 1, \"data\": {\"x\": [}]}}",
        "{\"t\": 1, \"data\" \"[\"}",
        "{\"t\": 1, \"data\": \"cut",
        "{\"t\": 1, \"data\": {\"x\": [",
        "\"\\x\"",
    ] {
        for text in [
            format!("[\n{a},\n{broken},\n{b}\n]"),
            format!("{{\"x\": 1, \"events\": [{a}, {broken},\n{b}]}}"),
        ] {
            let seen = read(text.as_bytes());
            assert_eq!(seen.len(), 3, "{text}: {seen:?}");
            assert_eq!(seen[0], Ok("event 1 a".to_owned()), "{text}");
            assert!(seen[1].as_ref().unwrap_err().starts_with("event 2: "), "{text}: {seen:?}");
            assert_eq!(seen[2], Ok("event 3 b".to_owned()), "{text}");
        }
    }
    let text = format!("[{a},\n {{\"t\": 1 \"type\"}}, {b}]");
    let seen = read(text.as_bytes());
    let why = "event 2: invalid JSON at line 2, column 10: expected `,` or `}`";
    assert_eq!(seen[1], Err(why.to_owned()));
}

#[test]
fn a_broken_line_is_reported_with_place_and_reason() {
    let text = format!(
        "{}\nnonsense\n{{\"t\": 1}}\n{{\"t\": \"x\"}}\n5\n{{\"t\": 1, \"type\": \"x\"}}\n{}\n",
        event("a"),
        event("b")
    );
    assert_eq!(
        read(text.as_bytes()),
        [
            Ok("line 1 a".to_owned()),
            Err("line 2: invalid JSON at column 2: expected ident".to_owned()),
            Err("line 3: missing or invalid `type`: must be a text".to_owned()),
            Err("line 4: missing or invalid `t`: must be a number of seconds".to_owned()),
            Err("line 5: not a JSON object".to_owned()),
            Err("line 6: missing or invalid `data`: must be an object".to_owned()),
            Ok("line 7 b".to_owned()),
        ]
    );
}

#[test]
fn a_cut_document_says_what_is_missing() {
    let a = event("a");
    for (text, missing) in [
        (format!("[{a}"), "the input: the input ends inside the array of events: missing `]`"),
        (format!("[{a},\n"), "the input: the input ends inside the array of events: missing `]`"),
        (format!("[{a}, {{\"t\": "), "event 2: the input ends inside it"),
        (format!("{{\"events\": [{a}, \"x"), "event 2: the input ends inside it"),
        (
            format!("{{\"events\": [{a}], \"n"),
            "the input: the input ends inside the object around the events: missing `}`",
        ),
        (
            format!("{{\"events\": [{a}]"),
            "the input: the input ends inside the object around the events: missing `}`",
        ),
    ] {
        let seen = read(text.as_bytes());
        assert_eq!(seen, [Ok("event 1 a".to_owned()), Err(missing.to_owned())], "{text}");
    }
    for text in ["{\"t\": 0, \"typ", "{\n \"name\": \"x\",\n", "{\"events\"", "{"] {
        let seen = read(text.as_bytes());
        assert_eq!(seen.len(), 1, "{text}: {seen:?}");
        assert!(seen[0].as_ref().unwrap_err().contains(": invalid JSON at column "), "{text}");
    }
}

#[test]
fn text_behind_a_document_is_read_as_lines() {
    let (a, b) = (event("a"), event("b"));
    for text in [format!("[{a}]\n{b}\n"), format!("{{\"events\": [{a}]}}\n\n{b}")] {
        assert_eq!(names(&text), ["a", "b"], "{text}");
    }
}

#[test]
fn events_that_are_not_an_array_are_an_error() {
    for events in ["7", "{}", "null", "\"[\""] {
        let seen = read(format!("{{\"events\": {events}}}").as_bytes());
        let why = "the input: invalid `events`: must be an array";
        assert_eq!(seen, [Err(why.to_owned())], "{events}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    let text = event("a").replace("1.1", "caf\u{e9}");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let array = [b"[", &latin[..], b"]"].concat();
    for bytes in [&latin, &array] {
        let mut file = EventFile::open(&bytes[..]).unwrap();
        let event = file.next_event().unwrap().unwrap().unwrap();
        assert_eq!(event.body()["UniqueId"], "caf\u{fffd}");
    }
}

#[test]
fn an_event_beyond_a_bound_is_reported_and_skipped() {
    let (a, b) = (event("a"), event("b"));
    let too_large = "larger than 1048576 bytes";
    let too_deep = "nested deeper than 64 levels";
    for (big, why) in [
        (event_of_size(MOST + 1), too_large),
        (event_of_size(3 * MOST), too_large),
        (event_of_depth(65), too_deep),
        (event_of_depth(100_000), too_deep),
    ] {
        for (text, place) in [
            (format!("{a}\n{big}\n{b}\n"), "line 2"),
            (format!("[{a}, {big}, {b}]"), "event 2"),
            (format!("{{\"events\": [{a},\n{big}\n,\n{b}]}}"), "event 2"),
        ] {
            let seen = read(text.as_bytes());
            assert_eq!(seen.len(), 3, "{place}: {why}");
            assert_eq!(seen[1], Err(format!("{place}: {why}")));
            assert!(seen[0].is_ok() && seen[2].is_ok(), "{place}: {why}");
        }
        for text in [format!("{big}\n{a}\n"), format!("{{\"events\": [{big}, {a}]}}")] {
            let seen = read(text.as_bytes());
            assert!(seen.len() == 2 && seen[1].is_ok(), "{why}");
            let broken = seen[0].as_ref().unwrap_err();
            assert!(broken.ends_with(why), "{broken}");
        }
    }
}

#[test]
fn an_event_within_the_bounds_is_read() {
    for big in [event_of_size(MOST), event_of_depth(64)] {
        for text in [
            format!("{big}\n"),
            big.clone(),
            format!("{}\n{big}\r\n", event("a")),
            format!("[{big}]"),
            format!("{{\"events\": [{big}, {}]}}", event("a")),
        ] {
            let seen = read(text.as_bytes());
            assert_eq!(seen.iter().filter(|entry| entry.is_err()).count(), 0, "{}", text.len());
        }
    }
}

#[test]
fn keys_beside_the_events_may_be_large() {
    let name = "x".repeat(3 * MOST);
    let a = event("a");
    for text in [
        format!("{{\"name\": \"{name}\", \"events\": [{a}]}}"),
        format!("{{\"events\": [{a}], \"name\": \"{name}\"}}"),
    ] {
        assert_eq!(names(&text), ["a"]);
    }
}

#[test]
fn a_time_outside_1990_to_2100_is_an_error() {
    let at = |t: &str| event("a").replace("0.5", t);
    for t in ["1e300", "-1e300", "4102444800", "1e12", "-3471292801", "\"1e300\""] {
        let text = format!("{}\n{}\n", event("a"), at(t));
        let seen = read(text.as_bytes());
        let broken = seen[1].as_ref().unwrap_err();
        assert!(broken.starts_with("line 2: invalid `t` ") && broken.contains("1990"), "{broken}");
    }
    let base = |text: &str| text.parse::<Timestamp>().unwrap();
    let now = base("2026-03-02T08:00:00Z");
    for (t, base, is_valid) in [
        ("4102444799", now, true),
        ("1000000000", now, true),
        ("-100", base("1990-01-01T00:01:40Z"), true),
        ("-100", base("1990-01-01T00:01:39Z"), false),
        ("100", base("2099-12-31T23:58:19Z"), true),
        ("100", base("2099-12-31T23:58:20Z"), false),
        ("0", Timestamp::from_unix_micros(i64::MIN), false),
    ] {
        let text = at(t);
        let mut file = EventFile::open(text.as_bytes()).unwrap();
        let event = file.next_event().unwrap().unwrap().unwrap();
        let at = event.at(base);
        assert_eq!(at.is_ok(), is_valid, "{t} after {base}: {at:?}");
        if let Err(broken) = at {
            assert!(broken.to_string().starts_with("line 1: invalid `t` "), "{broken}");
        }
    }
}

#[test]
fn started_at_is_known_before_the_events_or_found_behind() {
    let a = event("a");
    let began: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let key = "\"started_at\" : \"2026-03-02T11:00:00+03:00\"";
    let before = format!("{{\"n\": {{\"started_at\": 5}},\n{key} ,\n\"events\": [{a}");
    assert_eq!(EventFile::open(Pipe::open(&before)).unwrap().started_at(), Some(began));
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
    let open = EventFile::open(Pipe::open(&lines)).unwrap();
    assert_eq!(open.find_started_at().unwrap(), None, "lines are not read for it");
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

/// Texts made of what events are made of.
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
    fn the_size_of_reads_changes_nothing(
        text in pieces(), sizes in proptest::collection::vec(1_usize..9, 1..6)
    ) {
        prop_assert_eq!(read(&text[..]), read(Pipe::new(&text, &sizes)));
    }

    #[test]
    fn any_bytes_are_read_to_their_end(text in pieces()) {
        let count = read(&text[..]).len();
        prop_assert!(count <= text.len() + 1, "{} entries", count);
    }

    #[test]
    fn a_cut_changes_no_event_before_it(names in proptest::collection::vec("[a-z]{1,8}", 1..6), cut in 0.0_f64..1.0) {
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
