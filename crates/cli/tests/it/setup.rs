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
        [
            "changes",
            "crm",
            "inbound_secret_file",
            "ok",
            "profile",
            "warnings"
        ],
        "the keys of a run"
    );
    assert!(!changes(&value).is_empty(), "something differed: {ran}");
    assert_eq!(writes(&stage), 1, "the module was written");
    let (registered, files) = (module(&stage), stage.files());

    let ran = stage.json(&["setup"]);
    let again = ran.ends(0);
    assert_eq!(changes(&again), [] as [Value; 0], "nothing differs: {ran}");
    assert_eq!(
        again["inbound_secret_file"], value["inbound_secret_file"],
        "the same secret"
    );
    assert_eq!(writes(&stage), 1, "nothing was written again");
    assert_eq!(module(&stage), registered, "the module is as it was");
    assert_eq!(stage.files(), files, "the files are as they were");
    let ran = stage.run(&["setup"]);
    assert!(
        ran.stdout.contains("everything is as it should be"),
        "in words: {ran}"
    );
}

#[test]
fn a_secret_that_is_missing_is_made_up_kept_and_never_shown() {
    let stage = stage();
    let ran = stage.json(&["-vv", "setup"]);
    let value = ran.ends(0);
    let file = secret_file(&stage);
    let named = value["inbound_secret_file"].as_str().expect("a file");
    assert!(
        named.ends_with("calls/shop.inbound-secret"),
        "it says which file: {ran}"
    );
    let secret = std::fs::read_to_string(&file).expect("a secret");
    let secret = secret.trim();
    assert_eq!(secret.len(), 32, "32 characters");
    assert!(
        secret.chars().all(|c| c.is_ascii_alphanumeric()),
        "characters of an address"
    );
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    keeps(&ran, secret);
    keeps(&stage.json(&["-vv", "--dry-run", "setup"]), secret);

    // What the CRM holds is seen with the secret masked as soon as the configuration names it.
    let text = format!("{OURS}{}", stage.profile_text("shop"));
    let reference = "inbound_secret = { file = \"calls/shop.inbound-secret\" }\nretries = 0";
    let held = module(&stage).to_string();
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
fn setup_without_an_address_of_ours_says_what_to_set() {
    let stage = Stage::new();
    let ran = stage.json(&["setup"]);
    let value = ran.ends(3);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("public_url"), "{ran}");
    assert_eq!(writes(&stage), 0, "the CRM is not written to");
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
