//! Command lines of a dialplan: empty variables, channels, dial statuses.

use serde_json::{Value, json};

use crate::support::TestEnv;

const PHONE: &str = "+375446370646";

/// Runs `call-event` for a call.
fn event(env: &TestEnv, call: &str, arguments: &[&str]) -> Value {
    let all = [&["call-event"], arguments, &["--call-id", call]].concat();
    env.json(&all).exits(0)
}

/// Returns the outcome of a recorded call in the stand-in.
fn outcome(env: &TestEnv, call: &str) -> Option<&'static str> {
    let recorded = env.sandbox.retailcrm().call(call);
    recorded.expect("the call is recorded").outcome
}

#[test]
fn empty_options_of_call_event_count_as_absent() {
    let env = TestEnv::new();
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "151", "--line", "", "--leg", ""]);
    let rest = ["--talk-seconds", "", "--outcome", "", "--reason=", "--phone", "", "--at", ""];
    let end = event(&env, "1", &[&["hangup", "--record", "--record-url", ""][..], &rest].concat());
    assert_eq!(
        (&end["recorded"], &end["phone"]),
        (&json!(true), &json!(PHONE)),
        "an empty number does not replace the known one: {end}"
    );
    let hidden = event(&env, "2", &["in", "--phone", "", "--ext", "151"]);
    assert_eq!(hidden["phone"], Value::Null, "a caller without a number: {hidden}");
}

#[test]
fn empty_options_of_call_log_count_as_absent() {
    let env = TestEnv::new();
    let log = [
        "call-log",
        "--call-id",
        "1",
        "--phone",
        PHONE,
        "--direction",
        "in",
        "--started-at",
        "2026-03-02T11:00:00+03:00",
        "--outcome",
        "missed",
        "--ext",
        "PJSIP/151&PJSIP/152",
        "--line",
        "",
        "--talk-seconds",
        "",
        "--wait-seconds",
        "",
        "--record-url",
        "",
        "--crm-call-id",
        "",
    ];
    assert_eq!(env.json(&log).exits(0)["recorded"], true);
    let answered = log.map(|word| if word == "missed" { "answered" } else { word });
    let value = env.json(&answered).exits(4);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("--ext"), "only one extension can have talked: {message}");
}

#[test]
fn empty_required_option_is_missing() {
    let env = TestEnv::new();
    let value = env.json(&["call-event", "answered", "--call-id", ""]).exits(2);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("--call-id"), "{message}");
    let value = env.json(&["call-event", "answered", "--call-id", "1", "--profile", ""]).exits(3);
    assert_eq!(value["error"]["kind"], "config", "an empty profile is not the default: {value}");
}

#[test]
fn channels_are_read_as_extensions() {
    let env = TestEnv::new();
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "PJSIP/151-0000001a&Local/152@ctx/n"]);
    let live = env.sandbox.retailcrm().live();
    assert_eq!(live[0].codes, ["151", "152"]);
}

#[test]
fn configured_pattern_reads_channels() {
    let env = TestEnv::bare();
    let pattern = "pbx_extensions = \"(?<ext>[0-9]+)-soft\"\n";
    env.configure(&format!("{pattern}{}", env.profile_text("shop")));
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "PJSIP/151-soft-0000001a"]);
    assert_eq!(env.sandbox.retailcrm().live()[0].codes, ["151"]);
}

#[test]
fn dial_status_uses_the_stored_direction() {
    for (direction, status, outcome, reason) in [
        ("in", "BUSY", "missed", json!("busy")),
        ("out", "BUSY", "busy", json!("busy")),
        ("in", "CANCEL", "missed", json!("caller_gave_up")),
        ("out", "CANCEL", "cancelled", Value::Null),
        ("out", "CHANUNAVAIL", "failed", json!("unavailable")),
        ("out", "NOANSWER", "no-answer", json!("timeout")),
    ] {
        let env = TestEnv::new();
        event(&env, "1", &[direction, "--phone", PHONE, "--ext", "151"]);
        let end = event(&env, "1", &["hangup", "--record", "--dialstatus", status]);
        assert_eq!(end["recorded"], true, "{direction} {status}: {end}");
        let wanted = [format!("\"outcome\":\"{outcome}\""), format!("\"reason\":{reason}")];
        let files = env.files();
        let mut states = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes));
        assert!(
            states.any(|state| wanted.iter().all(|part| state.contains(part))),
            "{direction} {status} is not remembered as {wanted:?}"
        );
    }
}

#[test]
fn dial_status_does_not_undo_an_answer() {
    let env = TestEnv::new();
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    event(&env, "1", &["answered", "--ext", "151"]);
    event(&env, "1", &["hangup", "--record", "--talk-seconds", "7", "--dialstatus", "BUSY"]);
    assert_eq!(outcome(&env, "1"), Some("answered"), "the client talked before");
}

#[test]
fn dial_status_answer_makes_the_call_answered() {
    let env = TestEnv::new();
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    event(&env, "1", &["hangup", "--record", "--talk-seconds", "7", "--dialstatus", "ANSWER"]);
    assert_eq!(outcome(&env, "1"), Some("answered"));
}

#[test]
fn unknown_dial_status_is_a_warning() {
    let env = TestEnv::new();
    event(&env, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    let end = event(&env, "1", &["hangup", "--record", "--dialstatus", "LATER"]);
    let warnings = end["warnings"].to_string();
    assert!(warnings.contains("LATER"), "{warnings}");
    assert_eq!(outcome(&env, "1"), Some("missed"), "the events decide");
    let none = event(&env, "2", &["hangup", "--dialstatus", ""]);
    assert!(!none["warnings"].to_string().contains("dial status"), "{none}");
}
