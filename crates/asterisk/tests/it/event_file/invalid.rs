//! Invalid input: what is reported, and what is still read.

use super::*;

#[test]
fn invalid_first_line_is_skipped() {
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
fn invalid_document_is_reported_once() {
    let text = format!("{{\n  \"name\": oops,\n  \"events\": [\n 1,\n 2\n]}}\n{}\n", event("a"));
    let seen = read(text.as_bytes());
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].as_ref().unwrap_err().starts_with("line 2: invalid JSON at column 11"));
    assert_eq!(seen[1], Ok("line 7 a".to_owned()));
}

#[test]
fn invalid_array_entry_loses_no_other() {
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
fn invalid_line_is_reported_with_place_and_reason() {
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
fn truncated_document_names_what_is_missing() {
    let a = event("a");
    for (text, missing) in [
        (format!("[{a}"), "the input: the input ends inside the array of events: missing `]`"),
        (format!("[{a},\n"), "the input: the input ends inside the array of events: missing `]`"),
        (format!("[{a}, {{\"t\": "), "event 2: the input ends inside the event"),
        (format!("{{\"events\": [{a}, \"x"), "event 2: the input ends inside the event"),
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
