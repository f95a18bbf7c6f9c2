//! `replay`: what is said of events, files and settings that are wrong.

use std::fs;

use serde_json::json;

use crate::replay::{lines, missed, replay};
use crate::support::{Ran, Stage};

#[test]
fn what_is_broken_or_unknown_is_told_and_passed_over() {
    let stage = Stage::bare();
    let events = missed("375291112233");
    let unknown = json!({"t": 2, "type": "Weather", "data": {}});
    let text = [
        lines(&events[..1]),
        "no event\n\n{\"t\": 1, \"type\": \"dial\"}\n".to_owned(),
        lines(&[unknown.clone(), unknown]),
        lines(&[json!({"t": 2, "type": "sunshine", "data": {}})]),
        lines(&[json!({"t": 3, "type": "hangup", "data": {}})]),
        lines(&events[1..]),
    ]
    .concat();
    let ran = replay(&stage, &text, &[]);
    assert_eq!(ran.ends(0)["outcome"], "missed");
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(told.len(), 4, "{ran}");
    for (line, part) in told.iter().zip([
        "warning: line 2: invalid JSON at column 2: ",
        "warning: line 4: missing or invalid `data`",
        "warning: line 8: hangup: missing UniqueId",
        "summary: events understood 3, unknown 3 (Weather 2, sunshine 1), broken 3; calls 1",
    ]) {
        assert!(line.starts_with(part), "{part}: {ran}");
    }
    assert_eq!(replay(&stage, &text, &["-q"]).stderr, "");

    let entries = json!([events[0], 5, events[2]]).to_string();
    let ran = replay(&stage, &entries, &[]);
    ran.ends(0);
    assert!(ran.stderr.contains("warning: event 2: not a JSON object"), "{ran}");
}

#[test]
fn an_input_without_any_sense_is_a_mistake_and_an_empty_one_is_not() {
    let stage = Stage::bare();
    let broken = lines(&[json!({"t": 3, "type": "hangup", "data": {}})]);
    for text in ["no events\n", "{\"events\": 5}", "[1, 2]", &broken] {
        let ran = replay(&stage, text, &[]);
        assert_eq!(ran.ends(4)["error"]["kind"], "input", "{text}");
        assert_ne!(ran.summary()["broken"], 0, "{text}");
    }
    for text in ["", "\n", "[]", "{\"events\": []}"] {
        let ran = replay(&stage, text, &[]);
        assert_eq!((ran.code, ran.rows().len()), (Some(0), 0), "{ran}");
    }
}

#[test]
fn an_input_that_cannot_be_read_is_named() {
    let stage = Stage::bare();
    fs::create_dir(stage.path("directory")).expect("a directory");
    for name in ["missing.json", "directory"] {
        let value = stage.json(&["replay", name]).ends(4);
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(name), "{message}");
    }
}

#[test]
fn bad_values_are_told_before_anything_is_read() {
    let stage = Stage::bare();
    for speed in ["0", "-1", "fast", "inf"] {
        let speed = format!("--speed={speed}");
        let value = stage.json(&["replay", "missing.json", &speed]).ends(2);
        assert_eq!(value["error"]["kind"], "usage", "{speed}");
    }
    let value = stage.json(&["replay", "missing.json", "--base-time", "yesterday"]).ends(4);
    let message = value["error"]["message"].as_str().expect("a message");
    assert!(message.starts_with("--base-time: "), "{message}");
}

#[test]
fn a_mistake_in_the_settings_is_told_although_none_are_needed() {
    let stage = Stage::bare();
    stage.write("events", &lines(&missed("375291112233")), 0o600);
    for (text, parts) in [
        ("\npbx_extensions = \"1[0-9\"\n", ["line 2", "pbx_extensions"]),
        ("pbx_timezone = \"Minsk\"\n", ["line 1", "pbx_timezone"]),
        ("default_region = \"ZZ\"\n", ["line 1", "default_region"]),
    ] {
        stage.configure(text);
        let error = stage.json(&["replay", "events"]).ends(3)["error"].clone();
        let message = error["message"].as_str().expect("a message");
        let all = parts.into_iter().chain(["vochi-crm.toml, "]);
        all.for_each(|part| assert!(message.contains(part), "{error}"));
    }
    stage.configure("");
    stage.json(&["--config", "missing.toml", "replay", "events"]).ends(3);
    let mut command = stage.command(&["--output", "json", "replay", "events"]);
    command.env("VOCHI_CRM_PBX_EXTENSIONS", "(");
    let told = Ran::of(command).ends(3).to_string();
    assert!(told.contains("VOCHI_CRM_PBX_EXTENSIONS"), "{told}");
}
