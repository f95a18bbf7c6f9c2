//! Command lines as a dialplan writes them: empty variables, channels, dial statuses.

use serde_json::{Value, json};

use crate::support::Stage;

const PHONE: &str = "+375446370646";

/// Runs `call-event` for a call.
fn event(stage: &Stage, call: &str, arguments: &[&str]) -> Value {
    let all = [&["call-event"], arguments, &["--call-id", call]].concat();
    stage.json(&all).ends(0)
}

/// The outcome of a recorded call in the stand-in.
fn outcome(stage: &Stage, call: &str) -> Option<&'static str> {
    let recorded = stage.sandbox.retailcrm().call(call);
    recorded.expect("the call is recorded").outcome
}

#[test]
fn empty_variables_of_a_missed_call_count_as_absent() {
    let stage = Stage::new();
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "151", "--line", "", "--leg", ""]);
    let rest = ["--talk-seconds", "", "--outcome", "", "--reason=", "--phone", "", "--at", ""];
    let end =
        event(&stage, "1", &[&["hangup", "--record", "--record-url", ""][..], &rest].concat());
    assert_eq!(
        (&end["recorded"], &end["phone"]),
        (&json!(true), &json!(PHONE)),
        "an empty number does not replace the known one: {end}"
    );
    let hidden = event(&stage, "2", &["in", "--phone", "", "--ext", "151"]);
    assert_eq!(hidden["phone"], Value::Null, "a caller without a number: {hidden}");
}

#[test]
fn empty_options_of_call_log_count_as_absent() {
    let stage = Stage::new();
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
    assert_eq!(stage.json(&log).ends(0)["recorded"], true);
    let answered = log.map(|word| if word == "missed" { "answered" } else { word });
    let value = stage.json(&answered).ends(4);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("--ext"), "who talked is one: {message}");
}

#[test]
fn empty_required_option_is_missing() {
    let stage = Stage::new();
    let value = stage.json(&["call-event", "answered", "--call-id", ""]).ends(2);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("--call-id"), "{message}");
    let value = stage.json(&["call-event", "answered", "--call-id", "1", "--profile", ""]).ends(3);
    assert_eq!(value["error"]["kind"], "config", "an empty profile is not the default: {value}");
}

#[test]
fn channels_ring_as_their_extensions() {
    let stage = Stage::new();
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "PJSIP/151-0000001a&Local/152@ctx/n"]);
    let live = stage.sandbox.retailcrm().live();
    assert_eq!(live[0].codes, ["151", "152"]);
}

#[test]
fn configured_pattern_reads_channels() {
    let stage = Stage::bare();
    let pattern = "pbx_extensions = \"(?<ext>[0-9]+)-soft\"\n";
    stage.configure(&format!("{pattern}{}", stage.profile_text("shop")));
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "PJSIP/151-soft-0000001a"]);
    assert_eq!(stage.sandbox.retailcrm().live()[0].codes, ["151"]);
}

#[test]
fn dial_status_gives_the_outcome_by_remembered_direction() {
    for (direction, status, outcome, reason) in [
        ("in", "BUSY", "missed", json!("busy")),
        ("out", "BUSY", "busy", json!("busy")),
        ("in", "CANCEL", "missed", json!("caller_gave_up")),
        ("out", "CANCEL", "cancelled", Value::Null),
        ("out", "CHANUNAVAIL", "failed", json!("unavailable")),
        ("out", "NOANSWER", "no-answer", json!("timeout")),
    ] {
        let stage = Stage::new();
        event(&stage, "1", &[direction, "--phone", PHONE, "--ext", "151"]);
        let end = event(&stage, "1", &["hangup", "--record", "--dialstatus", status]);
        assert_eq!(end["recorded"], true, "{direction} {status}: {end}");
        let wanted = [format!("\"outcome\":\"{outcome}\""), format!("\"reason\":{reason}")];
        let files = stage.files();
        let mut states = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes));
        assert!(
            states.any(|state| wanted.iter().all(|part| state.contains(part))),
            "{direction} {status} is not remembered as {wanted:?}"
        );
    }
}

#[test]
fn dial_status_does_not_undo_an_answer() {
    let stage = Stage::new();
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    event(&stage, "1", &["answered", "--ext", "151"]);
    event(&stage, "1", &["hangup", "--record", "--talk-seconds", "7", "--dialstatus", "BUSY"]);
    assert_eq!(outcome(&stage, "1"), Some("answered"), "the client talked before");
}

#[test]
fn dial_status_answer_makes_the_call_answered() {
    let stage = Stage::new();
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    event(&stage, "1", &["hangup", "--record", "--talk-seconds", "7", "--dialstatus", "ANSWER"]);
    assert_eq!(outcome(&stage, "1"), Some("answered"));
}

#[test]
fn unknown_dial_status_is_a_warning() {
    let stage = Stage::new();
    event(&stage, "1", &["in", "--phone", PHONE, "--ext", "151"]);
    let end = event(&stage, "1", &["hangup", "--record", "--dialstatus", "LATER"]);
    let warnings = end["warnings"].to_string();
    assert!(warnings.contains("LATER"), "{warnings}");
    assert_eq!(outcome(&stage, "1"), Some("missed"), "the events decide");
    let none = event(&stage, "2", &["hangup", "--dialstatus", ""]);
    assert!(!none["warnings"].to_string().contains("dial status"), "{none}");
}
