//! `setup`: the telephony is registered, once however often it is asked for.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::{CLIENT_ID, MODULE_CODE};

use crate::support::{Ran, Stage, keys};

/// An address of ours, and the place of calls.
const OURS: &str = "public_url = \"https://pbx.example.test\"\nstate_dir = \"calls\"\n";

fn stage() -> Stage {
    let stage = Stage::bare();
    stage.configure(&format!("{OURS}{}", stage.profile_text("shop")));
    stage
}

fn secret_file(stage: &Stage) -> PathBuf {
    stage.path("calls/shop.inbound-secret")
}

fn changes(value: &Value) -> &[Value] {
    value["changes"].as_array().expect("a list of changes")
}

/// How often the stand-in was asked to write.
fn writes(stage: &Stage) -> usize {
    let requests = stage.sandbox.requests(vochi_crm_sandbox::Crm::RetailCrm);
    let written = requests.iter().filter(|one| one.method != "GET");
    written.count()
}

/// The module as it was last written.
fn written(stage: &Stage) -> Value {
    let requests = stage.sandbox.requests(vochi_crm_sandbox::Crm::RetailCrm);
    let mut writes = requests.iter().rev().filter(|one| one.method != "GET");
    let last = writes.next().expect("a write");
    last.json("integrationModule").expect("a module")
}

/// The stage without a client id in the configuration.
fn stage_without_client_id() -> Stage {
    let stage = Stage::bare();
    stage.configure(&format!("{OURS}{}", without(&stage.profile_text("shop"), "client_id")));
    stage
}

/// A configuration without the lines that begin with a key.
fn without(text: &str, key: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with(key));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// What the stand-in holds of the module now.
fn module(stage: &Stage) -> Value {
    let path = format!("/api/v5/integration-modules/{MODULE_CODE}");
    stage.json(&["api", "GET", &path]).ends(0)["answer"].clone()
}

fn keeps(ran: &Ran, secret: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(secret), "the inbound secret is shown: {ran}");
        assert!(!text.contains(CLIENT_ID), "the client id is shown: {ran}");
    }
}

#[test]
fn a_dry_run_of_setup_reads_and_tells_what_it_would_change() {
    let stage = stage();
    let (before, files) = (module(&stage), stage.files().len());
    let ran = stage.json(&["--dry-run", "setup"]);
    let value = ran.ends(0);
    assert_eq!(
        keys(&value),
        [
            "changes",
            "client_id_file",
            "crm",
            "inbound_secret_file",
            "ok",
            "profile",
            "requests",
            "warnings"
        ],
        "the keys of a dry run"
    );
    assert!(!changes(&value).is_empty(), "something differs: {ran}");
    assert_eq!(value["requests"], json!([]), "{ran}");
    keeps(&ran, CLIENT_ID);
    let ran = stage.run(&["--dry-run", "setup"]);
    assert!(ran.stdout.contains("would change: "), "in words: {ran}");
    assert_eq!(writes(&stage), 0, "the CRM is not written to");
    assert_eq!(module(&stage), before, "the module is as it was");
    assert_eq!(stage.files().len(), files, "no file was written");
}

#[test]
fn setup_twice_is_the_same_as_once() {
    let stage = stage();
    let ran = stage.json(&["-vv", "setup"]);
    let value = ran.ends(0);
    assert_eq!(
        keys(&value),
        ["changes", "client_id_file", "crm", "inbound_secret_file", "ok", "profile", "warnings"],
        "the keys of a run"
    );
    assert!(!changes(&value).is_empty(), "something differed: {ran}");
    assert_eq!(writes(&stage), 1, "the module was written");
    let (registered, files) = (module(&stage), stage.files());

    let ran = stage.json(&["setup"]);
    let again = ran.ends(0);
    assert_eq!(changes(&again), [] as [Value; 0], "nothing differs: {ran}");
    assert_eq!(again["inbound_secret_file"], value["inbound_secret_file"], "the same secret");
    assert_eq!(writes(&stage), 1, "nothing was written again");
    assert_eq!(module(&stage), registered, "the module is as it was");
    assert_eq!(stage.files(), files, "the files are as they were");
    let ran = stage.run(&["setup"]);
    assert!(ran.stdout.contains("everything is as it should be"), "in words: {ran}");
}

#[test]
fn a_secret_that_is_missing_is_made_up_kept_and_never_shown() {
    let stage = stage();
    let ran = stage.json(&["-vv", "setup"]);
    let value = ran.ends(0);
    let file = secret_file(&stage);
    let named = value["inbound_secret_file"].as_str().expect("a file");
    assert!(named.ends_with("calls/shop.inbound-secret"), "it says which file: {ran}");
    let secret = std::fs::read_to_string(&file).expect("a secret");
    let secret = secret.trim();
    assert_eq!(secret.len(), 32, "32 characters");
    assert!(secret.chars().all(|c| c.is_ascii_alphanumeric()), "characters of an address");
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    keeps(&ran, secret);
    keeps(&stage.json(&["-vv", "--dry-run", "setup"]), secret);

    // What the CRM holds is seen with the secret masked as soon as the configuration names it.
    let text = format!("{OURS}{}", stage.profile_text("shop"));
    let reference = "inbound_secret = { file = \"calls/shop.inbound-secret\" }\nretries = 0";
    let held = written(&stage).to_string();
    assert!(
        held.contains(&format!("https://pbx.example.test/in/shop/{secret}")),
        "the CRM knows the inbound address"
    );
    stage.configure(&text.replace("retries = 0", reference));
    let ran = stage.json(&["setup"]);
    let value = ran.ends(0);
    assert_eq!(changes(&value), [] as [Value; 0], "the same address: {ran}");
    assert_eq!(value["inbound_secret_file"], Value::Null, "{ran}");
}

#[test]
fn another_telephony_gets_another_secret() {
    let (one, other) = (stage(), stage());
    for stage in [&one, &other] {
        stage.json(&["setup"]).ends(0);
    }
    let read = |stage| std::fs::read(secret_file(stage)).expect("a secret");
    assert_ne!(read(&one), read(&other), "secrets are random");
}

#[test]
fn setup_without_public_url_leaves_out_the_click_addresses() {
    let stage = Stage::new();
    stage.sandbox.retailcrm().remove_module(MODULE_CODE);
    let ran = stage.json(&["setup"]);
    let value = ran.ends(0);
    let warnings = value["warnings"].to_string();
    assert!(warnings.contains("addresses for clicks"), "it says so: {ran}");
    let module = written(&stage);
    let telephony = &module["integrations"]["telephony"];
    assert_eq!(telephony["makeCallUrl"], Value::Null, "{module}");
    assert_ne!(telephony["additionalCodes"], json!([]), "extensions are registered: {module}");
    for key in ["inbound_secret_file", "client_id_file"] {
        assert_eq!(value[key], Value::Null, "nothing to protect: {ran}");
    }
    assert_eq!(changes(&stage.json(&["setup"]).ends(0)), [] as [Value; 0]);
}

#[test]
fn missing_client_id_is_generated_and_used() {
    let stage = stage_without_client_id();
    let dry = stage.json(&["--dry-run", "setup"]).ends(0);
    assert!(dry["changes"].to_string().contains("a new client id"), "{dry}");
    let ran = stage.json(&["-vv", "setup"]);
    let value = ran.ends(0);
    let file = stage.path("calls/shop.client-id");
    let named = value["client_id_file"].as_str().expect("a file");
    assert!(named.ends_with("calls/shop.client-id"), "it says which: {ran}");
    let id = std::fs::read_to_string(&file).expect("a client id");
    let id = id.trim();
    assert_eq!(id.len(), 32, "128 random bits");
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    assert!(!ran.to_string().contains(id), "it is not shown: {ran}");
    assert_eq!(written(&stage)["clientId"], id, "the CRM has it");
    assert_eq!(changes(&stage.json(&["setup"]).ends(0)), [] as [Value; 0], "kept for later");
    let health = stage.json(&["health"]);
    assert!(health.stdout.contains("is registered and active"), "{health}");
    let shown = stage.run(&["api", "GET", &format!("/api/v5/integration-modules/{MODULE_CODE}")]);
    assert!(!shown.to_string().contains(id), "masked in responses: {shown}");
}

#[test]
fn configured_client_id_is_not_replaced() {
    let stage = stage();
    let value = stage.json(&["setup"]).ends(0);
    assert_eq!(value["client_id_file"], Value::Null, "{value}");
    assert_eq!(written(&stage)["clientId"], CLIENT_ID);
}

#[test]
fn removal_undoes_setup_and_can_be_repeated() {
    let stage = stage();
    stage.json(&["setup"]).ends(0);
    let (registered, files) = (module(&stage), stage.files());

    let shown = stage.json(&["--dry-run", "setup", "--remove"]).ends(0);
    assert!(!changes(&shown).is_empty(), "something would change: {shown}");
    assert_eq!(writes(&stage), 1, "a dry run writes nothing");
    assert_eq!(module(&stage), registered);

    let value = stage.json(&["setup", "--remove"]).ends(0);
    assert_eq!(value["changes"], shown["changes"], "as shown");
    let removed = written(&stage);
    assert_eq!(removed["active"], false, "{removed}");
    assert!(!removed.to_string().contains("pbx.example.test"), "no address of ours: {removed}");
    assert_eq!(removed["integrations"]["telephony"]["additionalCodes"], json!([]));

    let again = stage.json(&["setup", "--remove"]).ends(0);
    assert_eq!(changes(&again), [] as [Value; 0], "twice is the same as once");
    assert_eq!(writes(&stage), 2, "nothing was written again");
    let ran = stage.run(&["setup", "--remove"]);
    assert!(ran.stdout.contains("nothing is registered"), "in words: {ran}");
    assert_eq!(stage.files(), files, "the secrets stay for another setup");

    stage.json(&["setup"]).ends(0);
    assert_eq!(written(&stage)["active"], true, "it can be registered anew");
}

#[test]
fn a_secret_file_that_others_can_read_is_refused() {
    let stage = stage();
    stage.json(&["setup"]).ends(0);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(secret_file(&stage), open).expect("modes can be set");
    let value = stage.json(&["setup"]).ends(3);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("can be read by others"), "{message}");
}

#[test]
fn a_secret_that_cannot_be_kept_is_not_registered() {
    let stage = stage();
    stage.write("calls", "in the way", 0o600);
    let value = stage.json(&["setup"]).ends(3);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("inbound secret"), "{message}");
    assert_eq!(writes(&stage), 0, "the CRM is not written to");
}
