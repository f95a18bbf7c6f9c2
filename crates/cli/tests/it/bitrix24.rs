//! The commands with a Bitrix24 profile.

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::{List, WEBHOOK_SECRET};
use vochi_crm_sandbox::{Crm, Fault, Lose};

use crate::oauth::authorize;
use crate::support::TestEnv;

/// A contact of the stand-in; the responsible employee has extension 151.
const CLIENT: &str = "+375446370646";

fn env_with(keys: &str) -> TestEnv {
    let env = TestEnv::bare();
    let profile = env.bitrix24_text("portal");
    let own = format!("[profile.portal]\ninbound_secret = \"canary-inbound-secret\"\n{keys}");
    let profile = profile.replacen("[profile.portal]\n", &own, 1);
    env.configure(&format!("public_url = \"https://pbx.example.test\"\n{profile}"));
    env
}

fn env() -> TestEnv {
    env_with("")
}

/// A profile of the application, with tokens in a file.
fn application() -> TestEnv {
    let env = TestEnv::bare();
    let mut profile = env.sandbox.bitrix24().application_profile();
    profile["retries"] = 0.into();
    profile["inbound_secret"] = "canary-inbound-secret".into();
    profile["token_file"] = env.path("portal.json").to_str().unwrap().into();
    let table = json!({"public_url": "https://pbx.example.test", "profile": {"portal": profile}});
    env.configure(&toml::to_string(&table).unwrap());
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

/// Nothing was refused, and no card is open.
fn nothing_is_left(env: &TestEnv) {
    assert_eq!(env.sandbox.refused(Crm::Bitrix24), []);
    assert_eq!(env.sandbox.bitrix24().open_cards(), []);
    assert_eq!(env.sandbox.bitrix24().open_calls(), Vec::<String>::new());
}

#[test]
fn processes_of_a_call_share_it_and_finish_it_once() {
    let env = env();
    let event = |arguments: &[&str]| {
        let all = [&["call-event"], arguments, &["--call-id", "17.1"]].concat();
        env.json(&all).exits(0)
    };
    let shown = event(&["in", "--phone", CLIENT, "--ext", "151", "--ext", "152"]);
    let users: Vec<i64> = env.sandbox.bitrix24().open_cards().iter().map(|it| it.1).collect();
    assert_eq!(users, [24, 25], "{shown}");
    event(&["answered", "--ext", "151"]);
    let users: Vec<i64> = env.sandbox.bitrix24().open_cards().iter().map(|it| it.1).collect();
    assert_eq!(users, [24], "the card of the other one is hidden");
    let ended = event(&["hangup", "--talk-seconds", "64"]);
    let call = env.sandbox.bitrix24().calls().remove(0);
    assert_eq!(ended["crm_call_id"], json!(call.crm_call_id), "{ended}");
    assert_eq!((call.call_id.as_deref(), call.talk_seconds), (Some("17.1"), Some(64)));
    let repeat = env.json(&record("17.1", CLIENT, "answered")).exits(0);
    assert_eq!((&repeat["requests"], &repeat["recorded"]), (&json!(0), &json!(true)), "{repeat}");
    nothing_is_left(&env);
}

#[test]
fn record_alone_registers_and_finishes_without_a_card() {
    let env = env();
    let logged = env.json(&record("17.2", CLIENT, "answered")).exits(0);
    assert_eq!(logged["recorded"], true, "{logged}");
    assert!(env.sandbox.bitrix24().live().iter().all(|it| it.users.is_empty()), "SHOW is 0");
    let missed = env.json(&record("17.3", CLIENT, "missed")).exits(0);
    assert_eq!(missed["recorded"], true, "{missed}");
    let outcomes: Vec<_> = env.sandbox.bitrix24().calls().iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Some("answered"), Some("missed")]);
    nothing_is_left(&env);
}

#[test]
fn unknown_caller_becomes_a_lead_when_configured() {
    let env = env_with("unknown_caller = \"lead\"\nlead_source = \"CALL\"\n");
    let logged = env.json(&record("17.4", "+375330000001", "answered")).exits(0);
    assert_eq!(logged["recorded"], true, "{logged}");
    let lead = env.sandbox.bitrix24().records(List::Leads).pop().unwrap();
    assert_eq!(lead["PHONE"][0]["VALUE"], "+375330000001", "{lead}");
    nothing_is_left(&env);
}

#[test]
fn lost_response_leaves_one_call() {
    let env = env();
    for path in ["telephony.externalCall.register", "telephony.externalCall.finish", "batch"] {
        let path = format!("/rest/1/{WEBHOOK_SECRET}/{path}");
        env.sandbox.fault(Fault::on(Crm::Bitrix24).path(path).lose(Lose::Answer));
    }
    env.json(&record("17.5", CLIENT, "answered"));
    env.json(&["settle"]);
    let again = env.json(&record("17.5", CLIENT, "answered")).exits(0);
    assert_eq!(again["recorded"], true, "{again}");
    assert_eq!(env.sandbox.bitrix24().calls().len(), 1);
    nothing_is_left(&env);
}

#[test]
fn lookups_name_client_manager_and_extension() {
    let env = env();
    let found = env.json(&["lookup", CLIENT]).exits(0);
    let customer = &found["customer"];
    assert_eq!(customer["name"], "Ольга Мельник", "{found}");
    assert!(customer["url"].as_str().unwrap().contains("831"), "{found}");
    assert_eq!(env.run(&["route", CLIENT]).stdout.trim(), "151");
    let users = env.json(&["users"]).exits(0);
    assert!(users.to_string().contains("Марина Ковалёва"), "{users}");
    env.sandbox.bitrix24().edit(List::Contacts, 831, json!({"LAST_NAME": "Новикова"}));
    let changed = env.json(&["changes"]);
    assert!(changed.stdout.contains("Новикова"), "{changed}");
    nothing_is_left(&env);
}

#[test]
fn application_is_authorized_and_set_up() {
    let env = application();
    let (exit, authorized, _) = authorize(&env, None);
    assert_eq!(exit, 0, "{authorized}");
    env.sandbox.bitrix24().expire_tokens();
    let changes = |arguments: &[&str]| -> usize {
        let report = env.json(&[&["setup"], arguments].concat()).exits(0);
        report["changes"].as_array().map_or(0, Vec::len)
    };
    let planned = changes(&["--dry-run"]);
    assert!(planned > 1, "events are bound");
    assert_eq!((changes(&[]), changes(&[])), (planned, 0));
    let health = env.json(&["health"]).exits(0);
    assert_eq!(health["ok"], true, "{health}");
    assert!(changes(&["--remove"]) > 0);
    assert_eq!(env.sandbox.bitrix24().records(List::Handlers), Vec::<Value>::new());
    nothing_is_left(&env);
}

#[test]
fn webhook_is_nowhere_shown() {
    let env = env();
    let event = ["call-event", "in", "--call-id", "1", "--phone", CLIENT, "--ext", "151"];
    let plan = env.run(&[&event[..], &["--dry-run"]].concat());
    assert!(plan.stdout.contains("telephony.externalCall.register"), "{plan}");
    let path = format!("/rest/1/{WEBHOOK_SECRET}/");
    env.sandbox.fault(
        Fault::on(Crm::Bitrix24)
            .path(path)
            .status(401)
            .body(r#"{"error":"NO_AUTH_FOUND","error_description":"Wrong authorization data"}"#),
    );
    let failed = env.json(&["-vv", "health"]);
    for run in [&plan, &failed] {
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(!shown.contains(WEBHOOK_SECRET), "{shown}");
    }
    let raw = env.json(&["api", "POST", "/crm.status.list", "--json", "{}"]).exits(0);
    assert!(raw.to_string().contains("IN_PROCESS"), "{raw}");
}

#[test]
fn curl_line_of_a_webhook_works_in_a_shell() {
    let env = env();
    let plan = env.json(&["--dry-run", "api", "POST", "/crm.status.list", "-d", "a=b"]).exits(0);
    let curl = plan["requests"][0]["curl"].as_str().unwrap();
    assert!(curl.contains(r#""${VOCHI_CRM_WEBHOOK_URL%/}"'/crm.status.list'"#), "{curl}");
}

#[test]
fn dry_run_of_an_application_says_that_the_token_is_missing() {
    let env = application();
    let plan = env.json(&["--dry-run", "users"]).exits(0);
    assert!(plan["warnings"].to_string().contains("`auth`"), "{plan}");
}

#[test]
fn setup_of_a_webhook_generates_no_secret() {
    let env = TestEnv::bare();
    let profile = env.bitrix24_text("portal");
    env.configure(&format!("public_url = \"https://pbx.example.test\"\n{profile}"));
    let report = env.json(&["setup"]).exits(0);
    assert_eq!(report["inbound_secret_file"], Value::Null, "{report}");
    assert!(!report["changes"].to_string().contains("secret"), "{report}");
}

#[test]
fn short_timeout_blames_no_lock() {
    let env = env();
    let event = ["call-event", "in", "--call-id", "1", "--phone", CLIENT, "--ext", "151"];
    let run = env.json(&[&["--timeout", "0.001"], &event[..]].concat());
    let error = &run.exits(7)["error"];
    assert!(!error["message"].as_str().unwrap().contains("locked"), "{error}");
}
