//! The state directory.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{Run, TestEnv};

const RING: [&str; 8] =
    ["call-event", "in", "--call-id", "17.1", "--phone", "+375446370646", "--ext", "151"];

#[test]
fn every_profile_has_a_private_directory() {
    let env = TestEnv::new();
    env.json(&RING).exits(0);
    let directory = env.path(".local/state/vochi-crm/shop");
    assert!(directory.join("17.1.json").is_file());
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.clone()), 0o700);
    assert_eq!(mode(directory.join("17.1.json")), 0o600);

    let mut command = env.command(&["--output", "json"]);
    command.args(RING).env("XDG_STATE_HOME", env.path("xdg"));
    Run::of(command).exits(0);
    assert!(env.path("xdg/vochi-crm/shop/17.1.json").is_file());
}

#[test]
fn configured_directory_is_used() {
    let env = TestEnv::bare();
    env.configure(&format!("state_dir = \"calls\"\n{}", env.profile_text("shop")));
    env.json(&RING).exits(0);
    assert!(env.path("calls/shop/17.1.json").is_file(), "relative to the configuration file");
}

#[test]
fn unusable_directory_is_a_config_error() {
    let env = TestEnv::new();
    let not_a_directory = env.write("file", "", 0o600);
    let open_to_all = env.path("open");
    std::fs::create_dir(&open_to_all).unwrap();
    std::fs::set_permissions(&open_to_all, std::fs::Permissions::from_mode(0o777)).unwrap();
    for directory in [not_a_directory.join("state"), open_to_all] {
        let mut command = env.command(&["--output", "json"]);
        command.args(RING).env("VOCHI_CRM_STATE_DIR", &directory);
        let value = Run::of(command).exits(3);
        assert_eq!(value["error"]["kind"], "config");
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.contains(directory.to_str().unwrap()), "{message}");
        assert!(value["error"]["hint"].is_string(), "{value}");
    }
    assert_eq!(env.requests(), 0, "nothing is sent without stored state");
}

#[test]
fn missing_home_is_a_config_error() {
    let env = TestEnv::new();
    let mut command = env.command(&["--output", "json"]);
    command.args(RING).env_remove("HOME");
    let value = Run::of(command).exits(3);
    assert!(value["error"]["hint"].as_str().unwrap().contains("state_dir"), "{value}");
}

#[test]
fn stateless_command_needs_no_directory() {
    let env = TestEnv::new();
    let mut command = env.command(&["--output", "json", "users"]);
    command.env("VOCHI_CRM_STATE_DIR", "/dev/null/state");
    Run::of(command).exits(0);
}

#[test]
fn profiles_have_separate_calls() {
    let env = TestEnv::bare();
    env.configure(&format!("{}{}", env.profile_text("one"), env.profile_text("two")));
    for profile in ["one", "two"] {
        let all: Vec<&str> = ["--profile", profile].into_iter().chain(RING).collect();
        assert_eq!(env.json(&all).exits(0)["requests"], 1, "{profile}");
    }
}

#[test]
fn simultaneous_events_of_a_call_are_serialised() {
    let env = TestEnv::new();
    let extensions = ["150", "151", "152", "155", "158"];
    let running: Vec<_> = extensions
        .iter()
        .map(|extension| {
            let mut command = env.command(&["--output", "json", "call-event", "in"]);
            command.args(["--call-id", "17.1", "--phone", "+375446370646", "--ext", extension]);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        })
        .collect();
    for child in running {
        Run::from(child.wait_with_output().expect("an end")).exits(0);
    }
    let mut shown: Vec<String> =
        env.sandbox.retailcrm().live().into_iter().flat_map(|row| row.codes).collect();
    shown.sort();
    assert_eq!(shown, extensions, "each extension gets one popup");
    env.json(&["call-event", "hangup", "--call-id", "17.1"]).exits(0);
    let mut closed = env.sandbox.retailcrm().live().pop().expect("the hangup").codes;
    closed.sort();
    assert_eq!(closed, extensions, "each popup is closed");
}
