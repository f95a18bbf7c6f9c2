//! Pending work: what is not lost when the CRM is down, a process is killed or events come late.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{CALL_EVENT, Ran, Stage, UPLOAD};

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

/// Runs `settle`: its rows, and the last line.
#[track_caller]
fn settle(stage: &Stage, code: i32, arguments: &[&str]) -> (Vec<Value>, Value) {
    let all: Vec<&str> = ["settle"].iter().chain(arguments).copied().collect();
    let ran = stage.json(&all);
    assert_eq!(ran.code, Some(code), "{ran}");
    let mut rows: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let last = rows.pop().expect("a last line");
    assert_eq!(last["summary"], true, "{ran}");
    (rows, last)
}

fn summary(sent: u32, pending: u32, failed: u32) -> Value {
    json!({"summary": true, "sent": sent, "pending": pending, "failed": failed})
}

fn start(stage: &Stage, arguments: &[&str]) -> Child {
    let mut command = stage.command(&["--output", "json"]);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

/// Waits until the stand-in has received this many requests.
fn await_requests(stage: &Stage, count: usize) {
    let began = Instant::now();
    while stage.requests() < count {
        assert!(began.elapsed() < Duration::from_mins(1), "no request came");
        std::thread::yield_now();
    }
}

fn popups(stage: &Stage) -> Vec<String> {
    stage.sandbox.retailcrm().live().into_iter().map(|row| row.r#type).collect()
}

fn recorded(stage: &Stage) -> usize {
    stage.sandbox.retailcrm().calls().len()
}

#[test]
fn nothing_pending_is_a_success() {
    let stage = Stage::new();
    assert_eq!(settle(&stage, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn a_record_for_a_crm_that_is_down_is_sent_later() {
    let stage = Stage::new();
    stage.json(&RING).ends(0);
    let mut unreachable = stage.command(&["--output", "json"]);
    unreachable.args(HANGUP).env("VOCHI_CRM_URL", "http://127.0.0.1:9");
    let value = Ran::of(unreachable).ends(7);
    assert_eq!(value["error"]["effect"], "not_applied", "{value}");
    stage.fault(|fault| fault.path(UPLOAD).status(503));
    let (rows, last) = settle(&stage, 7, &[]);
    assert_eq!(last, summary(0, 1, 0));
    assert_eq!(rows[0]["error"]["kind"], "rate_limited", "{rows:?}");
    let (rows, last) = settle(&stage, 0, &[]);
    assert_eq!(last, summary(1, 0, 0));
    let wanted = json!({
        "ok": true, "profile": "shop", "call_id": CALL, "kind": "record", "recorded": true,
        "attempts": 3, "error": null,
    });
    assert_eq!(rows, [wanted]);
    assert_eq!(recorded(&stage), 1);
    assert_eq!(settle(&stage, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn an_end_before_its_beginning_waits_for_it() {
    let stage = Stage::new();
    let end = stage.json(&HANGUP).ends(0);
    assert_eq!(end["recorded"], false);
    assert!(end["warnings"].to_string().contains("record_pending"), "{end}");
    let (rows, last) = settle(&stage, 0, &[]);
    assert_eq!((&rows[0]["ok"], &rows[0]["error"]), (&json!(true), &Value::Null), "{rows:?}");
    assert_eq!(last, summary(0, 1, 0));

    let ring = stage.json(&RING).ends(0);
    assert_eq!(ring["recorded"], true, "{ring}");
    assert_eq!(popups(&stage), Vec::<String>::new(), "no popup is shown after the end");
    let call = stage.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!((call.extension.as_deref(), call.outcome), (Some("151"), Some("missed")));
    assert_eq!(settle(&stage, 0, &[]).1, summary(0, 0, 0));
}

#[test]
fn a_record_without_its_beginning_is_reported() {
    let stage = Stage::new();
    stage.json(&HANGUP).ends(0);
    // Make the pending work older than a minute, as it is written in its file.
    let path = stage.path(".local/state/vochi-crm/shop/.pending/17.1.json");
    let mut stored: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    stored["document"]["entries"]["record"]["first_due"] = json!("2026-03-02T08:00:00Z");
    let recent = stored.to_string().replace("2026-03-02T08:00:00Z", &minutes_ago(2));
    std::fs::write(&path, recent).unwrap();
    let (rows, last) = settle(&stage, 4, &[]);
    assert_eq!((&rows[0]["error"]["kind"], last), (&json!("input"), summary(0, 0, 1)));
    settle(&stage, 4, &[]);
    assert_eq!(stage.json(&RING).ends(0)["recorded"], true, "it is still pending");
}

fn minutes_ago(minutes: u64) -> String {
    let now = std::time::SystemTime::now() - Duration::from_secs(60 * minutes);
    let millis = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let millis = i64::try_from(millis).unwrap();
    vochi_crm::Timestamp::from_unix_millis(millis).to_string()
}

#[test]
fn beginning_and_end_at_one_moment_are_one_whole_record() {
    for (round, crm) in
        (0..6).zip(["retailcrm", "retailcrm", "retailcrm", "kontur", "kontur", "kontur"])
    {
        let stage = stage_of(crm);
        let order: [&[&str]; 2] = if round % 2 == 0 { [&RING, &HANGUP] } else { [&HANGUP, &RING] };
        let running = order.map(|arguments| start(&stage, arguments));
        let ended = running.map(|child| Ran::from(child.wait_with_output().expect("an end")));
        let values = ended.map(|ran| ran.ends(0));
        let whole = values.iter().any(|value| value["recorded"] == true);
        assert!(whole, "{crm} {round}: {values:?}");
        assert_eq!(
            history(&stage, crm),
            [("missed".to_owned(), "151".to_owned())],
            "{crm} {round}"
        );
        assert_eq!(settle(&stage, 0, &[]).1, summary(0, 0, 0), "{crm} {round}");
    }
}

#[test]
fn events_in_any_order_are_one_whole_record() {
    const TIMES: [&str; 3] =
        ["2026-03-02T11:00:00+03:00", "2026-03-02T11:00:05+03:00", "2026-03-02T11:01:05+03:00"];
    let answer = ["call-event", "answered", "--call-id", CALL, "--ext", "151"];
    let events: [&[&str]; 3] = [&RING, &answer, &HANGUP];
    for crm in ["retailcrm", "kontur"] {
        // In the other two orders the record is there before the answer is known.
        for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]] {
            let stage = stage_of(crm);
            let values = order.map(|index| {
                let mut event = events[index].to_vec();
                event.extend(["--at", TIMES[index]]);
                stage.json(&event).ends(0)
            });
            assert_eq!(values[2]["recorded"], true, "{crm} {order:?}: {values:?}");
            let wanted = [("answered".to_owned(), "151".to_owned())];
            assert_eq!(history(&stage, crm), wanted, "{crm} {order:?}");
        }
        let stage = stage_of(crm);
        for (event, at) in [(&RING[..], TIMES[0]), (&HANGUP, TIMES[2])] {
            stage.json(&[event, &["--at", at]].concat()).ends(0);
        }
        let late = stage.json(&[&answer[..], &["--at", TIMES[1]]].concat()).ends(0);
        assert!(late["warnings"].to_string().contains("is recorded already"), "{crm}: {late}");
    }
}

/// A stage with the profile of this CRM.
fn stage_of(crm: &str) -> Stage {
    let stage = Stage::bare();
    let text = if crm == "kontur" { stage.kontur_text("shop") } else { stage.profile_text("shop") };
    stage.configure(&text);
    stage
}

/// Outcome and extension of every call in the CRM's history.
fn history(stage: &Stage, crm: &str) -> Vec<(String, String)> {
    let state = stage.sandbox.state();
    let calls = state[crm]["calls"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    calls.map(|call| (text(&call["outcome"]), text(&call["extension"]))).collect()
}

#[test]
fn a_kill_at_any_request_is_settled_to_one_record() {
    for (path, requests) in [(CALL_EVENT, 2), (UPLOAD, 3)] {
        let stage = Stage::new();
        stage.json(&RING).ends(0);
        stage.fault(|fault| fault.path(path).delay(Duration::from_mins(1)));
        let mut child = start(&stage, &HANGUP);
        await_requests(&stage, requests);
        signal(&child, "-KILL");
        child.wait().expect("an end");
        assert_eq!(settle(&stage, 0, &[]).1, summary(1, 0, 0), "{path}");
        assert_eq!(recorded(&stage), 1, "{path}");
        stage.json(&HANGUP).ends(0);
        let hangups = popups(&stage).into_iter().filter(|kind| kind == "hangup").count();
        assert!(hangups <= 1, "{path}: a second hangup was sent");
        assert_eq!(recorded(&stage), 1, "{path}");
    }
}

/// A stage whose profile creates tasks for missed calls.
fn stage_with_tasks() -> Stage {
    stage_with("")
}

/// A stage with tasks for missed calls, and these keys of the profile besides.
fn stage_with(more_keys: &str) -> Stage {
    let stage = Stage::bare();
    let mut table: toml::Table = toml::from_str(&stage.profile_text("shop")).unwrap();
    let more = "missed_task = true\nmissed_user = \"8\"\nsite = \"shop-one\"\ntimeout_seconds = 5";
    let profile = table["profile"]["shop"].as_table_mut().unwrap();
    profile.extend(toml::from_str::<toml::Table>(more).unwrap());
    profile.extend(toml::from_str::<toml::Table>(more_keys).unwrap());
    stage.configure(&toml::to_string(&table).unwrap());
    stage
}

#[test]
fn a_task_refused_by_a_limit_does_not_cost_the_record() {
    let stage = stage_with_tasks();
    stage.fault(|fault| fault.path("/api/v5/tasks").status(503).times(2));
    let log = stage.json(&MISSED).ends(0);
    assert_eq!(log["recorded"], true);
    assert!(log["warnings"].to_string().contains("follow_up_pending"), "{log}");
    let (rows, last) = settle(&stage, 7, &[]);
    assert_eq!((&rows[0]["kind"], &rows[0]["recorded"]), (&json!("follow_up"), &json!(true)));
    assert_eq!((last, rows.len()), (summary(0, 1, 0), 1));
    assert_eq!(settle(&stage, 0, &[]).1, summary(1, 0, 0));
}

#[test]
fn a_call_held_by_a_stopped_process_is_not_waited_for_without_end() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(CALL_EVENT).delay(Duration::from_mins(1)));
    let mut child = start(&stage, &RING);
    await_requests(&stage, 1);
    signal(&child, "-STOP");
    for arguments in [&MISSED[..], &HANGUP[..]] {
        let mut all = vec!["--timeout", "1"];
        all.extend(arguments);
        let began = Instant::now();
        let value = stage.json(&all).ends(7);
        assert_eq!(value["error"]["effect"], "not_applied", "{value}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
    signal(&child, "-KILL");
    child.wait().expect("an end");
    assert_eq!(settle(&stage, 0, &[]).1, summary(1, 0, 0), "the record was kept");
    assert_eq!(recorded(&stage), 1);
}

/// Runs the program where no file can grow, as on a full disk.
fn on_a_full_disk(stage: &Stage, arguments: &[&str]) -> Ran {
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" --output json \"$@\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_vochi-crm")]).args(arguments);
    command.current_dir(stage.path("")).env_clear().env("HOME", stage.path(""));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    Ran::of(command)
}

#[test]
fn a_full_disk_sends_no_popup_and_still_records() {
    let stage = Stage::new();
    for _ in 0..2 {
        let value = on_a_full_disk(&stage, &RING).ends(3);
        assert_eq!(value["error"]["effect"], "not_applied", "{value}");
    }
    assert_eq!(stage.requests(), 0, "what cannot be remembered is not sent");
    stage.json(&RING).ends(0);
    let value = on_a_full_disk(&stage, &HANGUP).ends(0);
    assert_eq!(value["recorded"], true, "{value}");
    assert_eq!(recorded(&stage), 1);
}

#[test]
fn a_full_disk_reports_the_task_that_is_not_made() {
    let stage = stage_with_tasks();
    let value = on_a_full_disk(&stage, &MISSED).ends(0);
    assert_eq!(value["recorded"], true, "{value}");
    assert!(value["warnings"].to_string().contains("its follow-ups are not run"), "{value}");
}

#[test]
fn unusable_profile_keeps_no_other_from_being_settled() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(UPLOAD).status(503));
    stage.json(&MISSED).ends(7);
    let shop = stage.profile_text("shop");
    let default = "default_profile = \"shop\"\n";
    // A CRM that this version has no connector for has nothing pending.
    let unsupported = "[profile.travel]\ncrm = \"uon\"\naccount_id = \"12345\"\n";
    let broken = "[profile.broken]\ncrm = \"retailcrm\"\n";
    stage.configure(&format!("{default}{shop}{unsupported}{broken}"));
    let (rows, last) = settle(&stage, 3, &[]);
    assert_eq!(last, summary(1, 0, 1));
    assert_eq!((&rows[0]["profile"], &rows[0]["call_id"]), (&json!("broken"), &Value::Null));
    assert_eq!(rows[0]["error"]["kind"], "config", "{rows:?}");
    assert_eq!(recorded(&stage), 1);
    stage.configure(&format!("{default}{shop}{unsupported}"));
    assert_eq!(settle(&stage, 0, &[]), (vec![], summary(0, 0, 0)));
}

#[test]
fn file_that_cannot_be_read_keeps_no_other_call_from_being_settled() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(UPLOAD).status(503));
    stage.json(&MISSED).ends(7);
    let pending = stage.path(".local/state/vochi-crm/shop/.pending");
    std::fs::create_dir(pending.join("17.0.json")).unwrap();
    let (rows, last) = settle(&stage, 3, &[]);
    assert_eq!(last, summary(1, 0, 1));
    assert_eq!((&rows[0]["call_id"], &rows[0]["ok"]), (&json!("17.0"), &json!(false)));
    assert_eq!(recorded(&stage), 1);
}

#[test]
fn a_call_that_is_not_pending_cannot_be_sent() {
    let stage = Stage::new();
    let value = stage.json(&["settle", "--send", "17.9"]);
    assert_eq!(value.code, Some(4), "{value}");
}

#[test]
fn a_dry_run_shows_what_settle_would_send() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(UPLOAD).status(502));
    stage.json(&MISSED);
    let shown = stage.json(&["--dry-run", "settle"]).ends(0);
    assert_eq!(shown["requests"].as_array().map(Vec::len), Some(1), "{shown}");
    assert_eq!(recorded(&stage), 0);
}

#[test]
fn a_watch_settles_until_its_time_is_up() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(UPLOAD).status(502));
    stage.json(&MISSED);
    let ran = stage.json(&["--timeout", "5", "settle", "--watch"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(recorded(&stage), 1);
}

#[test]
fn forty_calls_at_once_are_recorded_under_one_limit() {
    // A process may be held up between its permit and its request for longer than the limit allows.
    let stage = stage_with("retries = 3\ntimeout_seconds = 30");
    let tasks_before = stage.sandbox.retailcrm().tasks().len();
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
            start(&stage, &arguments)
        })
        .collect();
    for process in processes {
        let output = process.wait_with_output().expect("an end");
        let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &value["recorded"]), (Some(0), &json!(true)), "{value}");
    }
    let (_, last) = settle(&stage, 0, &[]);
    assert_eq!(last["pending"], 0, "{last}");
    assert_eq!(recorded(&stage), 40);
    let tasks = stage.sandbox.retailcrm().tasks().len() - tasks_before;
    assert_eq!(tasks, 40);
}
