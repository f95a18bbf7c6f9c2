//! What every command prints, whatever it does.

use crate::support::{Ran, Stage, keys, program};

#[test]
fn help_and_version_are_no_failures() {
    for arguments in [&["--help"][..], &["--version"], &["call-event", "--help"], &["help", "api"]]
    {
        let mut command = program();
        command.args(arguments);
        let ran = Ran::of(command);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ran.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn every_command_shows_how_it_is_used() {
    let mut command = program();
    command.arg("--help");
    let help = Ran::of(command).stdout;
    for name in [
        "call-event",
        "call-log",
        "replay",
        "route",
        "users",
        "health",
        "api",
        "phone",
        "sandbox",
        "demo",
        "completions",
        "man",
    ] {
        assert!(help.contains(&format!("\n  {name} ")), "{name} is not in the list:\n{help}");
        let mut command = program();
        command.args([name, "--help"]);
        let help = Ran::of(command).stdout;
        assert!(help.contains("Examples:\n  vochi-crm "), "{name} shows no example:\n{help}");
    }
}

#[test]
fn a_usage_error_is_one_json_object_too() {
    let stage = Stage::new();
    for arguments in [
        &["call-event", "in", "--call-id", "1"][..],
        &["call-event", "sing", "--call-id", "1"],
        &["call-event", "hangup", "--call-id", "1", "--outcome", "lost"],
        &["call-event", "transfer", "--call-id", "1"],
        &["call-event", "answered", "--call-id", "1", "--record"],
        &["call-log", "--call-id", "1"],
        &["nonsense"],
        &["--timeout", "0", "users"],
        &["api", "BREW", "/coffee"],
        &["phone", "--region", "XX", "1"],
        &[],
    ] {
        let value = stage.json(arguments).ends(2);
        assert_eq!(keys(&value), ["error", "ok"], "{arguments:?}");
        assert_eq!(value["error"]["kind"], "usage", "{arguments:?}");
        assert_eq!(value["error"]["effect"], "not_applied");
        assert!(value["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn an_unknown_word_is_answered_with_the_known_ones() {
    let stage = Stage::new();
    let ran = stage.json(&["call-event", "hangup", "--call-id", "1", "--outcome", "lost"]);
    assert!(ran.stdout.contains("no-answer"), "{ran}");
    let ran = stage.run(&["call-event", "hangup", "--call-id", "1", "--outcome", "lost"]);
    assert_eq!(ran.stdout, "", "what is no data is not on standard output");
    assert!(ran.stderr.contains("no-answer"), "{ran}");
}

#[test]
fn the_output_format_may_stand_anywhere() {
    let stage = Stage::new();
    for arguments in [
        &["--output", "json", "users"][..],
        &["users", "--output", "json"],
        &["users", "--output=json"],
    ] {
        stage.run(arguments).ends(0);
    }
    stage.run(&["nonsense", "--output=json"]).ends(2);
}

#[test]
fn without_a_terminal_there_is_no_colour() {
    let stage = Stage::new();
    for arguments in [&["users"][..], &["health"], &["demo"], &["phone", "abc"], &["--help"]] {
        let ran = stage.run(arguments);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran}");
    }
}

#[test]
fn the_log_goes_to_standard_error_and_grows_with_v() {
    let stage = Stage::new();
    let ring = |call: &str, more: &[&str]| {
        let mut all = more.to_vec();
        all.extend(["call-event", "in", "--phone", "+375446370646", "--ext", "151"]);
        all.extend(["--call-id", call]);
        let ran = stage.json(&all);
        ran.ends(0);
        ran.stderr
    };
    assert_eq!(ring("1", &[]), "");
    assert_eq!(ring("2", &["-q"]), "");
    let audit = ring("3", &["-v"]);
    assert!(audit.contains("audit") && audit.contains("effect=\"applied\""), "{audit}");
    let details = ring("4", &["-vv"]);
    assert!(details.contains("request done") && details.contains("audit"), "{details}");
}
