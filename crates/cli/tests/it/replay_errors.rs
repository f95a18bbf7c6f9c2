//! `replay`: invalid events, files and settings.

use std::fs;

use serde_json::json;

use crate::replay::{lines, missed, replay};
use crate::support::{Run, TestEnv};

#[test]
fn broken_and_unknown_entries_are_skipped() {
    let env = TestEnv::bare();
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
    let run = replay(&env, &text, &[]);
    assert_eq!(run.exits(0)["outcome"], "missed");
    let printed: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(printed.len(), 4, "{run}");
    for (line, part) in printed.iter().zip([
        "warning: line 2: invalid JSON at column 2: ",
        "warning: line 4: missing or invalid `data`",
        "warning: line 8: hangup: missing UniqueId",
        "summary: events understood 3, unknown 3 (Weather 2, sunshine 1), broken 3; calls 1",
    ]) {
        assert!(line.starts_with(part), "{part}: {run}");
    }
    assert_eq!(replay(&env, &text, &["-q"]).stderr, "");

    let entries = json!([events[0], 5, events[2]]).to_string();
    let run = replay(&env, &entries, &[]);
    run.exits(0);
    assert!(run.stderr.contains("warning: event 2: not a JSON object"), "{run}");
}

#[test]
fn input_without_valid_event_is_bad_input() {
    let env = TestEnv::bare();
    let broken = lines(&[json!({"t": 3, "type": "hangup", "data": {}})]);
    for text in ["no events\n", "{\"events\": 5}", "[1, 2]", &broken] {
        let run = replay(&env, text, &[]);
        assert_eq!(run.exits(4)["error"]["kind"], "input", "{text}");
        assert_ne!(run.summary()["broken"], 0, "{text}");
    }
    for text in ["", "\n", "[]", "{\"events\": []}"] {
        let run = replay(&env, text, &[]);
        assert_eq!((run.code, run.rows().len()), (Some(0), 0), "{run}");
    }
}

#[test]
fn unreadable_input_is_named() {
    let env = TestEnv::bare();
    fs::create_dir(env.path("directory")).expect("a directory");
    for name in ["missing.json", "directory"] {
        let value = env.json(&["replay", name]).exits(4);
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(name), "{message}");
    }
}

#[test]
fn invalid_options_are_reported_before_reading() {
    let env = TestEnv::bare();
    for speed in ["0", "-1", "fast", "inf"] {
        let speed = format!("--speed={speed}");
        let value = env.json(&["replay", "missing.json", &speed]).exits(2);
        assert_eq!(value["error"]["kind"], "usage", "{speed}");
    }
    let value = env.json(&["replay", "missing.json", "--base-time", "yesterday"]).exits(4);
    let message = value["error"]["message"].as_str().expect("a message");
    assert!(message.starts_with("--base-time: "), "{message}");
}

#[test]
fn invalid_settings_are_reported_without_profile() {
    let env = TestEnv::bare();
    env.write("events", &lines(&missed("375291112233")), 0o600);
    for (text, parts) in [
        ("\npbx_extensions = \"1[0-9\"\n", ["line 2", "pbx_extensions"]),
        ("pbx_timezone = \"Minsk\"\n", ["line 1", "pbx_timezone"]),
        ("default_region = \"ZZ\"\n", ["line 1", "default_region"]),
    ] {
        env.configure(text);
        let error = env.json(&["replay", "events"]).exits(3)["error"].clone();
        let message = error["message"].as_str().expect("a message");
        let all = parts.into_iter().chain(["vochi-crm.toml, "]);
        all.for_each(|part| assert!(message.contains(part), "{error}"));
    }
    env.configure("");
    env.json(&["--config", "missing.toml", "replay", "events"]).exits(3);
    let mut command = env.command(&["--output", "json", "replay", "events"]);
    command.env("VOCHI_CRM_PBX_EXTENSIONS", "(");
    let printed = Run::of(command).exits(3).to_string();
    assert!(printed.contains("VOCHI_CRM_PBX_EXTENSIONS"), "{printed}");
}
