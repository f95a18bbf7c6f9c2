//! How the program ends when something goes wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vochi_crm_sandbox::Lose;

use crate::support::{CALL_EVENT, Stage, UPLOAD};

const RING: [&str; 8] =
    ["call-event", "in", "--call-id", "17.1", "--phone", "+375446370646", "--ext", "151"];

const LOG: [&str; 15] = [
    "call-log",
    "--call-id",
    "17.1",
    "--phone",
    "+375446370646",
    "--direction",
    "in",
    "--started-at",
    "2026-03-02T08:00:00Z",
    "--outcome",
    "missed",
    "--ext",
    "151",
    "--wait-seconds",
    "26",
];

#[test]
fn a_wrong_key_is_no_access() {
    let stage = Stage::bare();
    stage.configure(&stage.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    for arguments in [
        &RING[..],
        &LOG,
        &["users"],
        &["route", "+375446370646"],
        &["lookup", "+375446370646"],
        &["health"],
    ] {
        let value = stage.json(arguments).ends(6);
        assert_eq!(value["error"]["kind"], "auth", "{arguments:?}");
    }
}

#[test]
fn a_crm_that_is_down_is_not_now() {
    let stage = Stage::bare();
    // The port is taken and released, so nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("http://127.0.0.1:{port}");
    let url = stage.url();
    stage.configure(&stage.profile_text("shop").replace(url.trim_end_matches('/'), &dead));
    for arguments in [
        &RING[..],
        &LOG,
        &["users"],
        &["route", "+375446370646"],
        &["lookup", "+375446370646"],
        &["changes"],
        &["health"],
    ] {
        let value = stage.json(arguments).ends(7);
        assert_eq!(value["error"]["kind"], "unavailable", "{arguments:?}");
        assert_eq!(value["error"]["effect"], "not_applied", "{arguments:?}");
    }
}

#[test]
fn an_event_whose_answer_is_lost_may_have_been_shown() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(CALL_EVENT).lose(Lose::Answer));
    let value = stage.json(&RING).ends(8);
    assert_eq!(value["error"]["effect"], "maybe");
    assert!(value["error"]["hint"].as_str().unwrap().contains("look"), "{value}");
    assert_eq!(stage.sandbox.retailcrm().live().len(), 1, "here it was");
}

#[test]
fn a_record_whose_answer_is_lost_is_sent_again_and_stands_there_once() {
    let stage = Stage::bare();
    stage.configure(&stage.profile_text("shop").replace("retries = 0", "retries = 2"));
    stage.fault(|fault| fault.path(UPLOAD).lose(Lose::Answer));
    let value = stage.json(&LOG).ends(0);
    assert_eq!((&value["recorded"], &value["requests"]), (&json!(true), &json!(2)));
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn a_record_that_may_be_there_can_simply_be_sent_again() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(UPLOAD).lose(Lose::Answer));
    let value = stage.json(&LOG).ends(8);
    assert_eq!(value["error"]["effect"], "maybe");
    assert_eq!(stage.json(&LOG).ends(0)["recorded"], true);
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn a_limit_is_not_now_and_says_when() {
    let stage = Stage::new();
    stage.fault(|fault| fault.status(503).body("<html>503 Service Temporarily Unavailable</html>"));
    let value = stage.json(&["users"]).ends(7);
    let error = &value["error"];
    assert_eq!((&error["kind"], &error["status"]), (&json!("rate_limited"), &json!(503)));
    assert!(error["retry_after_seconds"].is_u64(), "{error}");
}

#[test]
fn an_answer_that_cannot_be_read_is_shown_by_its_beginning() {
    let stage = Stage::new();
    stage.fault(|fault| fault.status(200).body("<html>maintenance</html>"));
    let value = stage.json(&["users"]).ends(7);
    assert_eq!(value["error"]["kind"], "decode");
    assert!(value["error"]["message"].as_str().unwrap().contains("maintenance"), "{value}");
}

#[test]
fn what_the_crm_says_about_fields_is_told_field_by_field() {
    let stage = Stage::new();
    let body = r#"{"success":false,"errorMsg":"Validation error","errors":{"phone":"bad"}}"#;
    stage.fault(|fault| fault.status(400).body(body));
    let value = stage.json(&LOG).ends(5);
    let error = &value["error"];
    assert_eq!(error["kind"], "rejected");
    assert_eq!((&error["fields"]["phone"], &error["crm"]), (&json!("bad"), &json!("retailcrm")));
}

#[test]
fn the_time_of_the_whole_command_is_kept() {
    let stage = Stage::new();
    stage.fault(|fault| fault.delay(Duration::from_secs(20)));
    let began = Instant::now();
    let value = stage.json(&["--timeout", "0.4", "route", "+375446370646"]).ends(7);
    assert_eq!(value["error"]["kind"], "timeout");
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());

    stage.fault(|fault| fault.delay(Duration::from_secs(20)));
    // The state is saved before the popup goes out, which takes its time on a busy disk.
    let event: Vec<&str> = ["--timeout", "2"].into_iter().chain(RING).collect();
    let value = stage.json(&event).ends(8);
    assert_eq!(value["error"]["effect"], "maybe", "a popup may have been shown");
}

#[test]
fn bad_values_are_bad_input_and_name_their_option() {
    let stage = Stage::new();
    for (arguments, option) in [
        (vec!["call-event", "answered", "--call-id", " "], "--call-id"),
        (vec!["call-event", "answered", "--call-id", "1", "--ext", "PJSIP/"], "--ext"),
        (vec!["call-event", "answered", "--call-id", "1", "--at", "2026-03-02 08:00"], "--at"),
        (vec!["call-event", "answered", "--call-id", "1", "--record-url", "x"], "--record-url"),
        (vec!["call-event", "answered", "--call-id", "1", "--leg", "a/b"], "--leg"),
    ] {
        let value = stage.json(&arguments).ends(4);
        assert_eq!(value["error"]["kind"], "input", "{arguments:?}");
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(option), "{message}");
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn people_read_the_reason_and_what_to_do() {
    let stage = Stage::bare();
    stage.configure(&stage.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    let ran = stage.run(&["users"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(6), ""));
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(lines[0].starts_with("error: retailcrm account shop: "), "{ran}");
    assert!(lines[1].starts_with("hint: "), "{ran}");
}

#[test]
fn the_kind_of_a_failure_is_one_of_the_contract() {
    let kinds = [
        "usage",
        "config",
        "input",
        "rejected",
        "auth",
        "not_found",
        "unavailable",
        "rate_limited",
        "timeout",
        "decode",
        "unsupported",
        "internal",
    ];
    let stage = Stage::new();
    for status in [400, 401, 402, 403, 404, 405, 409, 418, 422, 429, 500, 502, 503, 504] {
        stage.fault(|fault| fault.status(status));
        let ran = stage.json(&LOG);
        let error: Value = ran.value()["error"].clone();
        assert!(kinds.contains(&error["kind"].as_str().unwrap_or_default()), "{status}: {ran}");
        assert!(ran.code.is_some_and(|code| (5..=8).contains(&code)), "{status}: {ran}");
    }
}
