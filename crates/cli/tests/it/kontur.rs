//! Every command with a Kontur profile.

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::API_KEY;
use vochi_crm_sandbox::{Crm, Fault};

use crate::support::{Ran, Stage, keys};

/// A client the stand-in knows, and whose deal's employee sits at 151.
const CLIENT: &str = "+375446370646";

fn stage() -> Stage {
    let stage = Stage::bare();
    stage.configure(&format!(
        "public_url = \"https://pbx.example.test\"\n{}",
        stage.kontur_text("crm")
    ));
    stage
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran}")))
        .collect()
}

fn calls(stage: &Stage) -> Vec<Value> {
    let state = stage.sandbox.state();
    state["kontur"]["calls"].as_array().expect("calls").clone()
}

fn nothing_was_refused(stage: &Stage) {
    assert_eq!(stage.sandbox.refused(Crm::Kontur), []);
}

#[test]
fn a_call_from_the_first_ring_to_the_record_with_its_recording() {
    let stage = stage();
    let event = |arguments: &[&str]| {
        let mut all = vec!["call-event"];
        all.extend(arguments);
        all.extend(["--call-id", "1763631515.42"]);
        stage.json(&all).ends(0)
    };
    let began =
        event(&["in", "--phone", CLIENT, "--ext", "151", "--ext", "152", "--line", "0001363"]);
    assert_eq!(began["warnings"], json!([]), "{began}");
    assert!(began["crm_call_id"].is_string(), "Kontur's id of the call: {began}");
    event(&["answered", "--ext", "151"]);
    event(&["hold"]);
    event(&["resume"]);
    event(&["hangup"]);
    let recording = stage.write("recording.mp3", "ID3 invented", 0o600);
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
    let logged = stage.json(&record).ends(0);
    assert_eq!(logged["recorded"], true, "{logged}");
    assert_eq!(logged["crm_call_id"], began["crm_call_id"]);
    let again = stage.json(&record).ends(0);
    assert_eq!(again["requests"], 0, "twice is once: {again}");
    let calls = calls(&stage);
    let [call] = calls.as_slice() else {
        panic!("one call: {calls:?}");
    };
    assert_eq!(
        (&call["call_id"], &call["phone"], &call["extension"], &call["outcome"]),
        (&json!("1763631515.42"), &json!(CLIENT), &json!("151"), &json!("answered")),
    );
    assert!(call["recording"].is_string(), "{call}");
    nothing_was_refused(&stage);
}

#[test]
fn who_is_calling_and_to_whom_the_call_goes() {
    let stage = stage();
    let found = stage.json(&["lookup", CLIENT]).ends(0);
    assert_eq!(found["customer"]["name"], "Ольга Мельник", "{found}");
    let warnings = found["warnings"].to_string();
    assert!(warnings.contains("feed"), "how it is known is said: {found}");
    let nobody = stage.json(&["lookup", "+375330000001"]).ends(1);
    assert_eq!(nobody["found"], false);
    let route = stage.json(&["route", CLIENT]).ends(0);
    assert_eq!(route["extension"], "151", "{route}");
    stage.json(&["route", "+375330000001"]).ends(1);
    nothing_was_refused(&stage);
}

#[test]
fn users_health_setup_and_changes_work() {
    let stage = stage();
    let users = stage.json(&["users"]).ends(0);
    assert!(users["users"].as_array().expect("users").len() > 5, "{users}");
    let shown = stage.json(&["--dry-run", "setup"]).ends(0);
    assert!(!shown["changes"].as_array().expect("changes").is_empty());
    stage.json(&["setup"]).ends(0);
    let again = stage.json(&["setup"]).ends(0);
    assert_eq!(again["changes"], json!([]), "twice is once: {again}");
    let removed = stage.json(&["setup", "--remove"]).ends(0);
    assert_ne!(removed["changes"], json!([]), "hooks and features: {removed}");
    let again = stage.json(&["setup", "--remove"]).ends(0);
    assert_eq!(again["changes"], json!([]), "twice is once: {again}");
    stage.json(&["setup"]).ends(0);
    let health = stage.json(&["health"]).ends(0);
    let checks = health["profiles"][0]["checks"].as_array().expect("checks");
    assert!(checks.iter().any(|check| check["name"] == "key"), "{health}");
    let changes = stage.json(&["changes"]);
    assert_eq!(changes.code, Some(0), "{changes}");
    let told = lines(&changes);
    assert!(told.len() > 1, "customers before the cursor: {changes}");
    let end = told.last().expect("the cursor");
    assert_eq!(keys(end), ["cursor", "customers", "ok"]);
    let since = end["cursor"].as_str().expect("a cursor");
    let again = stage.json(&["changes", "--since", since]);
    assert_eq!(lines(&again).len(), 1, "nothing is told twice: {again}");
    nothing_was_refused(&stage);
}

#[test]
fn health_names_a_wrong_key_and_an_integration_nobody_installed() {
    let stage = stage();
    stage.sandbox.kontur().set_installed(false);
    let health = stage.json(&["health"]).ends(6);
    let hint = health["error"]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("Install"), "{health}");

    let stage = Stage::bare();
    stage.configure(&stage.kontur_text("crm").replace(API_KEY, "another-key"));
    let health = stage.json(&["health"]).ends(6);
    assert!(health["error"]["hint"].to_string().contains("api_key"), "{health}");
}

#[test]
fn what_kontur_lacks_says_so() {
    let stage = stage();
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
    let logged = stage.json(&record).ends(0);
    let warnings = logged["warnings"].to_string();
    assert!(warnings.contains("file"), "an address is no recording here: {logged}");
}

#[test]
fn a_raw_request_takes_the_whole_path_or_the_end_of_it() {
    let stage = stage();
    let start = "offset=00000000-0000-0000-0000-000000000000&limit=20";
    for path in ["/api/v1/vochi-demo/events", "/events"] {
        let asked = format!("{path}?{start}");
        let value = stage.json(&["api", "GET", &asked]).ends(0);
        assert!(value["answer"]["items"].is_array(), "{path}: {value}");
    }
    nothing_was_refused(&stage);
}

#[test]
fn a_dry_run_names_the_steps_and_no_secret() {
    let stage = stage();
    let arguments =
        ["--dry-run", "call-event", "in", "--call-id", "1", "--phone", CLIENT, "--ext", "151"];
    let ran = stage.json(&arguments);
    let value = ran.ends(0);
    let urls: Vec<&str> = value["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .filter_map(|one| one["url"].as_str())
        .collect();
    assert!(urls[0].ends_with("/authorize-private-integration"), "{urls:?}");
    assert!(urls[1].ends_with("/call-started"), "{urls:?}");
    assert!(urls[2].ends_with("/call-event"), "{urls:?}");
    assert!(!ran.stdout.contains(API_KEY), "{ran}");
    assert!(ran.stdout.contains("$VOCHI_CRM_API_KEY"), "{ran}");
    assert_eq!(stage.sandbox.requests(Crm::Kontur).len(), 0);
}

#[test]
fn a_recording_that_is_not_there_is_said_before_anything_is_recorded() {
    let stage = stage();
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
        stage.json(&all)
    };
    let refused = with("nowhere.mp3").ends(4);
    assert_eq!(refused["error"]["kind"], "input", "{refused}");
    assert_eq!(stage.sandbox.requests(Crm::Kontur).len(), 0);

    let file = stage.write("a.mp3", "ID3", 0o600);
    let path = file.to_str().expect("a path");
    let mut all = vec!["--dry-run"];
    all.extend(arguments);
    all.push(path);
    let planned = stage.json(&all).ends(0);
    let curl = planned["requests"][1]["curl"].as_str().expect("a line");
    let part = format!("-F 'file=@\"{path}\";filename=\"");
    assert!(curl.contains(&part), "{curl}");
    assert!(curl.contains(";type=audio/mpeg'"), "{curl}");
    assert!(!curl.contains("boundary"), "curl makes its own: {curl}");
}

#[test]
fn a_lost_answer_leaves_one_call() {
    let stage = stage();
    let lost = Fault::on(Crm::Kontur)
        .path("/api/v1/vochi-demo/communications/callbacks/telephony/call-started")
        .lose(vochi_crm_sandbox::Lose::Answer);
    stage.sandbox.fault(lost);
    let event = |kind: &str, more: &[&str]| {
        let mut all = vec!["call-event", kind, "--call-id", "lost-1"];
        all.extend(more);
        stage.json(&all)
    };
    let first = event("in", &["--phone", CLIENT, "--ext", "151"]);
    let lost = |one: &vochi_crm_sandbox::RecordedRequest| one.status.is_none();
    assert!(stage.sandbox.requests(Crm::Kontur).iter().any(lost), "an answer was lost: {first}");
    event("answered", &["--ext", "151"]).ends(0);
    event("hangup", &[]).ends(0);
    assert_eq!(stage.sandbox.kontur().communications().len(), 1);
}
