//! Live calls.

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::support::Stage;

const CALL: &str = "1757843474.185";
const PHONE: &str = "+375446370646";

fn live(stage: &Stage) -> Vec<(String, Vec<String>, Option<String>)> {
    let rows = stage.sandbox.retailcrm().live().into_iter();
    rows.map(|row| (row.r#type, row.codes, row.hangup_status)).collect()
}

#[test]
fn a_delivery_always_has_the_same_keys() {
    let stage = Stage::new();
    let value = stage
        .json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"])
        .ends(0);
    assert_eq!(
        value,
        json!({
            "ok": true, "crm": "retailcrm", "profile": "shop", "call_id": CALL, "phone": PHONE,
            "crm_call_id": null, "recorded": false, "requests": 1, "warnings": [],
        }),
    );
}

#[test]
fn a_call_is_told_by_one_process_per_event() {
    let stage = Stage::new();
    let event = |arguments: &[&str]| -> Value {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", CALL]);
        stage.json(&all).ends(0)
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
        "the last event knows what the first was told",
    );

    let both = vec!["151".to_owned(), "152".to_owned()];
    assert_eq!(
        live(&stage),
        [
            ("in".to_owned(), both.clone(), None),
            ("hangup".to_owned(), both, Some("answered".to_owned())),
        ],
    );
    let call = stage.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!(call.extension.as_deref(), Some("151"));
    assert_eq!(call.outcome, Some("answered"));
    assert_eq!(call.talk_seconds, Some(64));
    assert_eq!(call.recording.as_deref(), Some(url));
    assert_eq!(stage.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn ringing_again_extends_the_popup_to_the_new_ones_only() {
    let stage = Stage::new();
    let ring = |extension: &str| {
        stage
            .json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", extension])
            .ends(0)
    };
    ring("151");
    ring("152");
    assert_eq!(ring("152")["requests"], 0, "152 sees the call already");
    let codes: Vec<Vec<String>> = live(&stage).into_iter().map(|(_, codes, _)| codes).collect();
    assert_eq!(codes, [["151"], ["152"]]);
}

#[test]
fn a_second_direction_wins_with_a_warning() {
    let stage = Stage::new();
    let ring = |direction: &str| {
        let ring = ["call-event", direction, "--call-id", CALL, "--phone", PHONE, "--ext", "151"];
        stage.json(&ring).ends(0)
    };
    ring("in");
    let warnings = ring("out")["warnings"].to_string();
    assert!(warnings.contains("later word"), "{warnings}");
}

#[test]
fn a_transfer_passes_the_call_on() {
    let stage = Stage::new();
    let run = |arguments: &[&str]| {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", CALL]);
        stage.json(&all).ends(0)
    };
    run(&["in", "--phone", PHONE, "--ext", "151"]);
    run(&["answered", "--ext", "151"]);
    run(&["transfer", "--to", "152", "--transfer-mode", "attended"]);
    run(&["hangup", "--record"]);
    let call = stage.sandbox.retailcrm().call(CALL).expect("the call is recorded");
    assert_eq!(call.extension.as_deref(), Some("152"), "whoever talked last has the call");
}

#[test]
fn a_hangup_that_brings_everything_is_recorded() {
    let stage = Stage::new();
    let whole = ["--direction", "in", "--phone", PHONE, "--ext", "151", "--outcome", "missed"];
    let mut all = vec!["call-event", "hangup", "--call-id", "2", "--record"];
    all.extend(whole);
    assert_eq!(stage.json(&all).ends(0)["recorded"], true);
}

#[test]
fn a_popup_that_cannot_be_closed_does_not_keep_the_record_out() {
    let stage = Stage::new();
    stage.json(&["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"]).ends(0);
    stage.fault(|fault| fault.path(crate::support::CALL_EVENT).status(500));
    let value = stage.json(&["call-event", "hangup", "--call-id", CALL, "--record"]).ends(0);
    assert_eq!(value["recorded"], true);
    assert!(value["warnings"].to_string().contains("popup could not be closed"), "{value}");
}

#[test]
fn a_number_that_cannot_be_read_is_kept_with_a_warning() {
    let stage = Stage::new();
    let value = stage
        .json(&["call-event", "in", "--call-id", CALL, "--phone", "12345678", "--ext", "151"])
        .ends(0);
    assert_eq!(value["phone"], Value::Null);
    assert_eq!(value["requests"], 1, "digits are sent as they are");
    assert_eq!(value["warnings"].as_array().map(Vec::len), Some(1), "{value}");

    let hidden = ["call-event", "in", "--call-id", "2", "--phone", "anonymous", "--ext", "151"];
    let hidden = stage.json(&hidden).ends(0);
    assert_eq!((&hidden["requests"], &hidden["phone"]), (&json!(0), &Value::Null));
    assert!(hidden["warnings"].to_string().contains("hides"), "{hidden}");
}

#[test]
fn an_option_of_the_crm_reaches_it() {
    let stage = Stage::new();
    let site = ["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "151"];
    let site: Vec<&str> = site.into_iter().chain(["--extra", "site=shop-two"]).collect();
    stage.json(&site).ends(0);
    let sent = stage.sandbox.requests(Crm::RetailCrm).pop().expect("a request");
    assert_eq!(sent.json("event").expect("an event")["site"], "shop-two");
}

#[test]
fn people_read_one_line_and_warnings_apart() {
    let stage = Stage::new();
    let ring = ["call-event", "in", "--call-id", CALL, "--phone", PHONE, "--ext", "999"];
    let ran = stage.run(&ring);
    assert_eq!(ran.stdout, format!("sent  call {CALL}  {PHONE}  retailcrm account shop\n"));
    assert!(ran.stderr.contains("warning: extension 999 is not in `extensions`"), "{ran}");
    let quiet: Vec<&str> = ["-q"].into_iter().chain(ring).collect();
    assert_eq!(stage.run(&quiet).stderr, "");
}

#[test]
fn number_without_region_names_default_region() {
    let stage = Stage::new();
    let text = stage.profile_text("shop");
    let without = text.replace("default_region = \"BY\"\n", "");
    assert_ne!(text, without);
    stage.configure(&without);
    let ring = ["call-event", "in", "--call-id", "1", "--ext", "151"];
    let read = |phone| stage.json(&[&ring[..], &["--phone", phone]].concat()).ends(0);
    let national = read("8044 637-06-46")["warnings"].to_string();
    assert!(national.contains("set default_region"), "{national}");
    let odd = read("MTS.BY")["warnings"].to_string();
    assert!(!odd.contains("default_region"), "{odd}");
    let error = stage.json(&["route", "8044 637-06-46"]).ends(4)["error"].clone();
    assert!(error.to_string().contains("set default_region"), "{error}");
}
