//! Secrets: their sources, and that they are never printed.

use crate::support::{CALL_EVENT, Run, TestEnv};

const KEY: &str = vochi_crm_sandbox::retailcrm::API_KEY;

/// Returns the sandbox's profile with another form of its key.
fn with_key(env: &TestEnv, written: &str) -> String {
    env.profile_text("shop").replace(&format!("api_key = \"{KEY}\""), written)
}

#[test]
fn secret_is_text_variable_or_file() {
    let env = TestEnv::bare();
    env.configure(&with_key(&env, "api_key = { env = \"SHOP_KEY\" }"));
    let mut command = env.command(&["--output", "json", "users"]);
    command.env("SHOP_KEY", KEY);
    Run::of(command).exits(0);

    env.write("key", &format!("{KEY}\n"), 0o600);
    env.configure(&with_key(&env, "api_key = { file = \"key\" }"));
    env.json(&["users"]).exits(0);
    let whole = format!("api_key = {{ file = {:?} }}", env.path("key"));
    env.configure(&with_key(&env, &whole));
    env.json(&["users"]).exits(0);
}

#[test]
fn invalid_secret_file_is_a_config_error() {
    let env = TestEnv::bare();
    env.configure(&with_key(&env, "api_key = { file = \"key\" }"));
    for (text, mode, reason) in [
        (KEY, 0o644, "others can read it"),
        (KEY, 0o640, "others can read it"),
        ("\n", 0o600, "it is empty"),
        ("two\nlines", 0o600, "more than one line"),
    ] {
        let path = env.write("key", text, mode);
        let error = env.json(&["users"]).exits(3)["error"].clone();
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(reason) && message.contains("profile.shop.api_key"), "{error}");
        assert!(message.contains("vochi-crm.toml, line"), "{error}");
        std::fs::remove_file(path).unwrap();
    }
    let error = env.json(&["users"]).exits(3)["error"].clone();
    assert!(error["message"].as_str().unwrap().contains("cannot read secret file"), "{error}");
}

#[test]
fn key_in_readable_file_is_a_warning() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop");
    env.write("vochi-crm.toml", &text, 0o644);
    let run = env.json(&["users"]);
    run.exits(0);
    assert!(run.stderr.contains("api_key is in a file that others can read"), "{run}");
    env.write("vochi-crm.toml", &text, 0o600);
    assert_eq!(env.json(&["users"]).stderr, "");
}

/// A secret whose encodings all differ.
const CANARY: &str = "canary/KEY+0001=&%\"x";

#[test]
fn secret_is_never_printed() {
    let env = TestEnv::bare();
    let quoted = format!("api_key = {}", serde_json::Value::from(CANARY));
    let text = with_key(&env, &quoted);
    assert!(text.contains("canary"), "the canary is in place");
    // `setup` registers addresses only with a public_url.
    env.configure(&format!("public_url = \"https://pbx.example.test\"\n{text}"));
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
    let mut printed = String::new();
    let mut note = |run: &Run| {
        printed += &run.stdout;
        printed += &run.stderr;
    };
    for command in commands {
        for options in [
            &["--output", "json", "-vv"][..],
            &["-vv"],
            &["--output", "json", "-vv", "--dry-run"],
            &["--dry-run"],
        ] {
            let all: Vec<&str> = options.iter().chain(command).copied().collect();
            note(&env.run(&all));
            if options.contains(&"--dry-run") {
                continue;
            }
            env.fault(|fault| fault.status(403).body(echo.clone()));
            note(&env.run(&all));
            env.fault(|fault| fault.status(200).body(format!("<html>{CANARY}")));
            note(&env.run(&all));
            env.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
            note(&env.run(&all));
            env.sandbox.reset();
        }
    }
    assert!(printed.contains("***"), "something was masked");
    assert_no_canary(&printed);
    for (path, contents) in env.files() {
        let is_config = path.ends_with("vochi-crm.toml");
        let text = String::from_utf8_lossy(&contents);
        assert!(is_config || !text.contains("canary"), "{}", path.display());
    }
}

#[track_caller]
fn assert_no_canary(printed: &str) {
    for (at, line) in printed.lines().enumerate() {
        for trace in ["canary", "KEY+0001", "KEY%2B0001", "KEY%2b0001"] {
            assert!(!line.contains(trace), "line {at} of all output: {line}");
        }
    }
}

#[test]
fn misplaced_secret_is_not_printed() {
    let env = TestEnv::bare();
    let quoted = format!("api_key = \"{KEY}\"");
    let text = env.profile_text("shop");
    let mut printed = String::new();
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
        env.configure(&text.replace(part, other));
        for output in ["json", "human"] {
            let run = env.run(&["-vv", "--output", output, "users"]);
            assert_eq!(run.code, Some(3), "{other}: {run}");
            printed += &run.stdout;
            printed += &run.stderr;
        }
    }
    assert_no_canary(&printed);
}

#[test]
fn new_key_in_response_is_masked() {
    let env = TestEnv::new();
    env.fault(|fault| fault.status(200).body(r#"{"success":true,"apiKey":"canary-new-key"}"#));
    let value = env.json(&["api", "GET", "/api/credentials"]).exits(0);
    assert_eq!(value["answer"]["apiKey"], "***");
}
