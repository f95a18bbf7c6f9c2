//! `setup`: registration, removal, generated secrets.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::{CLIENT_ID, MODULE_CODE};

use crate::support::{Run, TestEnv, keys};

/// The public address and the state directory.
const TOP_KEYS: &str = "public_url = \"https://pbx.example.test\"\nstate_dir = \"calls\"\n";

fn env() -> TestEnv {
    let env = TestEnv::bare();
    env.configure(&format!("{TOP_KEYS}{}", env.profile_text("shop")));
    env
}

fn secret_file(env: &TestEnv) -> PathBuf {
    env.path("calls/shop.inbound-secret")
}

fn changes(value: &Value) -> &[Value] {
    value["changes"].as_array().expect("a list of changes")
}

/// Counts the write requests to the stand-in.
fn writes(env: &TestEnv) -> usize {
    let requests = env.sandbox.requests(vochi_crm_sandbox::Crm::RetailCrm);
    let written = requests.iter().filter(|one| one.method != "GET");
    written.count()
}

/// Returns the module of the last write.
fn written(env: &TestEnv) -> Value {
    let requests = env.sandbox.requests(vochi_crm_sandbox::Crm::RetailCrm);
    let mut writes = requests.iter().rev().filter(|one| one.method != "GET");
    let last = writes.next().expect("a write");
    last.json("integrationModule").expect("a module")
}

/// Creates an environment without a client id in the configuration.
fn env_without_client_id() -> TestEnv {
    let env = TestEnv::bare();
    env.configure(&format!("{TOP_KEYS}{}", without(&env.profile_text("shop"), "client_id")));
    env
}

/// Removes the lines that begin with a key.
fn without(text: &str, key: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with(key));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the stand-in's module.
fn module(env: &TestEnv) -> Value {
    let path = format!("/api/v5/integration-modules/{MODULE_CODE}");
    env.json(&["api", "GET", &path]).exits(0)["answer"].clone()
}

fn assert_masked(run: &Run, secret: &str) {
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(secret), "the inbound secret is shown: {run}");
        assert!(!text.contains(CLIENT_ID), "the client id is shown: {run}");
    }
}

#[test]
fn dry_run_shows_changes_without_writing() {
    let env = env();
    let (before, files) = (module(&env), env.files().len());
    let run = env.json(&["--dry-run", "setup"]);
    let value = run.exits(0);
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
    assert!(!changes(&value).is_empty(), "something differs: {run}");
    assert_eq!(value["requests"], json!([]), "{run}");
    assert_masked(&run, CLIENT_ID);
    let run = env.run(&["--dry-run", "setup"]);
    assert!(run.stdout.contains("would change: "), "human output: {run}");
    assert_eq!(writes(&env), 0, "the CRM is not written to");
    assert_eq!(module(&env), before, "the module is unchanged");
    assert_eq!(env.files().len(), files, "no file was written");
}

#[test]
fn repeated_setup_changes_nothing() {
    let env = env();
    let run = env.json(&["-vv", "setup"]);
    let value = run.exits(0);
    assert_eq!(
        keys(&value),
        ["changes", "client_id_file", "crm", "inbound_secret_file", "ok", "profile", "warnings"],
        "the keys of a run"
    );
    assert!(!changes(&value).is_empty(), "something differed: {run}");
    assert_eq!(writes(&env), 1, "the module was written");
    let (registered, files) = (module(&env), env.files());

    let run = env.json(&["setup"]);
    let repeat = run.exits(0);
    assert_eq!(changes(&repeat), [] as [Value; 0], "nothing differs: {run}");
    assert_eq!(repeat["inbound_secret_file"], value["inbound_secret_file"], "the same secret");
    assert_eq!(writes(&env), 1, "nothing was written again");
    assert_eq!(module(&env), registered, "the module is unchanged");
    assert_eq!(env.files(), files, "the files are unchanged");
    let run = env.run(&["setup"]);
    assert!(run.stdout.contains("nothing to change"), "human output: {run}");
}

#[test]
fn missing_inbound_secret_is_generated() {
    let env = env();
    let run = env.json(&["-vv", "setup"]);
    let value = run.exits(0);
    let file = secret_file(&env);
    let named = value["inbound_secret_file"].as_str().expect("a file");
    assert!(named.ends_with("calls/shop.inbound-secret"), "the file is named: {run}");
    let secret = std::fs::read_to_string(&file).expect("a secret");
    let secret = secret.trim();
    assert_eq!(secret.len(), 32, "32 characters");
    assert!(secret.chars().all(|c| c.is_ascii_alphanumeric()), "characters valid in an address");
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    assert_masked(&run, secret);
    assert_masked(&env.json(&["-vv", "--dry-run", "setup"]), secret);

    // Read before the configuration names the secret, which masks it in output.
    let text = format!("{TOP_KEYS}{}", env.profile_text("shop"));
    let reference = "inbound_secret = { file = \"calls/shop.inbound-secret\" }\nretries = 0";
    let held = written(&env).to_string();
    assert!(
        held.contains(&format!("https://pbx.example.test/in/shop/{secret}")),
        "the CRM knows the inbound address"
    );
    env.configure(&text.replace("retries = 0", reference));
    let run = env.json(&["setup"]);
    let value = run.exits(0);
    assert_eq!(changes(&value), [] as [Value; 0], "the same address: {run}");
    assert_eq!(value["inbound_secret_file"], Value::Null, "{run}");
}

#[test]
fn generated_secrets_differ() {
    let (one, other) = (env(), env());
    for env in [&one, &other] {
        env.json(&["setup"]).exits(0);
    }
    let read = |env| std::fs::read(secret_file(env)).expect("a secret");
    assert_ne!(read(&one), read(&other), "secrets are random");
}

#[test]
fn setup_without_public_url_omits_click_addresses() {
    let env = TestEnv::new();
    env.sandbox.retailcrm().remove_module(MODULE_CODE);
    let run = env.json(&["setup"]);
    let value = run.exits(0);
    let warnings = value["warnings"].to_string();
    assert!(warnings.contains("addresses for clicks"), "a warning: {run}");
    let module = written(&env);
    let telephony = &module["integrations"]["telephony"];
    assert_eq!(telephony["makeCallUrl"], Value::Null, "{module}");
    assert_ne!(telephony["additionalCodes"], json!([]), "extensions are registered: {module}");
    for key in ["inbound_secret_file", "client_id_file"] {
        assert_eq!(value[key], Value::Null, "nothing to protect: {run}");
    }
    assert_eq!(changes(&env.json(&["setup"]).exits(0)), [] as [Value; 0]);
}

#[test]
fn missing_client_id_is_generated_and_used() {
    let env = env_without_client_id();
    let dry = env.json(&["--dry-run", "setup"]).exits(0);
    assert!(dry["changes"].to_string().contains("a new client id"), "{dry}");
    let run = env.json(&["-vv", "setup"]);
    let value = run.exits(0);
    let file = env.path("calls/shop.client-id");
    let named = value["client_id_file"].as_str().expect("a file");
    assert!(named.ends_with("calls/shop.client-id"), "the file is named: {run}");
    let id = std::fs::read_to_string(&file).expect("a client id");
    let id = id.trim();
    assert_eq!(id.len(), 32, "128 random bits");
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    assert!(!run.to_string().contains(id), "it is not shown: {run}");
    assert_eq!(written(&env)["clientId"], id, "the CRM has it");
    assert_eq!(changes(&env.json(&["setup"]).exits(0)), [] as [Value; 0], "kept for later");
    let health = env.json(&["health"]);
    assert!(health.stdout.contains("is registered and active"), "{health}");
    let shown = env.run(&["api", "GET", &format!("/api/v5/integration-modules/{MODULE_CODE}")]);
    assert!(!shown.to_string().contains(id), "masked in responses: {shown}");
}

#[test]
fn configured_client_id_is_not_replaced() {
    let env = env();
    let value = env.json(&["setup"]).exits(0);
    assert_eq!(value["client_id_file"], Value::Null, "{value}");
    assert_eq!(written(&env)["clientId"], CLIENT_ID);
}

#[test]
fn remove_undoes_setup_and_can_be_repeated() {
    let env = env();
    env.json(&["setup"]).exits(0);
    let (registered, files) = (module(&env), env.files());

    let shown = env.json(&["--dry-run", "setup", "--remove"]).exits(0);
    assert!(!changes(&shown).is_empty(), "something would change: {shown}");
    assert_eq!(writes(&env), 1, "a dry run writes nothing");
    assert_eq!(module(&env), registered);

    let value = env.json(&["setup", "--remove"]).exits(0);
    assert_eq!(value["changes"], shown["changes"], "as in the dry run");
    let removed = written(&env);
    assert_eq!(removed["active"], false, "{removed}");
    assert!(!removed.to_string().contains("pbx.example.test"), "no address: {removed}");
    assert_eq!(removed["integrations"]["telephony"]["additionalCodes"], json!([]));

    let repeat = env.json(&["setup", "--remove"]).exits(0);
    assert_eq!(changes(&repeat), [] as [Value; 0], "a repeat changes nothing");
    assert_eq!(writes(&env), 2, "nothing was written again");
    let run = env.run(&["setup", "--remove"]);
    assert!(run.stdout.contains("nothing is registered"), "human output: {run}");
    assert_eq!(env.files(), files, "the secrets stay for another setup");

    env.json(&["setup"]).exits(0);
    assert_eq!(written(&env)["active"], true, "it can be registered again");
}

#[test]
fn readable_secret_file_is_refused() {
    let env = env();
    env.json(&["setup"]).exits(0);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(secret_file(&env), open).expect("modes can be set");
    let value = env.json(&["setup"]).exits(3);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("others can read it"), "{message}");
}

#[test]
fn unstorable_secret_is_not_registered() {
    let env = env();
    env.write("calls", "in the way", 0o600);
    let value = env.json(&["setup"]).exits(3);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("inbound secret"), "{message}");
    assert_eq!(writes(&env), 0, "the CRM is not written to");
}
