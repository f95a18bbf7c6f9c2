//! `call-event`.

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::support::TestEnv;

const CALL: &str = "1757843474.185";
const PHONE: &str = "+375446370646";

fn live(env: &TestEnv) -> Vec<(String, Vec<String>, Option<String>)> {
    let rows = env.sandbox.retailcrm().live().into_iter();
    rows.map(|row| (row.r#type, row.codes, row.hangup_status)).collect()
}

#[test]
fn delivery_has_all_keys() {
    let env = TestEnv::new();
    let value = env
        .json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"])
        .exits(0);
    assert_eq!(
        value,
        json!({
            "ok": true, "crm": "retailcrm", "profile": "shop", "call_id": CALL, "phone": PHONE,
            "crm_call_id": null, "recorded": false, "requests": 1, "warnings": [],
        }),
    );
}

#[test]
fn one_process_per_event_completes_a_call() {
    let env = TestEnv::new();
    let event = |arguments: &[&str]| -> Value {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", CALL]);
        env.json(&all).exits(0)
    };
    event(&[
        "in",
        "--phone",
        "8044 637-06-46",
        "--ext",
        "151",
        "--ext",
        "152",
        "--line",
        "0001363",
    ]);
    assert_eq!(event(&["answered", "--ext", "151"])["requests"], 0);
    event(&["hold", "--ext", "151"]);
    event(&["resume", "--ext", "151"]);
    event(&["leave", "--ext", "152"]);
    let url = "https://pbx.example.test/rec/1.mp3";
    let end = event(&["hangup", "--talk-seconds", "64", "--record", "--record-url", url]);
    assert_eq!(
        (&end["phone"], &end["recorded"], &end["requests"]),
        (&json!(PHONE), &json!(true), &json!(2)),
        "the last event has the number of the first",
    );

    let both = vec!["151".to_owned(), "152".to_owned()];
    assert_eq!(
        live(&env),
        [
            ("in".to_owned(), both.clone(), None),
            ("hangup".to_owned(), both, Some("answered".to_owned())),
        ],
    );
    let call = env.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!(call.extension.as_deref(), Some("151"));
    assert_eq!(call.outcome, Some("answered"));
    assert_eq!(call.talk_seconds, Some(64));
    assert_eq!(call.recording.as_deref(), Some(url));
    assert_eq!(env.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn repeated_ring_notifies_only_new_extensions() {
    let env = TestEnv::new();
    let ring = |extension: &str| {
        env.json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", extension])
            .exits(0)
    };
    ring("151");
    ring("152");
    assert_eq!(ring("152")["requests"], 0, "152 has a popup already");
    let codes: Vec<Vec<String>> = live(&env).into_iter().map(|(_, codes, _)| codes).collect();
    assert_eq!(codes, [["151"], ["152"]]);
}

#[test]
fn second_direction_wins_with_warning() {
    let env = TestEnv::new();
    let ring = |direction: &str| {
        let ring = ["call-event", direction, "--call-id", CALL, "--phone", PHONE, "--ext", "151"];
        env.json(&ring).exits(0)
    };
    ring("in");
    let warnings = ring("out")["warnings"].to_string();
    assert!(warnings.contains("the later value is used"), "{warnings}");
}

#[test]
fn transfer_moves_the_call() {
    let env = TestEnv::new();
    let send = |arguments: &[&str]| {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", CALL]);
        env.json(&all).exits(0)
    };
    send(&["in", "--phone", PHONE, "--ext", "151"]);
    send(&["answered", "--ext", "151"]);
    send(&["transfer", "--to", "152", "--transfer-mode", "attended"]);
    send(&["hangup", "--record"]);
    let call = env.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!(
        call.extension.as_deref(),
        Some("152"),
        "the call belongs to the last one that talked"
    );
}

#[test]
fn complete_hangup_is_recorded() {
    let env = TestEnv::new();
    let whole = ["--direction", "in", "--phone", PHONE, "--ext", "151", "--outcome", "missed"];
    let mut all = vec!["call-event", "hangup", "--call-id", "2", "--record"];
    all.extend(whole);
    assert_eq!(env.json(&all).exits(0)["recorded"], true);
}

#[test]
fn popup_failure_does_not_stop_the_record() {
    let env = TestEnv::new();
    env.json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"]).exits(0);
    env.fault(|fault| fault.path(crate::support::CALL_EVENT).status(500));
    let value = env.json(&["call-event", "hangup", "--call-id", CALL, "--record"]).exits(0);
    assert_eq!(value["recorded"], true);
    assert!(value["warnings"].to_string().contains("cannot close the popup"), "{value}");
}

#[test]
fn unreadable_number_is_kept_with_warning() {
    let env = TestEnv::new();
    let value = env
        .json(&["call-event", "in", "--call-id", CALL, "--phone", "12345678", "--ext", "151"])
        .exits(0);
    assert_eq!(value["phone"], Value::Null);
    assert_eq!(value["requests"], 1, "digits are sent as they are");
    assert_eq!(value["warnings"].as_array().map(Vec::len), Some(1), "{value}");

    let hidden = ["call-event", "in", "--call-id", "2", "--phone", "anonymous", "--ext", "151"];
    let hidden = env.json(&hidden).exits(0);
    assert_eq!((&hidden["requests"], &hidden["phone"]), (&json!(0), &Value::Null));
    assert!(hidden["warnings"].to_string().contains("is hidden"), "{hidden}");
}

#[test]
fn extra_option_is_sent() {
    let env = TestEnv::new();
    let site = ["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"];
    let site: Vec<&str> = site.into_iter().chain(["--extra", "site=shop-two"]).collect();
    env.json(&site).exits(0);
    let sent = env.sandbox.requests(Crm::RetailCrm).pop().expect("a request");
    assert_eq!(sent.json("event").expect("an event")["site"], "shop-two");
}

#[test]
fn human_output_is_one_line_plus_warnings() {
    let env = TestEnv::new();
    let ring = ["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "999"];
    let run = env.run(&ring);
    assert_eq!(run.stdout, format!("sent  call {CALL}  {PHONE}  retailcrm account shop\n"));
    assert!(run.stderr.contains("warning: extension 999 is not in `extensions`"), "{run}");
    let quiet: Vec<&str> = ["-q"].into_iter().chain(ring).collect();
    assert_eq!(env.run(&quiet).stderr, "");
}

#[test]
fn number_without_region_names_default_region() {
    let env = TestEnv::new();
    let text = env.profile_text("shop");
    let without = text.replace("default_region = \"BY\"\n", "");
    assert_ne!(text, without);
    env.configure(&without);
    let ring = ["call-event", "in", "--call-id", "1", "--ext", "151"];
    let read = |phone| env.json(&[&ring[..], &["--phone", phone]].concat()).exits(0);
    let national = read("8044 637-06-46")["warnings"].to_string();
    assert!(national.contains("set default_region"), "{national}");
    let odd = read("MTS.BY")["warnings"].to_string();
    assert!(!odd.contains("default_region"), "{odd}");
    let error = env.json(&["route", "8044 637-06-46"]).exits(4)["error"].clone();
    assert!(error.to_string().contains("set default_region"), "{error}");
}
