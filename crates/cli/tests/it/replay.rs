//! `replay`: what is understood of recorded events, and what is said of it.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Ran, Stage};

/// A recorded call of the repository's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    fixtures.join(format!("{name}.json"))
}

/// A call nobody takes, from a client at a line, as a dialplan tells of it.
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

/// Events as JSON lines.
pub(crate) fn lines(events: &[Value]) -> String {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

/// Replays a file of these contents.
pub(crate) fn replay(stage: &Stage, text: &str, more: &[&str]) -> Ran {
    stage.write("events", text, 0o600);
    let mut all = vec!["replay", "events"];
    all.extend(more);
    stage.json(&all)
}

/// Gives a command its standard input.
pub(crate) fn fed(mut command: Command, text: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("an end").into()
}

#[test]
fn a_call_of_a_dialplan_is_printed_with_all_its_keys() {
    let stage = Stage::bare();
    let path = fixture("asterisk/in_attended_transfer_accepted");
    let mut command = stage.command(&["--output", "json", "replay"]);
    command.arg(path).env("VOCHI_CRM_PBX_TIMEZONE", "Europe/Minsk");
    let ran = Ran::of(command);
    assert_eq!(
        ran.ends(0),
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
    assert_eq!(ran.stderr, "summary: events understood 37, unknown 0, broken 0; calls 1\n");
}

#[test]
fn a_call_of_ami_begins_where_the_file_says() {
    let stage = Stage::bare();
    let path = fixture("asterisk-ami/in_group_answered_systemname");
    let value = stage.json(&["replay", path.to_str().expect("a path")]).ends(0);
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
fn calls_without_a_readable_number_and_calls_among_employees_are_printed_too() {
    let stage = Stage::bare();
    let call = |name| {
        let path = fixture(name);
        stage.json(&["replay", path.to_str().expect("a path")]).ends(0)
    };
    let internal = call("asterisk/internal_answered");
    assert_eq!(internal["direction"], "internal");
    assert_eq!(internal["client_phone"], Value::Null);
    assert_eq!(internal["extensions"], json!(["150", "151"]));
    assert_eq!(call("asterisk-ami/in_anonymous_answered")["client_phone"], Value::Null);

    let ran = replay(&stage, &lines(&missed("MTS.BY")), &[]);
    let strange = ran.ends(0);
    assert_eq!(
        (&strange["client_phone"], &strange["client_raw"]),
        (&Value::Null, &json!("MTS.BY"))
    );
    assert!(ran.stderr.contains("warning: call 17.1: "), "{ran}");

    let lost = call("asterisk/in_lost_all_but_hangup");
    let warnings = lost["warnings"].to_string();
    assert!(warnings.contains("its talk time is unknown"), "{lost}");
    assert_eq!(lost["outcome"], "answered");
    assert_eq!((&lost["talk_seconds"], &lost["wait_seconds"]), (&Value::Null, &Value::Null));
}

#[test]
fn every_form_of_a_recording_reads_alike() {
    let stage = Stage::bare();
    let events = missed("375291112233");
    let forms = [
        lines(&events),
        Value::from(events.clone()).to_string(),
        format!("{:#}", Value::from(events.clone())),
        format!("{:#}", json!({"name": "a call", "events": events})),
    ];
    let first = replay(&stage, &forms[0], &[]).ends(0);
    assert_eq!(first["started_at"], "2026-03-02T11:00:00Z");
    for text in &forms {
        assert_eq!(replay(&stage, text, &[]).ends(0), first, "{text}");
        let command = stage.command(&["--output", "json", "replay", "-"]);
        assert_eq!(fed(command, text).ends(0), first, "{text}");
    }
}

#[test]
fn a_recording_begins_where_it_is_said_to() {
    let stage = Stage::bare();
    let begins = |text: &str, more: &[&str]| {
        let value = replay(&stage, text, more).ends(0);
        value["started_at"].as_str().expect("a time").to_owned()
    };
    let events = missed("375291112233");
    let whole = json!({"started_at": "2026-03-02T10:00:00+03:00", "events": events}).to_string();
    let told = ["--base-time", "2026-03-02T09:00:00+03:00"];
    assert_eq!(begins(&whole, &told), "2026-03-02T06:00:00Z", "the command line wins");
    assert_eq!(begins(&whole, &[]), "2026-03-02T07:00:00Z", "then the file");
    assert_eq!(begins(&lines(&events), &[]), "2026-03-02T11:00:00Z", "then a hangup");

    let mut dated = events.clone();
    let mut stamped = events.clone();
    let mut silent = events.clone();
    for (nth, event) in dated.iter_mut().enumerate() {
        event["t"] = json!(1_772_438_400.0 + 10.0 * f64::from(u8::try_from(nth).unwrap()));
    }
    assert_eq!(begins(&lines(&dated), &told), "2026-03-02T08:00:00Z", "a date is a date");
    let stamp = json!({"t": 5, "type": "CEL", "data": {"Timestamp": "1772438405.000000"}});
    stamped.insert(2, stamp);
    assert_eq!(begins(&lines(&stamped), &[]), "2026-03-02T08:00:00Z", "a stamp of AMI");
    silent[2]["data"]["EndTime"] = json!("");
    let before: vochi_crm::Timestamp = "2026-03-02T11:00:00Z".parse().unwrap();
    let begun: vochi_crm::Timestamp = begins(&lines(&silent), &[]).parse().unwrap();
    assert!(begun > before, "without any time it has just happened: {begun}");
}

#[test]
fn the_file_and_the_environment_say_how_the_pbx_writes() {
    let stage = Stage::bare();
    let mut events = missed("8029 111-22-33");
    events[1]["data"]["Extensions"] = json!(["ann"]);
    let text = lines(&events);
    let told = |variables: &[(&str, &str)]| {
        stage.write("events", &text, 0o600);
        let mut command = stage.command(&["--output", "json", "replay", "events"]);
        command.envs(variables.iter().copied());
        let value = Ran::of(command).ends(0);
        json!([value["client_phone"], value["started_at"], value["extensions"]])
    };
    let (here, there) = ("2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z");
    let known = told(&[]);
    assert_eq!(known[0], Value::Null, "a national number of nowhere");
    assert_eq!(known[1], "2026-03-02T11:00:00Z");
    assert_eq!(known[2], json!([]), "ann is no extension by default");

    stage.configure(
        "default_region = \"BY\"\npbx_timezone = \"Europe/Minsk\"\npbx_extensions = \"[a-z]{3}\"\n",
    );
    assert_eq!(told(&[]), json!(["+375291112233", here, ["ann"]]));
    assert_eq!(
        told(&[
            ("VOCHI_CRM_DEFAULT_REGION", "RU"),
            ("VOCHI_CRM_PBX_TIMEZONE", "+01:00"),
            ("VOCHI_CRM_PBX_EXTENSIONS", "[0-9]{3}"),
        ]),
        json!([null, there, []]),
    );
}

#[test]
fn the_speed_changes_nothing_but_the_time_it_takes() {
    let stage = Stage::bare();
    let mut events = missed("375291112233");
    // A call whose hangup is lost is over when nothing was heard of it for long enough.
    events.pop();
    events.push(json!({"t": 200_000, "type": "start", "data": {
        "UniqueId": "17.2", "Phone": "375291112234", "CallType": 0, "Trunk": "0001363"}}));
    let text = lines(&events);
    let base = ["--base-time", "2026-03-02T08:00:00Z"];
    let at_once = replay(&stage, &text, &base);
    let timed = replay(&stage, &text, &[&base[..], &["--speed", "1e9"]].concat());
    let rows = at_once.rows();
    assert_eq!(rows.len(), 2, "{at_once}");
    assert_eq!(rows[1]["unfinished"], true, "the last one goes on: {at_once}");
    assert_eq!(timed.stdout, at_once.stdout);
}

#[test]
fn people_read_a_line_per_call() {
    let stage = Stage::bare();
    let path = fixture("asterisk-ami/in_attended_transfer_by_ami");
    let ran = stage.run(&["replay", path.to_str().expect("a path")]);
    let shown: Vec<Vec<&str>> = ran
        .stdout
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let [heads, call] = shown.as_slice() else { panic!("{ran}") };
    assert_eq!(heads.len(), call.len(), "{ran}");
    assert_eq!(heads[..2], ["STARTED", "CALL"]);
    assert_eq!(call[2..5], ["in", "+375291110100", "375172000110"]);
    assert_eq!(call[5..], ["answered", "150, 152", "3", "22", "attended to 152"]);
    assert!(ran.stderr.starts_with("summary: "), "{ran}");
    assert_eq!(ran.code, Some(0));
}

#[test]
fn calls_are_printed_as_they_end_and_ctrl_c_ends_the_waiting() {
    let stage = Stage::bare();
    let call = missed("375291112233");
    let later = json!({"t": 60, "type": "start", "data": {
        "UniqueId": "17.2", "Phone": "375291112234", "CallType": 0, "Trunk": "0001363"}});
    let followed = [&call[..], &[later]].concat();
    // A later event ends the call, and where time is played, time does.
    for (events, speed) in [(followed, &[][..]), (call, &["--speed", "1e6"])] {
        let mut child = stage
            .command(&["--output", "json", "replay", "-"])
            .args(speed)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("an input");
        stdin.write_all(lines(&events).as_bytes()).expect("it reads");
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
