//! Finished calls.

use serde_json::json;

use crate::support::{Ran, Stage, keys};

const CALL: &str = "1757843474.185";
const PHONE: &str = "+375446370646";

fn log(stage: &Stage, call_id: &str, more: &[&str]) -> Ran {
    let mut all = vec!["call-log", "--call-id", call_id, "--phone", "375446370646"];
    all.extend([
        "--direction",
        "in",
        "--started-at",
        "2026-03-02T11:00:00+03:00",
    ]);
    all.extend(more);
    stage.json(&all)
}

#[test]
fn a_finished_call_is_recorded_once() {
    let stage = Stage::new();
    let answered = [
        "--outcome",
        "answered",
        "--ext",
        "151",
        "--line",
        "0001363",
        "--talk-seconds",
    ];
    let mut answered: Vec<&str> = answered.to_vec();
    answered.extend([
        "64",
        "--wait-seconds",
        "6",
        "--record-url",
        "https://pbx.example.test/1.mp3",
    ]);
    let first = log(&stage, CALL, &answered).ends(0);
    assert_eq!(
        keys(&first),
        [
            "call_id",
            "crm",
            "crm_call_id",
            "ok",
            "phone",
            "profile",
            "recorded",
            "requests",
            "warnings"
        ],
    );
    assert_eq!(
        (&first["recorded"], &first["requests"]),
        (&json!(true), &json!(1))
    );
    let second = log(&stage, CALL, &answered).ends(0);
    assert_eq!(
        (&second["recorded"], &second["requests"]),
        (&json!(true), &json!(0))
    );
    assert!(
        second["warnings"].to_string().contains("already"),
        "{second}"
    );

    let calls = stage.sandbox.retailcrm().calls();
    assert_eq!(calls.len(), 1, "the history holds it once");
    assert_eq!(
        calls[0].sent["date"], "2026-03-02 11:00:00",
        "in the account's zone"
    );
    assert_eq!(calls[0].row.wait_seconds, Some(6));
}

#[test]
fn an_answered_call_needs_its_talk_seconds_unless_they_are_remembered() {
    let stage = Stage::new();
    let answered = ["--outcome", "answered", "--ext", "151"];
    let value = log(&stage, "1", &answered).ends(4);
    assert!(
        value["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("talk seconds"),
        "{value}"
    );

    for arguments in [
        &[
            "in",
            "--phone",
            PHONE,
            "--ext",
            "151",
            "--at",
            "2026-03-02T08:00:00Z",
        ][..],
        &["answered", "--ext", "151", "--at", "2026-03-02T08:00:05Z"],
        &["hangup", "--at", "2026-03-02T08:01:00Z"],
    ] {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", "2"]);
        stage.json(&all).ends(0);
    }
    log(&stage, "2", &answered).ends(0);
    let call = stage
        .sandbox
        .retailcrm()
        .call("2")
        .expect("the call is recorded");
    assert_eq!((call.talk_seconds, call.wait_seconds), (Some(55), Some(5)));
}

#[test]
fn a_recording_file_is_something_retailcrm_does_not_take() {
    let stage = Stage::new();
    let recording = stage.write("1.mp3", "ID3", 0o600);
    let file = [
        "--outcome",
        "missed",
        "--ext",
        "151",
        "--record-file",
        recording.to_str().expect("a path"),
    ];
    let value = log(&stage, CALL, &file).ends(9);
    assert_eq!(value["error"]["kind"], "unsupported");
}
