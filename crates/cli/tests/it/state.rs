//! What one process tells the next.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{Ran, Stage};

const RING: [&str; 8] =
    ["call-event", "in", "--call-id", "17.1", "--phone", "+375446370646", "--ext", "151"];

#[test]
fn the_state_of_a_profile_is_in_a_directory_of_its_own() {
    let stage = Stage::new();
    stage.json(&RING).ends(0);
    let directory = stage.path(".local/state/vochi-crm/shop");
    assert!(directory.join("17.1.json").is_file());
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.clone()), 0o700);
    assert_eq!(mode(directory.join("17.1.json")), 0o600);

    let mut command = stage.command(&["--output", "json"]);
    command.args(RING).env("XDG_STATE_HOME", stage.path("xdg"));
    Ran::of(command).ends(0);
    assert!(stage.path("xdg/vochi-crm/shop/17.1.json").is_file());
}

#[test]
fn a_configured_state_directory_is_used() {
    let stage = Stage::bare();
    stage.configure(&format!("state_dir = \"calls\"\n{}", stage.profile_text("shop")));
    stage.json(&RING).ends(0);
    assert!(stage.path("calls/shop/17.1.json").is_file(), "relative to the configuration file");
}

#[test]
fn a_state_directory_that_cannot_be_used_is_a_configuration_error() {
    let stage = Stage::new();
    let in_the_way = stage.write("file", "", 0o600);
    let open_to_all = stage.path("open");
    std::fs::create_dir(&open_to_all).unwrap();
    std::fs::set_permissions(&open_to_all, std::fs::Permissions::from_mode(0o777)).unwrap();
    for directory in [in_the_way.join("state"), open_to_all] {
        let mut command = stage.command(&["--output", "json"]);
        command.args(RING).env("VOCHI_CRM_STATE_DIR", &directory);
        let value = Ran::of(command).ends(3);
        assert_eq!(value["error"]["kind"], "config");
        let message = value["error"]["message"].as_str().expect("a message");
        assert!(message.contains(directory.to_str().unwrap()), "{message}");
        assert!(value["error"]["hint"].is_string(), "{value}");
    }
    assert_eq!(stage.requests(), 0, "what could not be remembered is not sent");
}

#[test]
fn without_a_home_there_is_no_place_for_the_state() {
    let stage = Stage::new();
    let mut command = stage.command(&["--output", "json"]);
    command.args(RING).env_remove("HOME");
    let value = Ran::of(command).ends(3);
    assert!(value["error"]["hint"].as_str().unwrap().contains("state_dir"), "{value}");
}

#[test]
fn commands_that_remember_nothing_need_no_state() {
    let stage = Stage::new();
    let mut command = stage.command(&["--output", "json", "users"]);
    command.env("VOCHI_CRM_STATE_DIR", "/dev/null/state");
    Ran::of(command).ends(0);
}

#[test]
fn the_same_call_of_two_profiles_is_two_calls() {
    let stage = Stage::bare();
    stage.configure(&format!("{}{}", stage.profile_text("one"), stage.profile_text("two")));
    for profile in ["one", "two"] {
        let all: Vec<&str> = ["--profile", profile].into_iter().chain(RING).collect();
        assert_eq!(stage.json(&all).ends(0)["requests"], 1, "{profile}");
    }
}

#[test]
fn events_of_one_call_at_the_same_moment_wait_for_each_other() {
    let stage = Stage::new();
    let extensions = ["150", "151", "152", "155", "158"];
    let running: Vec<_> = extensions
        .iter()
        .map(|extension| {
            let mut command = stage.command(&["--output", "json", "call-event", "in"]);
            command.args(["--call-id", "17.1", "--phone", "+375446370646", "--ext", extension]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    for child in running {
        Ran::from(child.wait_with_output().expect("it ends")).ends(0);
    }
    let mut shown: Vec<String> =
        stage.sandbox.retailcrm().live().into_iter().flat_map(|row| row.codes).collect();
    shown.sort();
    assert_eq!(shown, extensions, "everybody sees the call once");
    stage.json(&["call-event", "hangup", "--call-id", "17.1"]).ends(0);
    let mut closed = stage.sandbox.retailcrm().live().pop().expect("the hangup").codes;
    closed.sort();
    assert_eq!(closed, extensions, "and nobody was forgotten");
}
