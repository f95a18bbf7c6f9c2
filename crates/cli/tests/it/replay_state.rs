//! `replay --state`: calls that go on from one run to the next.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::replay::{fixture, lines, missed, replay};
use crate::support::{Ran, Stage};

const STATE: &[&str] = &["--state", "open-calls.json"];
const ANSWERED: &str = "asterisk/in_attended_transfer_accepted";

/// The events of a fixture.
fn events(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture(name)).expect("a fixture");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    whole["events"].as_array().expect("events").clone()
}

/// Replays events with a state file.
#[track_caller]
fn part(stage: &Stage, events: &[Value], more: &[&str]) -> Ran {
    let ran = replay(stage, &lines(events), &[STATE, more].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    ran
}

fn forget(stage: &Stage) {
    fs::remove_file(stage.path("open-calls.json")).ok();
}

#[test]
fn call_cut_in_its_middle_is_understood_as_a_whole() {
    let stage = Stage::bare();
    let with_stamps: Vec<Value> = events("asterisk-ami/in_blind_transfer_refer_answered");
    for (all, first, second) in [
        (events(ANSWERED), &[][..], &[][..]),
        (missed("375291112233"), &[], &[]),
        (missed("375291112233"), &["--base-time", "2026-03-01T08:00:00Z"], &[]),
        (missed("375291112233"), &[], &["--base-time", "2026-03-01T08:00:00Z"]),
        (with_stamps, &["--base-time", "2026-03-01T08:00:00Z"], &[]),
    ] {
        let whole = replay(&stage, &lines(&all), &[first, second].concat());
        let rows = whole.rows();
        assert_eq!(rows.len(), 1, "{whole}");
        // The first events of AMI are about no call.
        for cut in [all.len().min(4) / 2, all.len() / 3, all.len() / 2, all.len() * 2 / 3] {
            forget(&stage);
            let ran = part(&stage, &all[..cut], first);
            assert_eq!(ran.rows(), [] as [Value; 0], "cut {cut}: {ran}");
            assert_eq!(ran.summary()["unfinished"], 1, "cut {cut}: {ran}");
            let ran = part(&stage, &all[cut..], second);
            assert_eq!(ran.rows(), rows, "cut {cut}: {ran}");
            assert_eq!(ran.summary()["unfinished"], 0, "cut {cut}: {ran}");
        }
    }
}

#[test]
fn every_event_may_be_a_run_of_its_own() {
    let stage = Stage::bare();
    let all = events("asterisk/in_blind_transfer_no_answer");
    let rows = replay(&stage, &lines(&all), &[]).rows();
    let mut seen = Vec::new();
    for event in &all {
        seen.extend(part(&stage, std::slice::from_ref(event), &[]).rows());
    }
    assert_eq!(seen, rows);
}

#[test]
fn same_file_twice_records_nothing_twice() {
    let stage = Stage::new();
    let all = events(ANSWERED);
    let profile = ["--profile", "shop"];
    let ran = part(&stage, &all, &profile);
    assert_eq!(ran.value()["deliveries"][0]["recorded"], true, "{ran}");
    let requests = stage.requests();
    let ran = part(&stage, &all, &profile);
    assert_eq!(ran.rows(), [] as [Value; 0], "{ran}");
    assert_eq!(stage.requests(), requests, "neither record nor popup is sent again");
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn file_that_grew_is_taken_from_its_beginning() {
    let stage = Stage::new();
    let all = events(ANSWERED);
    let profile = ["--profile", "shop"];
    part(&stage, &all[..all.len() / 2], &profile);
    let row = part(&stage, &all, &profile).value();
    assert_eq!((&row["talk_seconds"], &row["wait_seconds"]), (&json!(65), &json!(8)), "{row}");
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn popups_and_records_are_those_of_one_run() {
    let all = events(ANSWERED);
    let profile = ["--profile", "shop", "--base-time", "2026-03-02T08:00:00Z"];
    let popups = |stage: &Stage| {
        let live = stage.sandbox.retailcrm().live();
        live.iter().map(|row| row.r#type.clone()).collect::<Vec<_>>()
    };
    let whole = Stage::new();
    replay(&whole, &lines(&all), &profile).ends(0);
    for cut in [1, 10, 20, 30] {
        let stage = Stage::new();
        part(&stage, &all[..cut], &profile);
        assert_eq!(stage.sandbox.retailcrm().calls(), [], "cut {cut}");
        part(&stage, &all[cut..], &profile);
        assert_eq!(popups(&stage), popups(&whole), "cut {cut}");
        let calls = stage.sandbox.retailcrm().calls();
        assert_eq!(calls.len(), 1, "cut {cut}");
        assert_eq!(calls[0].row.talk_seconds, Some(65), "cut {cut}");
        assert_eq!(stage.sandbox.refused(Crm::RetailCrm), []);
    }
}

#[test]
fn another_recording_begins_anew() {
    let stage = Stage::bare();
    let first = missed("375291112233");
    let start = part(&stage, &first, &[]).value()["started_at"].clone();
    assert_eq!(start, "2026-03-02T11:00:00Z");
    let mut second = missed("375291112244");
    for event in &mut second {
        event["data"]["UniqueId"] = json!("18.1");
    }
    second[2]["data"]["EndTime"] = json!("2026-03-03 12:00:26");
    let start = part(&stage, &second, &[]).value()["started_at"].clone();
    assert_eq!(start, "2026-03-03T12:00:00Z", "its seconds begin anew");
}

#[test]
fn call_without_any_time_is_over_now() {
    let stage = Stage::bare();
    let mut all = missed("375291112233");
    all[2]["data"]["EndTime"] = json!("");
    assert_eq!(part(&stage, &all[..2], &[]).summary()["unfinished"], 1);
    let row = part(&stage, &all[2..], &[]).value();
    assert_eq!(row["wait_seconds"], 26, "{row}");
    let start: vochi_crm::Timestamp = row["started_at"].as_str().unwrap().parse().unwrap();
    assert!(start > "2026-03-02T11:00:00Z".parse().unwrap(), "{row}");
}

#[test]
fn state_is_for_its_owner_and_replaced_as_a_whole() {
    let stage = Stage::bare();
    let path = stage.path("open-calls.json");
    for _ in 0..2 {
        part(&stage, &missed("375291112233")[..1], &[]);
        let mode = fs::metadata(&path).expect("a state file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let names: Vec<_> = stage.files().into_iter().map(|(path, _)| path).collect();
        assert_eq!(names.len(), 2, "events and state alone: {names:?}");
    }
}

#[test]
fn dry_run_reads_the_state_and_leaves_it() {
    let stage = Stage::new();
    let all = missed("375291112233");
    part(&stage, &all[..2], &[]);
    let before = stage.files();
    let ran =
        replay(&stage, &lines(&all[2..]), &[STATE, &["--dry-run", "--profile", "shop"]].concat());
    let requests = ran.ends(0)["requests"].clone();
    assert_eq!(requests.as_array().map(Vec::len), Some(3), "the whole call: {requests}");
    fs::remove_file(stage.path("events")).ok();
    let mut after = stage.files();
    after.retain(|file| before.contains(file));
    assert_eq!(after.len() + 1, before.len(), "all but the events is as it was");
}

#[test]
fn broken_or_foreign_state_is_an_error_and_stays() {
    let stage = Stage::bare();
    part(&stage, &missed("375291112233")[..2], &[]);
    let good = fs::read_to_string(stage.path("open-calls.json")).expect("a state file");
    let newer = good.replace("\"version\":1", "\"version\":2");
    assert_ne!(newer, good);
    for (text, why) in [
        ("", "broken state file"),
        ("{\"t\": 0}", "not a state file of replay"),
        ("[profile.shop]\n", "broken state file"),
        (&good[..good.len() / 2], "broken state file"),
        (&newer, "unsupported version 2"),
        (&good.replace("\"calls\"", "\"rows\""), "broken state file"),
    ] {
        stage.write("open-calls.json", text, 0o600);
        let error = replay(&stage, &lines(&missed("375291112233")), STATE).ends(4)["error"].clone();
        assert_eq!(error["kind"], "input", "{error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("open-calls.json: {why}")), "{message}");
        assert_eq!(fs::read_to_string(stage.path("open-calls.json")).unwrap(), text);
    }
}

#[test]
fn unwritable_state_is_an_error_before_anything_is_read() {
    let stage = Stage::bare();
    fs::create_dir(stage.path("directory")).expect("a directory");
    for path in ["directory", "missing/open-calls.json", "/dev/null/state"] {
        let value = stage.json(&["replay", "missing.json", "--state", path]).ends(3);
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("{path}: cannot be ")), "{message}");
    }
}

/// `replay -` with a state file, whose input stays open. Its first call is printed.
fn start_open(stage: &Stage, call: &[Value]) -> (Child, impl Sized + use<>) {
    let mut child = stage
        .command(&["--output", "json", "replay", "-"])
        .args(STATE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let mut over = missed("375291112244");
    for event in &mut over {
        event["data"]["UniqueId"] = json!("16.1");
        event["t"] = json!(event["t"].as_f64().unwrap() - 100.0);
    }
    over[2]["data"]["EndTime"] = json!("2026-03-02 10:58:46");
    stdin.write_all(lines(&[&over[..], call].concat()).as_bytes()).expect("it reads");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("an output");
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut line).expect("a line");
    assert!(line.contains("16.1"), "{line}");
    (child, (stdin, stdout))
}

#[test]
fn state_in_use_by_another_run_is_an_error() {
    let stage = Stage::bare();
    let call = missed("375291112233");
    let (mut child, pipes) = start_open(&stage, &call[..2]);
    let error = replay(&stage, &lines(&call[2..]), STATE).ends(3);
    assert!(error.to_string().contains("in use by another run"), "{error}");
    drop(pipes);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    part(&stage, &call[2..], &[]).value();
}

#[test]
fn run_that_is_stopped_leaves_its_calls_to_the_next() {
    for (signal, code) in [("-INT", 130), ("-TERM", 0)] {
        let stage = Stage::bare();
        let call = missed("375291112233");
        let (mut child, pipes) = start_open(&stage, &call[..2]);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        assert_eq!(child.wait().expect("an end").code(), Some(code), "{signal}");
        drop(pipes);
        let row = part(&stage, &call[2..], &[]).value();
        assert_eq!(
            (&row["call_id"], &row["wait_seconds"]),
            (&json!("17.1"), &json!(26)),
            "{signal}"
        );
        assert_eq!(row["started_at"], "2026-03-02T11:00:00Z", "{signal}");
    }
}

#[test]
fn played_time_begins_with_the_first_event_of_the_run() {
    let stage = Stage::bare();
    let mut call = missed("375291112233");
    part(&stage, &call[..2], &["--base-time", "2026-03-02T08:00:00Z"]);
    call[2]["t"] = json!(86_000);
    let began = std::time::Instant::now();
    let rows = part(&stage, &call[2..], &["--speed", "1"]).rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(began.elapsed().as_secs() < 60, "hours between two runs are not waited for");
}
