//! `replay` into Kontur, and into Kontur and RetailCRM at once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Fault};

use crate::replay::fixture;
use crate::support::{Run, TestEnv};

const TRANSFERRED: &str = "asterisk/in_attended_transfer_accepted";
const TELEPHONY: &str = "/api/v1/vochi-demo/communications/callbacks/telephony";

/// Creates an environment with the profiles `shop` of RetailCRM and `crm` of Kontur.
fn env() -> TestEnv {
    let env = TestEnv::bare();
    let kontur = env.kontur_text("crm");
    // The stand-in has no limit, so the default quota would only slow the test.
    let kontur = kontur.replace("retries = 0", "retries = 0\nrequests_per_second = 200");
    env.configure(&format!("{}\n{kontur}", env.profile_text("shop")));
    env
}

fn command(env: &TestEnv, name: &str, more: &[&str]) -> std::process::Command {
    let path = fixture(name);
    let mut command = env.command(&["--output", "json", "--profile", "crm"]);
    command.args(more).arg("replay").arg(path).arg("--popups");
    command.env("VOCHI_CRM_PBX_TIMEZONE", "Europe/Minsk");
    command
}

fn replay(env: &TestEnv, name: &str, more: &[&str]) -> Run {
    Run::of(command(env, name, more))
}

/// Returns the only call in Kontur.
#[track_caller]
fn call(env: &TestEnv) -> Value {
    let calls = env.sandbox.state()["kontur"]["calls"].clone();
    assert_eq!(calls.as_array().map(Vec::len), Some(1), "{calls}");
    calls[0].clone()
}

/// Returns the fields that are the same in every CRM.
fn facts(call: &Value) -> Value {
    let facts = ["call_id", "direction", "phone", "extension", "outcome"];
    let numbers = ["talk_seconds", "wait_seconds"];
    facts.iter().chain(&numbers).map(|name| call[*name].clone()).collect()
}

fn transferred() -> Value {
    json!(["1757773838.143", "in", "+375440015769", "152", "answered", 65, 8])
}

fn last_parts(env: &TestEnv) -> Vec<String> {
    let requests = env.sandbox.requests(Crm::Kontur);
    let parts = requests.iter().filter_map(|one| one.path.rsplit('/').next());
    parts.map(str::to_owned).collect()
}

#[test]
fn both_crms_hold_the_same_call() {
    let env = env();
    let value = replay(&env, TRANSFERRED, &["--profile", "shop"]).exits(0);
    let deliveries = value["deliveries"].as_array().expect("deliveries");
    assert_eq!(deliveries.len(), 2);
    for delivery in deliveries {
        assert_eq!(delivery["recorded"], true, "{delivery}");
    }
    assert!(deliveries[0]["crm_call_id"].is_string(), "{value}");
    assert_eq!(
        deliveries[0]["warnings"],
        json!(["extension +375291972306 is not in `extensions`"]),
        "the mobile that rang"
    );
    assert_eq!(deliveries[1]["warnings"], json!([]));
    assert_eq!(facts(&call(&env)), transferred());
    let held = env.sandbox.state()["retailcrm"]["calls"].clone();
    assert_eq!(facts(&held[0]), transferred());
    for crm in [Crm::Kontur, Crm::RetailCrm] {
        assert_eq!(env.sandbox.refused(crm), []);
    }
    let parts = last_parts(&env);
    assert_eq!(parts[1], "call-started", "after the access key: {parts:?}");
    let ending = &parts[parts.len() - 2..];
    assert_eq!(ending, ["call-finished", "register-call"], "{parts:?}");
}

#[test]
fn repeated_replay_records_once() {
    let env = env();
    replay(&env, TRANSFERRED, &[]).exits(0);
    let (once, sent) = (call(&env), last_parts(&env).len());
    let repeat = replay(&env, TRANSFERRED, &[]).exits(0);
    let delivery = &repeat["deliveries"][0];
    assert_eq!(delivery["recorded"], true);
    assert!(delivery["warnings"].to_string().contains("already"), "{delivery}");
    assert_eq!(call(&env), once);
    assert_eq!(last_parts(&env).len(), sent, "nothing was sent again");
}

#[test]
fn without_popups_only_the_record_is_sent() {
    let env = env();
    let silent = env.kontur_text("crm");
    env.configure(&silent.replace("retries = 0", "retries = 0\npopup = \"never\""));
    replay(&env, TRANSFERRED, &[]).exits(0);
    assert_eq!(facts(&call(&env)), transferred());
    assert_eq!(last_parts(&env)[1..], ["register-call"]);
    assert_eq!(env.sandbox.refused(Crm::Kontur), []);
}

/// Repeats the replay after an interrupted run and checks the record.
#[track_caller]
fn assert_repeat_records(env: &TestEnv) {
    assert!(last_parts(env).len() > 2, "the first run has sent events");
    let repeat = replay(env, TRANSFERRED, &[]).exits(0);
    assert_eq!(repeat["deliveries"][0]["recorded"], true, "{repeat}");
    assert_eq!(facts(&call(env)), transferred());
    assert_eq!(env.sandbox.refused(Crm::Kontur), []);
}

#[test]
fn run_after_timeout_completes_the_record() {
    let env = env();
    for path in ["call-event", "call-finished", "register-call"] {
        env.sandbox.reset();
        std::fs::remove_dir_all(env.path(".local")).ok();
        let slow = Fault::on(Crm::Kontur).path(format!("{TELEPHONY}/{path}"));
        env.sandbox.fault(slow.times(1).delay(Duration::from_secs(20)));
        let run = replay(&env, TRANSFERRED, &["--timeout", "3"]);
        assert!(matches!(run.code, Some(7 | 8)), "{path}: {run}");
        assert_repeat_records(&env);
    }
}

#[test]
fn run_after_kill_completes_the_record() {
    let env = env();
    let slow = Fault::on(Crm::Kontur).path(format!("{TELEPHONY}/call-finished"));
    env.sandbox.fault(slow.times(1).delay(Duration::from_secs(20)));
    let mut child = command(&env, TRANSFERRED, &[])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    // All legs are sent, and the end event is waiting for its response.
    let started = Instant::now();
    let is_ending = |env: &TestEnv| last_parts(env).iter().any(|part| part == "call-finished");
    while !is_ending(&env) && started.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = child.try_wait().expect("a state");
    assert_eq!(ended, None, "it waits for the response");
    child.kill().expect("it can be killed");
    child.wait().expect("an end");
    assert_repeat_records(&env);
}
