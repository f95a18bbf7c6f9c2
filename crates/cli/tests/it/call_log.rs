//! `call-log`, and `call-event hangup --record`.

use serde_json::json;

use crate::support::{Run, TestEnv, keys};

const CALL: &str = "1757843474.185";
const PHONE: &str = "+375446370646";

fn log(env: &TestEnv, call_id: &str, more: &[&str]) -> Run {
    let mut all = vec!["call-log", "--call-id", call_id, "--phone", "375446370646"];
    all.extend(["--direction", "in", "--started-at", "2026-03-02T11:00:00+03:00"]);
    all.extend(more);
    env.json(&all)
}

#[test]
fn finished_call_is_recorded_once() {
    let env = TestEnv::new();
    let answered = ["--outcome", "answered", "--ext", "151", "--line", "0001363", "--talk-seconds"];
    let mut answered: Vec<&str> = answered.to_vec();
    answered.extend([
        "64",
        "--wait-seconds",
        "6",
        "--record-url",
        "https://pbx.example.test/1.mp3",
    ]);
    let first = log(&env, CALL, &answered).exits(0);
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
    assert_eq!((&first["recorded"], &first["requests"]), (&json!(true), &json!(1)));
    let second = log(&env, CALL, &answered).exits(0);
    assert_eq!((&second["recorded"], &second["requests"]), (&json!(true), &json!(0)));
    assert!(second["warnings"].to_string().contains("already"), "{second}");

    let calls = env.sandbox.retailcrm().calls();
    assert_eq!(calls.len(), 1, "the history holds it once");
    assert_eq!(calls[0].sent["date"], "2026-03-02 11:00:00", "in the account's zone");
    assert_eq!(calls[0].row.wait_seconds, Some(6));
}

#[test]
fn answered_call_needs_talk_seconds() {
    let env = TestEnv::new();
    let answered = ["--outcome", "answered", "--ext", "151"];
    let value = log(&env, "1", &answered).exits(4);
    let error = &value["error"];
    assert_eq!(error["message"], "cannot log answered call 1: missing talk time");
    assert_eq!(error["hint"], "pass the talk seconds of an answered call");
    assert_eq!(error["kind"], "input");
    assert_eq!(error["effect"], "not_applied");
    assert_eq!(error["crm"], "retailcrm");
    assert_eq!(env.requests(), 0, "refused before anything is sent");

    for arguments in [
        &["in", "--phone", PHONE, "--ext", "151", "--at", "2026-03-02T08:00:00Z"][..],
        &["answered", "--ext", "151", "--at", "2026-03-02T08:00:05Z"],
        &["hangup", "--at", "2026-03-02T08:01:00Z"],
    ] {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", "2"]);
        env.json(&all).exits(0);
    }
    log(&env, "2", &answered).exits(0);
    let call = env.sandbox.retailcrm().call("2").expect("the call is recorded");
    assert_eq!((call.talk_seconds, call.wait_seconds), (Some(55), Some(5)));
}

#[test]
fn recorded_call_needs_no_talk_seconds() {
    let env = TestEnv::new();
    let answered = ["--outcome", "answered", "--ext", "151"];
    log(&env, CALL, &[&answered[..], &["--talk-seconds", "64"]].concat()).exits(0);
    let value = log(&env, CALL, &answered).exits(0);
    assert_eq!((&value["recorded"], &value["requests"]), (&json!(true), &json!(0)), "{value}");
}

#[test]
fn unanswered_call_needs_no_talk_seconds() {
    let env = TestEnv::new();
    for (call, outcome) in [("1", "missed"), ("2", "voicemail"), ("3", "busy")] {
        log(&env, call, &["--outcome", outcome, "--ext", "151"]).exits(0);
        let row = env.sandbox.retailcrm().call(call).expect(outcome);
        assert_eq!(row.talk_seconds, Some(0), "{outcome}");
    }
}

#[test]
fn hangup_with_unknown_talk_is_recorded() {
    let env = TestEnv::new();
    let begin = ["--phone", PHONE, "--ext", "151"];
    let begin = [&["call-event", "in", "--call-id", "1"][..], &begin].concat();
    env.json(&begin).exits(0);
    let hangup = ["call-event", "hangup", "--call-id", "1", "--record"];
    let value = env.json(&[&hangup[..], &["--outcome", "answered"]].concat()).exits(0);
    assert_eq!(value["recorded"], true, "{value}");
    let warnings = value["warnings"].to_string();
    assert!(warnings.contains("talk time is unknown"), "{value}");
    let calls = env.sandbox.retailcrm().calls();
    let sent = &calls[0].sent;
    assert_eq!(sent["result"], "answered", "{sent}");
    for unknown in ["duration", "durationWaiting"] {
        assert_eq!(sent.get(unknown), None, "{sent}");
    }
}

#[test]
fn recording_file_is_unsupported_by_retailcrm() {
    let env = TestEnv::new();
    let recording = env.write("1.mp3", "ID3", 0o600);
    let file = [
        "--outcome",
        "missed",
        "--ext",
        "151",
        "--record-file",
        recording.to_str().expect("a path"),
    ];
    let value = log(&env, CALL, &file).exits(9);
    assert_eq!(value["error"]["kind"], "unsupported");
}
