//! `replay --state`: calls that span several runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::replay::{fixture, lines, missed, replay};
use crate::support::{Run, TestEnv};

const STATE: &[&str] = &["--state", "open-calls.json"];
const ANSWERED: &str = "asterisk/in_attended_transfer_accepted";

/// Returns the events of a fixture.
fn events(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture(name)).expect("a fixture");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    whole["events"].as_array().expect("events").clone()
}

/// Replays events with a state file.
#[track_caller]
fn part(env: &TestEnv, events: &[Value], more: &[&str]) -> Run {
    let run = replay(env, &lines(events), &[STATE, more].concat());
    assert_eq!(run.code, Some(0), "{run}");
    run
}

fn forget(env: &TestEnv) {
    fs::remove_file(env.path("open-calls.json")).ok();
}

#[test]
fn call_split_across_runs_is_complete() {
    let env = TestEnv::bare();
    let with_stamps: Vec<Value> = events("asterisk-ami/in_blind_transfer_refer_answered");
    for (all, first, second) in [
        (events(ANSWERED), &[][..], &[][..]),
        (missed("375291112233"), &[], &[]),
        (missed("375291112233"), &["--base-time", "2026-03-01T08:00:00Z"], &[]),
        (missed("375291112233"), &[], &["--base-time", "2026-03-01T08:00:00Z"]),
        (with_stamps, &["--base-time", "2026-03-01T08:00:00Z"], &[]),
    ] {
        let whole = replay(&env, &lines(&all), &[first, second].concat());
        let rows = whole.rows();
        assert_eq!(rows.len(), 1, "{whole}");
        // The first events of AMI concern no call.
        for cut in [all.len().min(4) / 2, all.len() / 3, all.len() / 2, all.len() * 2 / 3] {
            forget(&env);
            let run = part(&env, &all[..cut], first);
            assert_eq!(run.rows(), [] as [Value; 0], "cut {cut}: {run}");
            assert_eq!(run.summary()["unfinished"], 1, "cut {cut}: {run}");
            let run = part(&env, &all[cut..], second);
            assert_eq!(run.rows(), rows, "cut {cut}: {run}");
            assert_eq!(run.summary()["unfinished"], 0, "cut {cut}: {run}");
        }
    }
}

#[test]
fn one_event_per_run_gives_the_same_call() {
    let env = TestEnv::bare();
    let all = events("asterisk/in_blind_transfer_no_answer");
    let rows = replay(&env, &lines(&all), &[]).rows();
    let mut seen = Vec::new();
    for event in &all {
        seen.extend(part(&env, std::slice::from_ref(event), &[]).rows());
    }
    assert_eq!(seen, rows);
}

#[test]
fn same_file_twice_records_once() {
    let env = TestEnv::new();
    let all = events(ANSWERED);
    let profile = ["--profile", "shop"];
    let run = part(&env, &all, &profile);
    assert_eq!(run.value()["deliveries"][0]["recorded"], true, "{run}");
    let requests = env.requests();
    let run = part(&env, &all, &profile);
    assert_eq!(run.rows(), [] as [Value; 0], "{run}");
    assert_eq!(env.requests(), requests, "neither record nor popup is repeated");
    assert_eq!(env.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn grown_file_can_be_replayed_from_start() {
    let env = TestEnv::new();
    let all = events(ANSWERED);
    let profile = ["--profile", "shop"];
    part(&env, &all[..all.len() / 2], &profile);
    let row = part(&env, &all, &profile).value();
    assert_eq!((&row["talk_seconds"], &row["wait_seconds"]), (&json!(65), &json!(8)), "{row}");
    assert_eq!(env.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn split_runs_send_what_one_run_sends() {
    let all = events(ANSWERED);
    let profile = ["--profile", "shop", "--base-time", "2026-03-02T08:00:00Z"];
    let popups = |env: &TestEnv| {
        let live = env.sandbox.retailcrm().live();
        live.iter().map(|row| row.r#type.clone()).collect::<Vec<_>>()
    };
    let whole = TestEnv::new();
    replay(&whole, &lines(&all), &profile).exits(0);
    for cut in [1, 10, 20, 30] {
        let env = TestEnv::new();
        part(&env, &all[..cut], &profile);
        assert_eq!(env.sandbox.retailcrm().calls(), [], "cut {cut}");
        part(&env, &all[cut..], &profile);
        assert_eq!(popups(&env), popups(&whole), "cut {cut}");
        let calls = env.sandbox.retailcrm().calls();
        assert_eq!(calls.len(), 1, "cut {cut}");
        assert_eq!(calls[0].row.talk_seconds, Some(65), "cut {cut}");
        assert_eq!(env.sandbox.refused(Crm::RetailCrm), []);
    }
}

#[test]
fn another_recording_has_its_own_start() {
    let env = TestEnv::bare();
    let first = missed("375291112233");
    let start = part(&env, &first, &[]).value()["started_at"].clone();
    assert_eq!(start, "2026-03-02T11:00:00Z");
    let mut second = missed("375291112244");
    for event in &mut second {
        event["data"]["UniqueId"] = json!("18.1");
    }
    second[2]["data"]["EndTime"] = json!("2026-03-03 12:00:26");
    let start = part(&env, &second, &[]).value()["started_at"].clone();
    assert_eq!(start, "2026-03-03T12:00:00Z", "its offsets have their own start");
}

#[test]
fn call_without_any_time_ends_now() {
    let env = TestEnv::bare();
    let mut all = missed("375291112233");
    all[2]["data"]["EndTime"] = json!("");
    assert_eq!(part(&env, &all[..2], &[]).summary()["unfinished"], 1);
    let row = part(&env, &all[2..], &[]).value();
    assert_eq!(row["wait_seconds"], 26, "{row}");
    let start: vochi_crm::Timestamp = row["started_at"].as_str().unwrap().parse().unwrap();
    assert!(start > "2026-03-02T11:00:00Z".parse().unwrap(), "{row}");
}

#[test]
fn state_file_is_private_and_replaced_atomically() {
    let env = TestEnv::bare();
    let path = env.path("open-calls.json");
    for _ in 0..2 {
        part(&env, &missed("375291112233")[..1], &[]);
        let mode = fs::metadata(&path).expect("a state file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let names: Vec<_> = env.files().into_iter().map(|(path, _)| path).collect();
        assert_eq!(names.len(), 2, "only events and state: {names:?}");
    }
}

#[test]
fn dry_run_leaves_state_unchanged() {
    let env = TestEnv::new();
    let all = missed("375291112233");
    part(&env, &all[..2], &[]);
    let before = env.files();
    let run =
        replay(&env, &lines(&all[2..]), &[STATE, &["--dry-run", "--profile", "shop"]].concat());
    let requests = run.exits(0)["requests"].clone();
    assert_eq!(requests.as_array().map(Vec::len), Some(3), "the whole call: {requests}");
    fs::remove_file(env.path("events")).ok();
    let mut after = env.files();
    after.retain(|file| before.contains(file));
    assert_eq!(after.len() + 1, before.len(), "only the events file has changed");
}

#[test]
fn invalid_state_is_an_error_and_unchanged() {
    let env = TestEnv::bare();
    part(&env, &missed("375291112233")[..2], &[]);
    let good = fs::read_to_string(env.path("open-calls.json")).expect("a state file");
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
        env.write("open-calls.json", text, 0o600);
        let error = replay(&env, &lines(&missed("375291112233")), STATE).exits(4)["error"].clone();
        assert_eq!(error["kind"], "input", "{error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("open-calls.json: {why}")), "{message}");
        assert_eq!(fs::read_to_string(env.path("open-calls.json")).unwrap(), text);
    }
}

#[test]
fn unwritable_state_is_reported_before_reading() {
    let env = TestEnv::bare();
    fs::create_dir(env.path("directory")).expect("a directory");
    for path in ["directory", "missing/open-calls.json", "/dev/null/state"] {
        let value = env.json(&["replay", "missing.json", "--state", path]).exits(3);
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("{path}: cannot be ")), "{message}");
    }
}

/// Starts `replay -` with a state file and open input, and waits for its first call.
fn start_open(env: &TestEnv, call: &[Value]) -> (Child, impl Sized + use<>) {
    let mut child = env
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
    stdin
        .write_all(lines(&[&over[..], call].concat()).as_bytes())
        .expect("the input can be written");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("an output");
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut line).expect("a line");
    assert!(line.contains("16.1"), "{line}");
    (child, (stdin, stdout))
}

#[test]
fn state_in_use_is_an_error() {
    let env = TestEnv::bare();
    let call = missed("375291112233");
    let (mut child, pipes) = start_open(&env, &call[..2]);
    let error = replay(&env, &lines(&call[2..]), STATE).exits(3);
    assert!(error.to_string().contains("in use by another run"), "{error}");
    drop(pipes);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    part(&env, &call[2..], &[]).value();
}

#[test]
fn stopped_run_saves_its_calls() {
    for (signal, code) in [("-INT", 130), ("-TERM", 0)] {
        let env = TestEnv::bare();
        let call = missed("375291112233");
        let (mut child, pipes) = start_open(&env, &call[..2]);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        assert_eq!(child.wait().expect("an end").code(), Some(code), "{signal}");
        drop(pipes);
        let row = part(&env, &call[2..], &[]).value();
        assert_eq!(
            (&row["call_id"], &row["wait_seconds"]),
            (&json!("17.1"), &json!(26)),
            "{signal}"
        );
        assert_eq!(row["started_at"], "2026-03-02T11:00:00Z", "{signal}");
    }
}

#[test]
fn pace_starts_with_first_event_of_the_run() {
    let env = TestEnv::bare();
    let mut call = missed("375291112233");
    part(&env, &call[..2], &["--base-time", "2026-03-02T08:00:00Z"]);
    call[2]["t"] = json!(86_000);
    let began = std::time::Instant::now();
    let rows = part(&env, &call[2..], &["--speed", "1"]).rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(began.elapsed().as_secs() < 60, "the time between two runs is not waited for");
}
