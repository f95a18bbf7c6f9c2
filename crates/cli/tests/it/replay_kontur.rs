//! `replay` into Kontur, and into Kontur and RetailCRM at once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Fault};

use crate::replay::fixture;
use crate::support::{Ran, Stage};

const TRANSFERRED: &str = "asterisk/in_attended_transfer_accepted";
const TELEPHONY: &str = "/api/v1/vochi-demo/communications/callbacks/telephony";

/// A stage with the profiles `shop` of RetailCRM and `crm` of Kontur.
fn stage() -> Stage {
    let stage = Stage::bare();
    let kontur = stage.kontur_text("crm");
    // The stand-in has no limit; waiting for the default one only takes time.
    let kontur = kontur.replace("retries = 0", "retries = 0\nrequests_per_second = 200");
    stage.configure(&format!("{}\n{kontur}", stage.profile_text("shop")));
    stage
}

fn command(stage: &Stage, name: &str, more: &[&str]) -> std::process::Command {
    let path = fixture(name);
    let mut command = stage.command(&["--output", "json", "--profile", "crm"]);
    command.args(more).arg("replay").arg(path).arg("--popups");
    command.env("VOCHI_CRM_PBX_TIMEZONE", "Europe/Minsk");
    command
}

fn replay(stage: &Stage, name: &str, more: &[&str]) -> Ran {
    Ran::of(command(stage, name, more))
}

/// The one call Kontur holds.
#[track_caller]
fn call(stage: &Stage) -> Value {
    let calls = stage.sandbox.state()["kontur"]["calls"].clone();
    assert_eq!(calls.as_array().map(Vec::len), Some(1), "{calls}");
    calls[0].clone()
}

/// What of a call is the same in every CRM.
fn facts(call: &Value) -> Value {
    let facts = ["call_id", "direction", "phone", "extension", "outcome"];
    let numbers = ["talk_seconds", "wait_seconds"];
    facts.iter().chain(&numbers).map(|name| call[*name].clone()).collect()
}

fn transferred() -> Value {
    json!(["1757773838.143", "in", "+375440015769", "152", "answered", 65, 8])
}

fn last_parts(stage: &Stage) -> Vec<String> {
    let requests = stage.sandbox.requests(Crm::Kontur);
    let parts = requests.iter().filter_map(|one| one.path.rsplit('/').next());
    parts.map(str::to_owned).collect()
}

#[test]
fn both_crms_hold_the_same_call() {
    let stage = stage();
    let value = replay(&stage, TRANSFERRED, &["--profile", "shop"]).ends(0);
    let deliveries = value["deliveries"].as_array().expect("deliveries");
    assert_eq!(deliveries.len(), 2);
    for delivery in deliveries {
        assert_eq!(delivery["recorded"], true, "{delivery}");
    }
    assert!(deliveries[0]["crm_call_id"].is_string(), "{value}");
    assert_eq!(
        deliveries[0]["warnings"],
        json!(["extension +375291972306 is not in `extensions`"]),
        "the mobile that rang in vain"
    );
    assert_eq!(deliveries[1]["warnings"], json!([]));
    assert_eq!(facts(&call(&stage)), transferred());
    let held = stage.sandbox.state()["retailcrm"]["calls"].clone();
    assert_eq!(facts(&held[0]), transferred());
    for crm in [Crm::Kontur, Crm::RetailCrm] {
        assert_eq!(stage.sandbox.refused(crm), []);
    }
    let parts = last_parts(&stage);
    assert_eq!(parts[1], "call-started", "after the key: {parts:?}");
    let ending = &parts[parts.len() - 2..];
    assert_eq!(ending, ["call-finished", "register-call"], "{parts:?}");
}

#[test]
fn what_is_replayed_twice_is_recorded_once() {
    let stage = stage();
    replay(&stage, TRANSFERRED, &[]).ends(0);
    let (once, sent) = (call(&stage), last_parts(&stage).len());
    let again = replay(&stage, TRANSFERRED, &[]).ends(0);
    let delivery = &again["deliveries"][0];
    assert_eq!(delivery["recorded"], true);
    assert!(delivery["warnings"].to_string().contains("already"), "{delivery}");
    assert_eq!(call(&stage), once);
    assert_eq!(last_parts(&stage).len(), sent, "nothing went out again");
}

#[test]
fn without_popups_there_is_the_record_alone() {
    let stage = stage();
    let silent = stage.kontur_text("crm");
    stage.configure(&silent.replace("retries = 0", "retries = 0\npopup = \"never\""));
    replay(&stage, TRANSFERRED, &[]).ends(0);
    assert_eq!(facts(&call(&stage)), transferred());
    assert_eq!(last_parts(&stage)[1..], ["register-call"]);
    assert_eq!(stage.sandbox.refused(Crm::Kontur), []);
}

/// Replays again after a run that did not come to its end.
#[track_caller]
fn settles(stage: &Stage) {
    assert!(last_parts(stage).len() > 2, "it had begun");
    let again = replay(stage, TRANSFERRED, &[]).ends(0);
    assert_eq!(again["deliveries"][0]["recorded"], true, "{again}");
    assert_eq!(facts(&call(stage)), transferred());
    assert_eq!(stage.sandbox.refused(Crm::Kontur), []);
}

#[test]
fn a_run_that_was_out_of_time_half_way_is_settled_by_the_next() {
    let stage = stage();
    for path in ["call-event", "call-finished", "register-call"] {
        stage.sandbox.reset();
        std::fs::remove_dir_all(stage.path(".local")).ok();
        let slow = Fault::on(Crm::Kontur).path(format!("{TELEPHONY}/{path}"));
        stage.sandbox.fault(slow.times(1).delay(Duration::from_secs(20)));
        let ran = replay(&stage, TRANSFERRED, &["--timeout", "3"]);
        assert!(matches!(ran.code, Some(7 | 8)), "{path}: {ran}");
        settles(&stage);
    }
}

#[test]
fn a_run_that_was_killed_half_way_is_settled_by_the_next() {
    let stage = stage();
    let slow = Fault::on(Crm::Kontur).path(format!("{TELEPHONY}/call-finished"));
    stage.sandbox.fault(slow.times(1).delay(Duration::from_secs(20)));
    let mut child = command(&stage, TRANSFERRED, &[])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    // All legs are told, and the end is on its way.
    let begun = Instant::now();
    let told = |stage: &Stage| last_parts(stage).iter().any(|part| part == "call-finished");
    while !told(&stage) && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = child.try_wait().expect("a state");
    assert_eq!(ended, None, "it waits for the answer");
    child.kill().expect("it can be killed");
    child.wait().expect("an end");
    settles(&stage);
}
