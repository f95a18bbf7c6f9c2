//! Secrets: where they may stand, and that they come out nowhere.

use crate::support::{CALL_EVENT, Ran, Stage};

const KEY: &str = vochi_crm_sandbox::retailcrm::API_KEY;

/// The sandbox's profile with another way to its key.
fn with_key(stage: &Stage, written: &str) -> String {
    stage.profile_text("shop").replace(&format!("api_key = \"{KEY}\""), written)
}

#[test]
fn a_secret_is_a_text_a_variable_or_a_file() {
    let stage = Stage::bare();
    stage.configure(&with_key(&stage, "api_key = { env = \"SHOP_KEY\" }"));
    let mut command = stage.command(&["--output", "json", "users"]);
    command.env("SHOP_KEY", KEY);
    Ran::of(command).ends(0);

    stage.write("key", &format!("{KEY}\n"), 0o600);
    stage.configure(&with_key(&stage, "api_key = { file = \"key\" }"));
    stage.json(&["users"]).ends(0);
    let whole = format!("api_key = {{ file = {:?} }}", stage.path("key"));
    stage.configure(&with_key(&stage, &whole));
    stage.json(&["users"]).ends(0);
}

#[test]
fn a_secret_file_must_be_full_and_its_owners_own() {
    let stage = Stage::bare();
    stage.configure(&with_key(&stage, "api_key = { file = \"key\" }"));
    for (text, mode, told) in [
        (KEY, 0o644, "can be read by others"),
        (KEY, 0o640, "can be read by others"),
        ("\n", 0o600, "is empty"),
        ("two\nlines", 0o600, "more than one line"),
    ] {
        let path = stage.write("key", text, mode);
        let error = stage.json(&["users"]).ends(3)["error"].clone();
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(told) && message.contains("profile.shop.api_key"), "{error}");
        assert!(message.contains("vochi-crm.toml, line"), "{error}");
        std::fs::remove_file(path).unwrap();
    }
    let error = stage.json(&["users"]).ends(3)["error"].clone();
    assert!(error["message"].as_str().unwrap().contains("cannot be read"), "{error}");
}

#[test]
fn a_key_in_a_file_others_can_read_is_warned_of() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop");
    stage.write("vochi-crm.toml", &text, 0o644);
    let ran = stage.json(&["users"]);
    ran.ends(0);
    assert!(ran.stderr.contains("api_key stands in a file that others can read"), "{ran}");
    stage.write("vochi-crm.toml", &text, 0o600);
    assert_eq!(stage.json(&["users"]).stderr, "");
}

/// Odd enough that every encoding of it differs.
const CANARY: &str = "canary/KEY+0001=&%\"x";

#[test]
fn a_secret_comes_out_nowhere() {
    let stage = Stage::bare();
    let quoted = format!("api_key = {}", serde_json::Value::from(CANARY));
    let text = with_key(&stage, &quoted);
    assert!(text.contains("canary"), "the canary is in place");
    // An address of ours, so that the telephony can be registered.
    stage.configure(&format!("public_url = \"https://pbx.example.test\"\n{text}"));
    let ring = ["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"];
    let hangup = ["call-event", "hangup", "--call-id", "1", "--record"];
    let log = [
        "call-log",
        "--call-id",
        "2",
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
    ];
    let echo = format!(
        r#"{{"success":false,"errorMsg":"no key {CANARY}","errors":{{"{CANARY}":"{CANARY}"}}}}"#
    )
    .replace("%\"x", "%\\\"x");
    let commands: [&[&str]; 12] = [
        &ring,
        &hangup,
        &log,
        &["users"],
        &["route", "+375446370646"],
        &["lookup", "+375446370646"],
        &["changes"],
        &["setup"],
        &["health", "--phone", "+375446370646"],
        &["api", "GET", "/api/credentials"],
        &["api", "POST", CALL_EVENT, "-d", "event=x", "--idempotent"],
        &["api", "GET", "/api/v5/nothing"],
    ];
    let mut said = String::new();
    let mut note = |ran: &Ran| {
        said += &ran.stdout;
        said += &ran.stderr;
    };
    for command in commands {
        for options in [
            &["--output", "json", "-vv"][..],
            &["-vv"],
            &["--output", "json", "-vv", "--dry-run"],
            &["--dry-run"],
        ] {
            let all: Vec<&str> = options.iter().chain(command).copied().collect();
            note(&stage.run(&all));
            if options.contains(&"--dry-run") {
                continue;
            }
            stage.fault(|fault| fault.status(403).body(echo.clone()));
            note(&stage.run(&all));
            stage.fault(|fault| fault.status(200).body(format!("<html>{CANARY}")));
            note(&stage.run(&all));
            stage.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
            note(&stage.run(&all));
            stage.sandbox.reset();
        }
    }
    assert!(said.contains("***"), "something was masked");
    no_canary_in(&said);
    for (path, contents) in stage.files() {
        let is_config = path.ends_with("vochi-crm.toml");
        let text = String::from_utf8_lossy(&contents);
        assert!(is_config || !text.contains("canary"), "{}", path.display());
    }
}

#[track_caller]
fn no_canary_in(said: &str) {
    for (at, line) in said.lines().enumerate() {
        for trace in ["canary", "KEY+0001", "KEY%2B0001", "KEY%2b0001"] {
            assert!(!line.contains(trace), "line {at} of all output: {line}");
        }
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let stage = Stage::bare();
    let quoted = format!("api_key = \"{KEY}\"");
    let text = stage.profile_text("shop");
    let mut said = String::new();
    for (part, other) in [
        ("url = \"http://", "url = \"http://canary@"),
        ("crm = \"retailcrm\"", "crm = \"canary\""),
        ("retries = 0", "retries = \"canary\""),
        ("timezone = \"Europe/Minsk\"", "popup = \"canary\""),
        (&quoted, "api_key = canary"),
        (&quoted, "api_key = [\"canary\"]"),
        (&quoted, "api_key = { value = \"canary\" }"),
        (&quoted, "api_key = \"canary"),
        (&quoted, "api_key = 'canary'\napi_key = 'canary'"),
    ] {
        assert!(text.contains(part), "{part}");
        stage.configure(&text.replace(part, other));
        for output in ["json", "human"] {
            let ran = stage.run(&["-vv", "--output", output, "users"]);
            assert_eq!(ran.code, Some(3), "{other}: {ran}");
            said += &ran.stdout;
            said += &ran.stderr;
        }
    }
    no_canary_in(&said);
}

#[test]
fn a_new_key_in_an_answer_is_masked() {
    let stage = Stage::new();
    stage.fault(|fault| fault.status(200).body(r#"{"success":true,"apiKey":"canary-new-key"}"#));
    let value = stage.json(&["api", "GET", "/api/credentials"]).ends(0);
    assert_eq!(value["answer"]["apiKey"], "***");
}
