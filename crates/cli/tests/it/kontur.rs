//! The commands with a Kontur profile.

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::API_KEY;
use vochi_crm_sandbox::{Crm, Fault};

use crate::support::{Run, TestEnv, keys};

/// A client of the stand-in; the employee of the client's deal has extension 151.
const CLIENT: &str = "+375446370646";

fn env() -> TestEnv {
    let env = TestEnv::bare();
    env.configure(&format!(
        "public_url = \"https://pbx.example.test\"\n{}",
        env.kontur_text("crm")
    ));
    env
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {run}")))
        .collect()
}

fn calls(env: &TestEnv) -> Vec<Value> {
    let state = env.sandbox.state();
    state["kontur"]["calls"].as_array().expect("calls").clone()
}

fn nothing_was_refused(env: &TestEnv) {
    assert_eq!(env.sandbox.refused(Crm::Kontur), []);
}

#[test]
fn call_is_recorded_with_its_recording() {
    let env = env();
    let event = |arguments: &[&str]| {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", "1763631515.42"]);
        env.json(&all).exits(0)
    };
    let began =
        event(&["in", "--phone", CLIENT, "--ext", "151", "--ext", "152", "--line", "0001363"]);
    assert_eq!(began["warnings"], json!([]), "{began}");
    assert!(began["crm_call_id"].is_string(), "Kontur's id of the call: {began}");
    event(&["answered", "--ext", "151"]);
    event(&["hold"]);
    event(&["resume"]);
    event(&["hangup"]);
    let recording = env.write("recording.mp3", "ID3 invented", 0o600);
    let record = [
        "call-log",
        "--call-id",
        "1763631515.42",
        "--phone",
        CLIENT,
        "--direction",
        "in",
        "--ext",
        "151",
        "--started-at",
        "2026-03-02T11:00:00+03:00",
        "--outcome",
        "answered",
        "--talk-seconds",
        "64",
        "--wait-seconds",
        "6",
        "--record-file",
        recording.to_str().expect("a path"),
    ];
    let logged = env.json(&record).exits(0);
    assert_eq!(logged["recorded"], true, "{logged}");
    assert_eq!(logged["crm_call_id"], began["crm_call_id"]);
    let repeat = env.json(&record).exits(0);
    assert_eq!(repeat["requests"], 0, "a repeat changes nothing: {repeat}");
    let calls = calls(&env);
    let [call] = calls.as_slice() else {
        panic!("one call: {calls:?}");
    };
    assert_eq!(
        (&call["call_id"], &call["phone"], &call["extension"], &call["outcome"]),
        (&json!("1763631515.42"), &json!(CLIENT), &json!("151"), &json!("answered")),
    );
    assert!(call["recording"].is_string(), "{call}");
    nothing_was_refused(&env);
}

#[test]
fn lookup_and_route_find_the_client() {
    let env = env();
    let found = env.json(&["lookup", CLIENT]).exits(0);
    assert_eq!(found["customer"]["name"], "Ольга Мельник", "{found}");
    let warnings = found["warnings"].to_string();
    assert!(warnings.contains("feed"), "the source is named: {found}");
    let unknown = env.json(&["lookup", "+375330000001"]).exits(1);
    assert_eq!(unknown["found"], false);
    let route = env.json(&["route", CLIENT]).exits(0);
    assert_eq!(route["extension"], "151", "{route}");
    env.json(&["route", "+375330000001"]).exits(1);
    nothing_was_refused(&env);
}

#[test]
fn users_setup_health_and_changes_succeed() {
    let env = env();
    let users = env.json(&["users"]).exits(0);
    assert!(users["users"].as_array().expect("users").len() > 5, "{users}");
    let shown = env.json(&["--dry-run", "setup"]).exits(0);
    assert!(!shown["changes"].as_array().expect("changes").is_empty());
    env.json(&["setup"]).exits(0);
    let repeat = env.json(&["setup"]).exits(0);
    assert_eq!(repeat["changes"], json!([]), "a repeat changes nothing: {repeat}");
    let removed = env.json(&["setup", "--remove"]).exits(0);
    assert_ne!(removed["changes"], json!([]), "hooks and features: {removed}");
    let repeat = env.json(&["setup", "--remove"]).exits(0);
    assert_eq!(repeat["changes"], json!([]), "a repeat changes nothing: {repeat}");
    env.json(&["setup"]).exits(0);
    let health = env.json(&["health"]).exits(0);
    let checks = health["profiles"][0]["checks"].as_array().expect("checks");
    assert!(checks.iter().any(|check| check["name"] == "key"), "{health}");
    let changes = env.json(&["changes"]);
    assert_eq!(changes.code, Some(0), "{changes}");
    let rows = lines(&changes);
    assert!(rows.len() > 1, "customers before the cursor: {changes}");
    let end = rows.last().expect("the cursor");
    assert_eq!(keys(end), ["cursor", "customers", "ok"]);
    let since = end["cursor"].as_str().expect("a cursor");
    let repeat = env.json(&["changes", "--since", since]);
    assert_eq!(lines(&repeat).len(), 1, "no customer is repeated: {repeat}");
    nothing_was_refused(&env);
}

#[test]
fn health_names_wrong_key_and_missing_integration() {
    let env = env();
    env.sandbox.kontur().set_installed(false);
    let health = env.json(&["health"]).exits(6);
    let hint = health["error"]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("Install"), "{health}");

    let env = TestEnv::bare();
    env.configure(&env.kontur_text("crm").replace(API_KEY, "another-key"));
    let health = env.json(&["health"]).exits(6);
    assert!(health["error"]["hint"].to_string().contains("api_key"), "{health}");
}

#[test]
fn recording_url_is_a_warning() {
    let env = env();
    let record = [
        "call-log",
        "--call-id",
        "url-1",
        "--phone",
        CLIENT,
        "--direction",
        "in",
        "--ext",
        "151",
        "--started-at",
        "2026-03-02T11:00:00+03:00",
        "--outcome",
        "answered",
        "--talk-seconds",
        "64",
        "--record-url",
        "https://pbx.example.test/rec/1.mp3",
    ];
    let logged = env.json(&record).exits(0);
    let warnings = logged["warnings"].to_string();
    assert!(warnings.contains("file"), "Kontur takes files only: {logged}");
}

#[test]
fn raw_path_may_omit_the_prefix() {
    let env = env();
    let start = "offset=00000000-0000-0000-0000-000000000000&limit=20";
    for path in ["/api/v1/vochi-demo/events", "/events"] {
        let target = format!("{path}?{start}");
        let value = env.json(&["api", "GET", &target]).exits(0);
        assert!(value["answer"]["items"].is_array(), "{path}: {value}");
    }
    nothing_was_refused(&env);
}

#[test]
fn dry_run_shows_steps_without_secrets() {
    let env = env();
    let arguments =
        ["--dry-run", "call-event", "in", "--call-id", "1", "--phone", CLIENT, "--ext", "151"];
    let run = env.json(&arguments);
    let value = run.exits(0);
    let urls: Vec<&str> = value["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .filter_map(|one| one["url"].as_str())
        .collect();
    assert!(urls[0].ends_with("/authorize-private-integration"), "{urls:?}");
    assert!(urls[1].ends_with("/call-started"), "{urls:?}");
    assert!(urls[2].ends_with("/call-event"), "{urls:?}");
    assert!(!run.stdout.contains(API_KEY), "{run}");
    assert!(run.stdout.contains("$VOCHI_CRM_API_KEY"), "{run}");
    assert_eq!(env.sandbox.requests(Crm::Kontur).len(), 0);
}

#[test]
fn missing_recording_file_sends_nothing() {
    let env = env();
    let arguments = [
        "call-log",
        "--call-id",
        "1",
        "--phone",
        CLIENT,
        "--direction",
        "in",
        "--ext",
        "151",
        "--started-at",
        "2026-03-02T11:00:00+03:00",
        "--outcome",
        "answered",
        "--talk-seconds",
        "5",
        "--record-file",
    ];
    let with = |file: &str| {
        let mut all = arguments.to_vec();
        all.push(file);
        env.json(&all)
    };
    let refused = with("nowhere.mp3").exits(4);
    assert_eq!(refused["error"]["kind"], "input", "{refused}");
    assert_eq!(env.sandbox.requests(Crm::Kontur).len(), 0);

    let file = env.write("a.mp3", "ID3", 0o600);
    let path = file.to_str().expect("a path");
    let mut all = vec!["--dry-run"];
    all.extend(arguments);
    all.push(path);
    let planned = env.json(&all).exits(0);
    let curl = planned["requests"][1]["curl"].as_str().expect("a line");
    let part = format!("-F 'file=@\"{path}\";filename=\"");
    assert!(curl.contains(&part), "{curl}");
    assert!(curl.contains(";type=audio/mpeg'"), "{curl}");
    assert!(!curl.contains("boundary"), "curl generates the boundary: {curl}");
}

#[test]
fn lost_response_leaves_one_call() {
    let env = env();
    let lost = Fault::on(Crm::Kontur)
        .path("/api/v1/vochi-demo/communications/callbacks/telephony/call-started")
        .lose(vochi_crm_sandbox::Lose::Answer);
    env.sandbox.fault(lost);
    let event = |kind: &str, more: &[&str]| {
        let mut all = vec!["call-event", kind, "--call-id", "lost-1"];
        all.extend(more);
        env.json(&all)
    };
    let first = event("in", &["--phone", CLIENT, "--ext", "151"]);
    let lost = |one: &vochi_crm_sandbox::RecordedRequest| one.status.is_none();
    assert!(env.sandbox.requests(Crm::Kontur).iter().any(lost), "a response was lost: {first}");
    event("answered", &["--ext", "151"]).exits(0);
    event("hangup", &[]).exits(0);
    assert_eq!(env.sandbox.kontur().communications().len(), 1);
}
