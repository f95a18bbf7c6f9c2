//! Limits of size, depth and time.

use super::*;

#[test]
fn event_beyond_a_limit_is_reported_and_skipped() {
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
fn event_within_the_limits_is_read() {
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
fn time_outside_1990_to_2100_is_an_error() {
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
