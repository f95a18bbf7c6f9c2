//! `settle`: pending work after outages, kills and late events.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{CALL_EVENT, Run, TestEnv, UPLOAD};

const CALL: &str = "17.1";
const PHONE: &str = "+375446370646";
const RING: [&str; 8] = ["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"];
const HANGUP: [&str; 5] = ["call-event", "hangup", "--call-id", CALL, "--record"];
const MISSED: [&str; 13] = [
    "call-log",
    "--call-id",
    CALL,
    "--phone",
    PHONE,
    "--direction",
    "in",
    "--started-at",
    "2026-03-02T11:00:00+03:00",
    "--outcome",
    "missed",
    "--ext",
    "151",
];

/// Runs `settle` and returns its rows and its summary.
#[track_caller]
fn settle(env: &TestEnv, code: i32, arguments: &[&str]) -> (Vec<Value>, Value) {
    let all: Vec<&str> = ["settle"].iter().chain(arguments).copied().collect();
    let run = env.json(&all);
    assert_eq!(run.code, Some(code), "{run}");
    let mut rows: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let last = rows.pop().expect("a last line");
    assert_eq!(last["summary"], true, "{run}");
    (rows, last)
}

fn summary(sent: u32, pending: u32, failed: u32) -> Value {
    json!({"summary": true, "sent": sent, "pending": pending, "failed": failed})
}

pub(crate) fn start(env: &TestEnv, arguments: &[&str]) -> Child {
    let mut command = env.command(&["--output", "json"]);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

/// Waits until the stand-in has received this many requests.
fn await_requests(env: &TestEnv, count: usize) {
    let began = Instant::now();
    while env.requests() < count {
        assert!(began.elapsed() < Duration::from_secs(60), "no request came");
        std::thread::yield_now();
    }
}

fn popups(env: &TestEnv) -> Vec<String> {
    env.sandbox.retailcrm().live().into_iter().map(|row| row.r#type).collect()
}

fn recorded(env: &TestEnv) -> usize {
    env.sandbox.retailcrm().calls().len()
}

#[test]
fn nothing_pending_is_a_success() {
    let env = TestEnv::new();
    assert_eq!(settle(&env, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn record_is_sent_when_the_crm_is_back() {
    let env = TestEnv::new();
    env.json(&RING).exits(0);
    let mut unreachable = env.command(&["--output", "json"]);
    unreachable.args(HANGUP).env("VOCHI_CRM_URL", "http://127.0.0.1:9");
    let value = Run::of(unreachable).exits(7);
    assert_eq!(value["error"]["effect"], "not_applied", "{value}");
    env.fault(|fault| fault.path(UPLOAD).status(503));
    let (rows, last) = settle(&env, 7, &[]);
    assert_eq!(last, summary(0, 1, 0));
    assert_eq!(rows[0]["error"]["kind"], "rate_limited", "{rows:?}");
    let (rows, last) = settle(&env, 0, &[]);
    assert_eq!(last, summary(1, 0, 0));
    let wanted = json!({
        "ok": true, "state": "sent", "profile": "shop", "call_id": CALL, "kind": "record",
        "recorded": true, "attempts": 3, "error": null,
    });
    assert_eq!(rows, [wanted]);
    assert_eq!(recorded(&env), 1);
    assert_eq!(settle(&env, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn end_before_start_waits_for_the_start() {
    let env = TestEnv::new();
    let end = env.json(&HANGUP).exits(0);
    assert_eq!(end["recorded"], false);
    assert!(end["warnings"].to_string().contains("record_pending"), "{end}");
    let (rows, last) = settle(&env, 0, &[]);
    assert_eq!((&rows[0]["ok"], &rows[0]["error"]), (&json!(true), &Value::Null), "{rows:?}");
    assert_eq!((&rows[0]["state"], last), (&json!("pending"), summary(0, 1, 0)));
    let shown = env.run(&["settle"]).stdout;
    assert!(shown.starts_with("pending") && !shown.contains("\nsent"), "{shown}");

    let ring = env.json(&RING).exits(0);
    assert_eq!(ring["recorded"], true, "{ring}");
    assert_eq!(popups(&env), Vec::<String>::new(), "no popup is shown after the end");
    let call = env.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!((call.extension.as_deref(), call.outcome), (Some("151"), Some("missed")));
    assert_eq!(settle(&env, 0, &[]).1, summary(0, 0, 0));
}

#[test]
fn record_without_start_is_reported_and_kept() {
    let env = TestEnv::new();
    env.json(&HANGUP).exits(0);
    // Make the stored pending work older than a minute.
    let path = env.path(".local/state/vochi-crm/shop/.pending/17.1.json");
    let mut stored: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    stored["document"]["entries"]["record"]["first_due"] = json!("2026-03-02T08:00:00Z");
    let recent = stored.to_string().replace("2026-03-02T08:00:00Z", &minutes_ago(2));
    std::fs::write(&path, recent).unwrap();
    let (rows, last) = settle(&env, 4, &[]);
    assert_eq!((&rows[0]["error"]["kind"], last), (&json!("input"), summary(0, 0, 1)));
    settle(&env, 4, &[]);
    assert_eq!(env.json(&RING).exits(0)["recorded"], true, "it is still pending");
}

fn minutes_ago(minutes: u64) -> String {
    let now = std::time::SystemTime::now() - Duration::from_secs(60 * minutes);
    let millis = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let millis = i64::try_from(millis).unwrap();
    vochi_crm::Timestamp::from_unix_millis(millis).to_string()
}

#[test]
fn simultaneous_start_and_end_are_one_record() {
    for (round, crm) in
        (0..6).zip(["retailcrm", "retailcrm", "retailcrm", "kontur", "kontur", "kontur"])
    {
        let env = env_of(crm);
        let order: [&[&str]; 2] = if round % 2 == 0 { [&RING, &HANGUP] } else { [&HANGUP, &RING] };
        let running = order.map(|arguments| start(&env, arguments));
        let ended = running.map(|child| Run::from(child.wait_with_output().expect("an end")));
        let values = ended.map(|run| run.exits(0));
        let whole = values.iter().any(|value| value["recorded"] == true);
        assert!(whole, "{crm} {round}: {values:?}");
        assert_eq!(history(&env, crm), [("missed".to_owned(), "151".to_owned())], "{crm} {round}");
        assert_eq!(settle(&env, 0, &[]).1, summary(0, 0, 0), "{crm} {round}");
    }
}

#[test]
fn events_in_any_order_are_one_record() {
    const TIMES: [&str; 3] =
        ["2026-03-02T11:00:00+03:00", "2026-03-02T11:00:05+03:00", "2026-03-02T11:01:05+03:00"];
    let answer = ["call-event", "answered", "--call-id", CALL, "--ext", "151"];
    let events: [&[&str]; 3] = [&RING, &answer, &HANGUP];
    for crm in ["retailcrm", "kontur"] {
        // In the other two orders the record is sent before the answer is known.
        for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]] {
            let env = env_of(crm);
            let values = order.map(|index| {
                let mut event = events[index].to_vec();
                event.extend(["--at", TIMES[index]]);
                env.json(&event).exits(0)
            });
            assert_eq!(values[2]["recorded"], true, "{crm} {order:?}: {values:?}");
            let wanted = [("answered".to_owned(), "151".to_owned())];
            assert_eq!(history(&env, crm), wanted, "{crm} {order:?}");
        }
        let env = env_of(crm);
        for (event, at) in [(&RING[..], TIMES[0]), (&HANGUP, TIMES[2])] {
            env.json(&[event, &["--at", at]].concat()).exits(0);
        }
        let late = env.json(&[&answer[..], &["--at", TIMES[1]]].concat()).exits(0);
        assert!(late["warnings"].to_string().contains("is already recorded"), "{crm}: {late}");
    }
}

/// Creates an environment with a profile of this CRM.
fn env_of(crm: &str) -> TestEnv {
    let env = TestEnv::bare();
    let text = if crm == "kontur" { env.kontur_text("shop") } else { env.profile_text("shop") };
    env.configure(&text);
    env
}

/// Returns outcome and extension of every call in the CRM's history.
fn history(env: &TestEnv, crm: &str) -> Vec<(String, String)> {
    let state = env.sandbox.state();
    let calls = state[crm]["calls"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    calls.map(|call| (text(&call["outcome"]), text(&call["extension"]))).collect()
}

#[test]
fn kill_at_any_request_leaves_one_record() {
    for (path, requests) in [(CALL_EVENT, 2), (UPLOAD, 3)] {
        let env = TestEnv::new();
        env.json(&RING).exits(0);
        env.fault(|fault| fault.path(path).delay(Duration::from_secs(60)));
        let mut child = start(&env, &HANGUP);
        await_requests(&env, requests);
        signal(&child, "-KILL");
        child.wait().expect("an end");
        assert_eq!(settle(&env, 0, &[]).1, summary(1, 0, 0), "{path}");
        assert_eq!(recorded(&env), 1, "{path}");
        env.json(&HANGUP).exits(0);
        let hangups = popups(&env).into_iter().filter(|kind| kind == "hangup").count();
        assert!(hangups <= 1, "{path}: a second hangup was sent");
        assert_eq!(recorded(&env), 1, "{path}");
    }
}

/// Creates an environment whose profile creates tasks for missed calls.
fn env_with_tasks() -> TestEnv {
    env_with("")
}

/// As [`env_with_tasks`], with further keys of the profile.
fn env_with(more_keys: &str) -> TestEnv {
    let env = TestEnv::bare();
    let mut table: toml::Table = toml::from_str(&env.profile_text("shop")).unwrap();
    let more = "missed_task = true\nmissed_user = \"8\"\nsite = \"shop-one\"\ntimeout_seconds = 5";
    let profile = table["profile"]["shop"].as_table_mut().unwrap();
    profile.extend(toml::from_str::<toml::Table>(more).unwrap());
    profile.extend(toml::from_str::<toml::Table>(more_keys).unwrap());
    env.configure(&toml::to_string(&table).unwrap());
    env
}

#[test]
fn task_refused_by_limit_keeps_the_record() {
    let env = env_with_tasks();
    env.fault(|fault| fault.path("/api/v5/tasks").status(503).times(2));
    let log = env.json(&MISSED).exits(0);
    assert_eq!(log["recorded"], true);
    assert!(log["warnings"].to_string().contains("follow_up_pending"), "{log}");
    let (rows, last) = settle(&env, 7, &[]);
    assert_eq!((&rows[0]["kind"], &rows[0]["recorded"]), (&json!("follow_up"), &json!(true)));
    assert_eq!((last, rows.len()), (summary(0, 1, 0), 1));
    assert_eq!(settle(&env, 0, &[]).1, summary(1, 0, 0));
}

#[test]
fn wait_for_a_stopped_process_times_out() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(CALL_EVENT).delay(Duration::from_secs(60)));
    let mut child = start(&env, &RING);
    await_requests(&env, 1);
    signal(&child, "-STOP");
    for arguments in [&MISSED[..], &HANGUP[..]] {
        let mut all = vec!["--timeout", "1"];
        all.extend(arguments);
        let began = Instant::now();
        let value = env.json(&all).exits(7);
        assert_eq!(value["error"]["effect"], "not_applied", "{value}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
    signal(&child, "-KILL");
    child.wait().expect("an end");
    assert_eq!(settle(&env, 0, &[]).1, summary(1, 0, 0), "the record is pending");
    assert_eq!(recorded(&env), 1);
}

/// Runs the program with a file size limit of 0, as on a full disk.
fn run_on_full_disk(env: &TestEnv, arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" --output json \"$@\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_vochi-crm")]).args(arguments);
    command.current_dir(env.path("")).env_clear().env("HOME", env.path(""));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    Run::of(command)
}

#[test]
fn full_disk_sends_no_popup_and_records() {
    let env = TestEnv::new();
    for _ in 0..2 {
        let value = run_on_full_disk(&env, &RING).exits(3);
        assert_eq!(value["error"]["effect"], "not_applied", "{value}");
    }
    assert_eq!(env.requests(), 0, "nothing is sent without stored state");
    env.json(&RING).exits(0);
    let value = run_on_full_disk(&env, &HANGUP).exits(0);
    assert_eq!(value["recorded"], true, "{value}");
    assert_eq!(recorded(&env), 1);
}

#[test]
fn full_disk_reports_the_missing_task() {
    let env = env_with_tasks();
    let value = run_on_full_disk(&env, &MISSED).exits(0);
    assert_eq!(value["recorded"], true, "{value}");
    assert!(value["warnings"].to_string().contains("its follow-ups are not run"), "{value}");
}

#[test]
fn unusable_profile_does_not_stop_others() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(UPLOAD).status(503));
    env.json(&MISSED).exits(7);
    let shop = env.profile_text("shop");
    let default = "default_profile = \"shop\"\n";
    let broken = "[profile.broken]\ncrm = \"retailcrm\"\n";
    env.configure(&format!("{default}{shop}{broken}"));
    let (rows, last) = settle(&env, 3, &[]);
    assert_eq!(last, summary(1, 0, 1));
    assert_eq!((&rows[0]["profile"], &rows[0]["call_id"]), (&json!("broken"), &Value::Null));
    assert_eq!(rows[0]["error"]["kind"], "config", "{rows:?}");
    assert_eq!(recorded(&env), 1);
    env.configure(&format!("{default}{shop}"));
    assert_eq!(settle(&env, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn unreadable_file_does_not_stop_other_calls() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(UPLOAD).status(503));
    env.json(&MISSED).exits(7);
    let pending = env.path(".local/state/vochi-crm/shop/.pending");
    std::fs::create_dir(pending.join("17.0.json")).unwrap();
    let (rows, last) = settle(&env, 3, &[]);
    assert_eq!(last, summary(1, 0, 1));
    assert_eq!((&rows[0]["call_id"], &rows[0]["ok"]), (&json!("17.0"), &json!(false)));
    assert_eq!(recorded(&env), 1);
}

#[test]
fn send_of_unknown_call_is_bad_input() {
    let env = TestEnv::new();
    let value = env.json(&["settle", "--send", "17.9"]);
    assert_eq!(value.code, Some(4), "{value}");
}

#[test]
fn dry_run_shows_pending_requests() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(UPLOAD).status(502));
    env.json(&MISSED);
    let shown = env.json(&["--dry-run", "settle"]).exits(0);
    assert_eq!(shown["requests"].as_array().map(Vec::len), Some(1), "{shown}");
    assert_eq!(recorded(&env), 0);
}

#[test]
fn watch_settles_until_the_timeout() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(UPLOAD).status(502));
    env.json(&MISSED);
    let run = env.json(&["--timeout", "5", "settle", "--watch"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(recorded(&env), 1);
}

#[test]
fn forty_processes_share_one_limit() {
    // A busy machine may delay a process between its permit and its request.
    let env = env_with("retries = 3\ntimeout_seconds = 30");
    let tasks_before = env.sandbox.retailcrm().tasks().len();
    let calls: Vec<String> = (0..40).map(|number| format!("40.{number}")).collect();
    let phones: Vec<String> = (0..40).map(|number| format!("+3752911122{number:02}")).collect();
    let processes: Vec<Child> = calls
        .iter()
        .zip(&phones)
        .map(|(call, phone)| {
            let mut arguments = MISSED.to_vec();
            arguments[2] = call;
            arguments[4] = phone;
            arguments.extend(["--timeout", "60"]);
            start(&env, &arguments)
        })
        .collect();
    for process in processes {
        let output = process.wait_with_output().expect("an end");
        let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &value["recorded"]), (Some(0), &json!(true)), "{value}");
    }
    let (_, last) = settle(&env, 0, &[]);
    assert_eq!(last["pending"], 0, "{last}");
    assert_eq!(recorded(&env), 40);
    let tasks = env.sandbox.retailcrm().tasks().len() - tasks_before;
    assert_eq!(tasks, 40);
}
