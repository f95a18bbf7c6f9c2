//! `replay`: calls and output.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Run, TestEnv};

/// Returns the path of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    fixtures.join(format!("{name}.json"))
}

/// Returns a dialplan's events of a missed call.
pub(crate) fn missed(client: &str) -> Vec<Value> {
    let event = |t: f64, kind: &str, more: Value| {
        let mut data =
            json!({"UniqueId": "17.1", "Phone": client, "CallType": 0, "Trunk": "0001363"});
        let fields = data.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        json!({"t": t, "type": kind, "data": data})
    };
    vec![
        event(0.0, "start", json!({})),
        event(1.0, "dial", json!({"Extensions": ["151"]})),
        event(26.0, "hangup", json!({"CallStatus": "0", "EndTime": "2026-03-02 11:00:26"})),
    ]
}

/// Formats events as JSON lines.
pub(crate) fn lines(events: &[Value]) -> String {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

/// Replays a file with this content.
pub(crate) fn replay(env: &TestEnv, text: &str, more: &[&str]) -> Run {
    env.write("events", text, 0o600);
    let mut all = vec!["replay", "events"];
    all.extend(more);
    env.json(&all)
}

/// Runs a command with a text on standard input.
pub(crate) fn with_input(mut command: Command, text: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(text.as_bytes()).expect("the input can be written");
    drop(stdin);
    child.wait_with_output().expect("an end").into()
}

#[test]
fn dialplan_call_has_all_keys() {
    let env = TestEnv::bare();
    let path = fixture("asterisk/in_attended_transfer_accepted");
    let mut command = env.command(&["--output", "json", "replay"]);
    command.arg(path).env("VOCHI_CRM_PBX_TIMEZONE", "Europe/Minsk");
    let run = Run::of(command);
    assert_eq!(
        run.exits(0),
        json!({
            "ok": true, "call_id": "1757773838.143", "direction": "in",
            "client_phone": "+375440015769", "client_raw": "375440015769", "line": "0001363",
            "outcome": "answered", "reason": null, "answered_by": "151",
            "talked_with": ["151", "152"], "extensions": ["150", "151", "152"],
            "talk_seconds": 65, "wait_seconds": 8,
            "started_at": "2025-09-13T14:30:37.1Z", "ended_at": "2025-09-13T14:31:50.1Z",
            "transfer": "attended", "transfer_result": "accepted", "transferred_to": "152",
            "tenant": "375291112233", "recording_id": "1757773838.143", "deliveries": [],
        }),
    );
    assert_eq!(run.stderr, "summary: events understood 37, unknown 0, broken 0; calls 1\n");
}

#[test]
fn ami_call_uses_started_at_of_the_file() {
    let env = TestEnv::bare();
    let path = fixture("asterisk-ami/in_group_answered_systemname");
    let value = env.json(&["replay", path.to_str().expect("a path")]).exits(0);
    assert_eq!(
        value,
        json!({
            "ok": true, "call_id": "pbx1-1795171066.4080", "direction": "in",
            "client_phone": "+375291110028", "client_raw": "375291110028", "line": "375172000111",
            "outcome": "answered", "reason": null, "answered_by": "152",
            "talked_with": ["152"], "extensions": ["150", "151", "152"],
            "talk_seconds": 7, "wait_seconds": 4,
            "started_at": "2026-11-20T10:37:46.915Z", "ended_at": "2026-11-20T10:37:57.931Z",
            "transfer": "none", "transfer_result": null, "transferred_to": null,
            "tenant": "pbx1", "recording_id": "pbx1-1795171066.4080", "deliveries": [],
        }),
    );
}

#[test]
fn hidden_and_internal_calls_are_printed() {
    let env = TestEnv::bare();
    let call = |name| {
        let path = fixture(name);
        env.json(&["replay", path.to_str().expect("a path")]).exits(0)
    };
    let internal = call("asterisk/internal_answered");
    assert_eq!(internal["direction"], "internal");
    assert_eq!(internal["client_phone"], Value::Null);
    assert_eq!(internal["extensions"], json!(["150", "151"]));
    assert_eq!(call("asterisk-ami/in_anonymous_answered")["client_phone"], Value::Null);

    let run = replay(&env, &lines(&missed("MTS.BY")), &[]);
    let strange = run.exits(0);
    assert_eq!(
        (&strange["client_phone"], &strange["client_raw"]),
        (&Value::Null, &json!("MTS.BY"))
    );
    assert!(run.stderr.contains("warning: call 17.1: "), "{run}");

    let lost = call("asterisk/in_lost_all_but_hangup");
    let warnings = lost["warnings"].to_string();
    assert!(warnings.contains("its talk time is unknown"), "{lost}");
    assert_eq!(lost["outcome"], "answered");
    assert_eq!((&lost["talk_seconds"], &lost["wait_seconds"]), (&Value::Null, &Value::Null));
}

#[test]
fn every_input_format_gives_the_same_call() {
    let env = TestEnv::bare();
    let events = missed("375291112233");
    let forms = [
        lines(&events),
        Value::from(events.clone()).to_string(),
        format!("{:#}", Value::from(events.clone())),
        format!("{:#}", json!({"name": "a call", "events": events})),
    ];
    let first = replay(&env, &forms[0], &[]).exits(0);
    assert_eq!(first["started_at"], "2026-03-02T11:00:00Z");
    for text in &forms {
        assert_eq!(replay(&env, text, &[]).exits(0), first, "{text}");
        let command = env.command(&["--output", "json", "replay", "-"]);
        assert_eq!(with_input(command, text).exits(0), first, "{text}");
    }
}

#[test]
fn start_time_has_an_order_of_sources() {
    let env = TestEnv::bare();
    let begins = |text: &str, more: &[&str]| {
        let value = replay(&env, text, more).exits(0);
        value["started_at"].as_str().expect("a time").to_owned()
    };
    let events = missed("375291112233");
    let whole = json!({"started_at": "2026-03-02T10:00:00+03:00", "events": events}).to_string();
    let base = ["--base-time", "2026-03-02T09:00:00+03:00"];
    assert_eq!(begins(&whole, &base), "2026-03-02T06:00:00Z", "the command line has precedence");
    assert_eq!(begins(&whole, &[]), "2026-03-02T07:00:00Z", "then the file");
    assert_eq!(begins(&lines(&events), &[]), "2026-03-02T11:00:00Z", "then a hangup");

    let mut dated = events.clone();
    let mut stamped = events.clone();
    let mut silent = events.clone();
    for (nth, event) in dated.iter_mut().enumerate() {
        event["t"] = json!(1_772_438_400.0 + 10.0 * f64::from(u8::try_from(nth).unwrap()));
    }
    assert_eq!(begins(&lines(&dated), &base), "2026-03-02T08:00:00Z", "dated events need no start");
    let stamp = json!({"t": 5, "type": "CEL", "data": {"Timestamp": "1772438405.000000"}});
    stamped.insert(2, stamp);
    assert_eq!(begins(&lines(&stamped), &[]), "2026-03-02T08:00:00Z", "AMI's Timestamp");
    silent[2]["data"]["EndTime"] = json!("");
    let before: vochi_crm::Timestamp = "2026-03-02T11:00:00Z".parse().unwrap();
    let started: vochi_crm::Timestamp = begins(&lines(&silent), &[]).parse().unwrap();
    assert!(started > before, "without any time the last event is now: {started}");
}

#[test]
fn settings_define_how_events_are_read() {
    let env = TestEnv::bare();
    let mut events = missed("8029 111-22-33");
    events[1]["data"]["Extensions"] = json!(["ann"]);
    let text = lines(&events);
    let read = |variables: &[(&str, &str)]| {
        env.write("events", &text, 0o600);
        let mut command = env.command(&["--output", "json", "replay", "events"]);
        command.envs(variables.iter().copied());
        let value = Run::of(command).exits(0);
        json!([value["client_phone"], value["started_at"], value["extensions"]])
    };
    let (here, there) = ("2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z");
    let known = read(&[]);
    assert_eq!(known[0], Value::Null, "a national number without a region");
    assert_eq!(known[1], "2026-03-02T11:00:00Z");
    assert_eq!(known[2], json!([]), "ann does not match the default pattern");

    env.configure(
        "default_region = \"BY\"\npbx_timezone = \"Europe/Minsk\"\npbx_extensions = \"[a-z]{3}\"\n",
    );
    assert_eq!(read(&[]), json!(["+375291112233", here, ["ann"]]));
    assert_eq!(
        read(&[
            ("VOCHI_CRM_DEFAULT_REGION", "RU"),
            ("VOCHI_CRM_PBX_TIMEZONE", "+01:00"),
            ("VOCHI_CRM_PBX_EXTENSIONS", "[0-9]{3}"),
        ]),
        json!([null, there, []]),
    );
}

#[test]
fn speed_does_not_change_the_result() {
    let env = TestEnv::bare();
    let mut events = missed("375291112233");
    // A call without a hangup ends by a timeout.
    events.pop();
    events.push(json!({"t": 200_000, "type": "start", "data": {
        "UniqueId": "17.2", "Phone": "375291112234", "CallType": 0, "Trunk": "0001363"}}));
    let text = lines(&events);
    let base = ["--base-time", "2026-03-02T08:00:00Z"];
    let at_once = replay(&env, &text, &base);
    let timed = replay(&env, &text, &[&base[..], &["--speed", "1e9"]].concat());
    let rows = at_once.rows();
    assert_eq!(rows.len(), 2, "{at_once}");
    assert_eq!(rows[1]["unfinished"], true, "the last call is unfinished: {at_once}");
    assert_eq!(timed.stdout, at_once.stdout);
}

#[test]
fn human_output_is_a_line_per_call() {
    let env = TestEnv::bare();
    let path = fixture("asterisk-ami/in_attended_transfer_by_ami");
    let run = env.run(&["replay", path.to_str().expect("a path")]);
    let shown: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let [heads, call] = shown.as_slice() else { panic!("{run}") };
    assert_eq!(heads.len(), call.len(), "{run}");
    assert_eq!(heads[..2], ["STARTED", "CALL"]);
    assert_eq!(call[2..5], ["in", "+375291110100", "375172000110"]);
    assert_eq!(call[5..], ["answered", "150, 152", "3", "22", "attended to 152"]);
    assert!(run.stderr.starts_with("summary: "), "{run}");
    assert_eq!(run.code, Some(0));
}

#[test]
fn calls_are_printed_while_input_is_open() {
    let env = TestEnv::bare();
    let call = missed("375291112233");
    let later = json!({"t": 60, "type": "start", "data": {
        "UniqueId": "17.2", "Phone": "375291112234", "CallType": 0, "Trunk": "0001363"}});
    let followed = [&call[..], &[later]].concat();
    // The call ends by a later event or, with --speed, by its timeout.
    for (events, speed) in [(followed, &[][..]), (call, &["--speed", "1e6"])] {
        let mut child = env
            .command(&["--output", "json", "replay", "-"])
            .args(speed)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("an input");
        stdin.write_all(lines(&events).as_bytes()).expect("the input can be written");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("an output"))
            .read_line(&mut line)
            .expect("a line");
        assert!(line.contains("17.1"), "the input is still open: {line}");
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        assert_eq!(child.wait().expect("an end").code(), Some(130));
        drop(stdin);
    }
}
