//! The commands with a U-ON profile.

use serde_json::{Value, json};
use vochi_crm_sandbox::uon::{API_KEY, List};
use vochi_crm_sandbox::{Crm, Fault, Lose};

use crate::support::TestEnv;

/// A client of the stand-in; the manager has extension 151.
const CLIENT: &str = "+375446370646";

fn env() -> TestEnv {
    let env = TestEnv::bare();
    let profile = env.uon_text("agency");
    let own = "missed_task = true\nmissed_user = \"2\"\nunknown_caller = \"lead\"\n\
               inbound_secret = \"canary-inbound-secret\"\n";
    let profile = profile.replacen("[profile.agency]\n", &format!("[profile.agency]\n{own}"), 1);
    env.configure(&format!("public_url = \"https://pbx.example.test\"\n{profile}"));
    env
}

fn record<'a>(id: &'a str, phone: &'a str, outcome: &'a str) -> Vec<&'a str> {
    let mut record = vec!["call-log", "--call-id", id, "--phone", phone, "--direction", "in"];
    record.extend(["--ext", "151", "--started-at", "2026-03-02T11:00:00+03:00"]);
    record.extend(["--outcome", outcome]);
    if outcome == "answered" {
        record.extend(["--talk-seconds", "64"]);
    }
    record
}

fn nothing_was_refused(env: &TestEnv) {
    assert_eq!(env.sandbox.refused(Crm::Uon), []);
}

#[test]
fn call_is_shown_and_recorded_once() {
    let env = env();
    let event = |arguments: &[&str]| {
        let all = [&["call-event"], arguments, &["--call-id", "17.1"]].concat();
        env.json(&all).exits(0)
    };
    let shown = event(&["in", "--phone", CLIENT, "--ext", "151", "--ext", "152"]);
    assert_eq!(shown["requests"], 3, "the client, and a popup for each: {shown}");
    assert_eq!(event(&["answered", "--ext", "151"])["requests"], 0);
    assert_eq!(event(&["hangup"])["requests"], 0);
    let popups = env.sandbox.uon().records(List::Notifications);
    let text = popups[0]["text"].as_str().unwrap();
    assert!(text.contains("client_edit.php?client_id=31"), "{text}");
    let logged = env.json(&record("17.1", CLIENT, "answered")).exits(0);
    assert_eq!((&logged["recorded"], &logged["crm_call_id"]), (&json!(true), &json!("1")));
    let repeat = env.json(&record("17.1", CLIENT, "answered")).exits(0);
    assert_eq!(repeat["requests"], 0, "{repeat}");
    assert_eq!(env.sandbox.uon().calls()[0].talk_seconds, Some(64));
    nothing_was_refused(&env);
}

#[test]
fn missed_call_of_a_stranger_becomes_client_lead_and_reminder() {
    let env = env();
    let logged = env.json(&record("17.2", "+375330000001", "missed")).exits(0);
    assert_eq!(logged["warnings"], json!([]), "{logged}");
    assert_eq!(logged["requests"], 5, "record, search, client, lead, reminder: {logged}");
    let reminder = env.sandbox.uon().records(List::Reminders).pop().unwrap();
    assert_eq!(reminder["manager_id"], 2);
    nothing_was_refused(&env);
}

#[test]
fn lost_record_is_found_in_the_history() {
    let env = env();
    let path = format!("/{API_KEY}/call_history/create.json");
    env.sandbox.fault(Fault::on(Crm::Uon).path(path).lose(Lose::Answer));
    let logged = env.json(&record("17.3", CLIENT, "answered")).exits(0);
    assert_eq!(logged["recorded"], true, "{logged}");
    assert_eq!(env.sandbox.uon().calls().len(), 1);
}

#[test]
fn lookups_name_client_manager_and_extension() {
    let env = env();
    let found = env.json(&["lookup", CLIENT]).exits(0);
    let text = found.to_string();
    assert!(text.contains("Ольга Мельник") && text.contains("client_id=31"), "{found}");
    assert_eq!(env.run(&["route", CLIENT]).stdout.trim(), "151");
    let users = env.json(&["users"]).exits(0);
    assert!(users.to_string().contains("Марина Ковалёва"), "{users}");
    let changed = env.json(&["changes"]);
    assert!(changed.stdout.contains("Ольга Мельник"), "{changed}");
    nothing_was_refused(&env);
}

#[test]
fn setup_is_idempotent_and_health_checks_it() {
    let env = env();
    let changes = |arguments: &[&str]| -> usize {
        let report = env.json(&[&["setup"], arguments].concat()).exits(0);
        report["changes"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(changes(&["--dry-run"]), 4);
    assert_eq!(changes(&[]), 4);
    assert_eq!(changes(&[]), 0);
    let health = env.json(&["health"]).exits(0);
    assert_eq!(health["ok"], true, "{health}");
    assert_eq!(changes(&["--remove"]), 4);
    assert_eq!(env.sandbox.uon().records(List::Webhooks), Vec::<Value>::new());
    nothing_was_refused(&env);
}

#[test]
fn dry_run_and_raw_request_do_not_show_the_key() {
    let env = env();
    let event = ["call-event", "in", "--call-id", "1", "--phone", CLIENT, "--ext", "151"];
    let plan = env.run(&[&event[..], &["--dry-run"]].concat());
    assert!(plan.stdout.contains("\"$VOCHI_CRM_API_KEY\"'/notification/create.json'"), "{plan}");
    assert!(!plan.stdout.contains(API_KEY), "{plan}");
    assert_eq!(env.sandbox.requests(Crm::Uon).len(), 0);
    let raw = env.json(&["api", "GET", "/status_lead"]).exits(0);
    assert!(raw.to_string().contains("is_archive"), "{raw}");
}
