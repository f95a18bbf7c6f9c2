//! Failures: error objects and exit codes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vochi_crm_sandbox::Lose;

use crate::support::{CALL_EVENT, TestEnv, UPLOAD};

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
fn wrong_key_ends_with_6() {
    let env = TestEnv::bare();
    env.configure(&env.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    for arguments in [
        &RING[..],
        &LOG,
        &["users"],
        &["route", "+375446370646"],
        &["lookup", "+375446370646"],
        &["health"],
    ] {
        let value = env.json(arguments).exits(6);
        assert_eq!(value["error"]["kind"], "auth", "{arguments:?}");
    }
}

#[test]
fn unreachable_crm_ends_with_7() {
    let env = TestEnv::bare();
    // The port has been released, so connections are refused.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("http://127.0.0.1:{port}");
    let url = env.url();
    env.configure(&env.profile_text("shop").replace(url.trim_end_matches('/'), &dead));
    for arguments in [
        &RING[..],
        &LOG,
        &["users"],
        &["route", "+375446370646"],
        &["lookup", "+375446370646"],
        &["changes"],
        &["health"],
    ] {
        let value = env.json(arguments).exits(7);
        assert_eq!(value["error"]["kind"], "unavailable", "{arguments:?}");
        assert_eq!(value["error"]["effect"], "not_applied", "{arguments:?}");
    }
}

#[test]
fn lost_response_of_event_has_effect_maybe() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(CALL_EVENT).lose(Lose::Answer));
    let value = env.json(&RING).exits(8);
    assert_eq!(value["error"]["effect"], "maybe");
    assert!(value["error"]["hint"].as_str().unwrap().contains("look"), "{value}");
    assert_eq!(env.sandbox.retailcrm().live().len(), 1, "the stand-in has shown it");
}

#[test]
fn lost_response_of_record_is_retried() {
    let env = TestEnv::bare();
    env.configure(&env.profile_text("shop").replace("retries = 0", "retries = 2"));
    env.fault(|fault| fault.path(UPLOAD).lose(Lose::Answer));
    let value = env.json(&LOG).exits(0);
    assert_eq!((&value["recorded"], &value["requests"]), (&json!(true), &json!(2)));
    assert_eq!(env.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn record_can_be_repeated_after_maybe() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(UPLOAD).lose(Lose::Answer));
    let value = env.json(&LOG).exits(8);
    assert_eq!(value["error"]["effect"], "maybe");
    assert_eq!(env.json(&LOG).exits(0)["recorded"], true);
    assert_eq!(env.sandbox.retailcrm().calls().len(), 1);
}

#[test]
fn rate_limit_has_retry_after() {
    let env = TestEnv::new();
    env.fault(|fault| fault.status(503).body("<html>503 Service Temporarily Unavailable</html>"));
    let value = env.json(&["users"]).exits(7);
    let error = &value["error"];
    assert_eq!((&error["kind"], &error["status"]), (&json!("rate_limited"), &json!(503)));
    assert!(error["retry_after_seconds"].is_u64(), "{error}");
}

#[test]
fn unreadable_response_is_quoted() {
    let env = TestEnv::new();
    env.fault(|fault| fault.status(200).body("<html>maintenance</html>"));
    let value = env.json(&["users"]).exits(7);
    assert_eq!(value["error"]["kind"], "decode");
    assert!(value["error"]["message"].as_str().unwrap().contains("maintenance"), "{value}");
}

#[test]
fn field_errors_are_printed() {
    let env = TestEnv::new();
    let body = r#"{"success":false,"errorMsg":"Validation error","errors":{"phone":"bad"}}"#;
    env.fault(|fault| fault.status(400).body(body));
    let value = env.json(&LOG).exits(5);
    let error = &value["error"];
    assert_eq!(error["kind"], "rejected");
    assert_eq!((&error["fields"]["phone"], &error["crm"]), (&json!("bad"), &json!("retailcrm")));
}

#[test]
fn command_timeout_is_kept() {
    let env = TestEnv::new();
    env.fault(|fault| fault.delay(Duration::from_secs(20)));
    let began = Instant::now();
    let value = env.json(&["--timeout", "0.4", "route", "+375446370646"]).exits(7);
    assert_eq!(value["error"]["kind"], "timeout");
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());

    env.fault(|fault| fault.delay(Duration::from_secs(20)));
    // The state is stored before the popup is sent, which takes time on a busy disk.
    let event: Vec<&str> = ["--timeout", "2"].into_iter().chain(RING).collect();
    let value = env.json(&event).exits(8);
    assert_eq!(value["error"]["effect"], "maybe", "a popup may have been shown");
}

#[test]
fn invalid_values_name_their_option() {
    let env = TestEnv::new();
    for (arguments, option) in [
        (vec!["call-event", "answered", "--call-id", " "], "--call-id"),
        (vec!["call-event", "answered", "--call-id", "1", "--ext", "PJSIP/"], "--ext"),
        (vec!["call-event", "answered", "--call-id", "1", "--at", "2026-03-02 08:00"], "--at"),
        (vec!["call-event", "answered", "--call-id", "1", "--record-url", "x"], "--record-url"),
        (vec!["call-event", "answered", "--call-id", "1", "--leg", "a/b"], "--leg"),
    ] {
        let value = env.json(&arguments).exits(4);
        assert_eq!(value["error"]["kind"], "input", "{arguments:?}");
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(option), "{message}");
    }
    assert_eq!(env.requests(), 0);
}

#[test]
fn human_error_has_message_and_hint() {
    let env = TestEnv::bare();
    env.configure(&env.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    let run = env.run(&["users"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""));
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("error: retailcrm account shop: "), "{run}");
    assert!(lines[1].starts_with("hint: "), "{run}");
}

#[test]
fn error_kind_is_in_the_contract() {
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
    let env = TestEnv::new();
    for status in [400, 401, 402, 403, 404, 405, 409, 418, 422, 429, 500, 502, 503, 504] {
        env.fault(|fault| fault.status(status));
        let run = env.json(&LOG);
        let error: Value = run.value()["error"].clone();
        assert!(kinds.contains(&error["kind"].as_str().unwrap_or_default()), "{status}: {run}");
        assert!(run.code.is_some_and(|code| (5..=8).contains(&code)), "{status}: {run}");
    }
}
