//! Output common to all commands.

use crate::support::{Run, TestEnv, keys, program};

#[test]
fn help_and_version_succeed() {
    for arguments in [&["--help"][..], &["--version"], &["call-event", "--help"], &["help", "api"]]
    {
        let mut command = program();
        command.args(arguments);
        let run = Run::of(command);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!run.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_of_every_command_has_examples() {
    let mut command = program();
    command.arg("--help");
    let help = Run::of(command).stdout;
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
        let help = Run::of(command).stdout;
        assert!(help.contains("Examples:\n  vochi-crm "), "{name} shows no example:\n{help}");
    }
}

#[test]
fn usage_error_is_one_json_object() {
    let env = TestEnv::new();
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
        let value = env.json(arguments).exits(2);
        assert_eq!(keys(&value), ["error", "ok"], "{arguments:?}");
        assert_eq!(value["error"]["kind"], "usage", "{arguments:?}");
        assert_eq!(value["error"]["effect"], "not_applied");
        assert!(value["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(env.requests(), 0);
}

#[test]
fn unknown_value_lists_known_values() {
    let env = TestEnv::new();
    let run = env.json(&["call-event", "hangup", "--call-id", "1", "--outcome", "lost"]);
    assert!(run.stdout.contains("no-answer"), "{run}");
    let run = env.run(&["call-event", "hangup", "--call-id", "1", "--outcome", "lost"]);
    assert_eq!(run.stdout, "", "standard output holds data only");
    assert!(run.stderr.contains("no-answer"), "{run}");
}

#[test]
fn output_option_is_accepted_anywhere() {
    let env = TestEnv::new();
    for arguments in [
        &["--output", "json", "users"][..],
        &["users", "--output", "json"],
        &["users", "--output=json"],
    ] {
        env.run(arguments).exits(0);
    }
    env.run(&["nonsense", "--output=json"]).exits(2);
}

#[test]
fn no_colour_without_a_terminal() {
    let env = TestEnv::new();
    for arguments in [&["users"][..], &["health"], &["demo"], &["phone", "abc"], &["--help"]] {
        let run = env.run(arguments);
        assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run}");
    }
}

#[test]
fn verbose_options_extend_the_log() {
    let env = TestEnv::new();
    let ring = |call: &str, more: &[&str]| {
        let mut all = more.to_vec();
        all.extend(["call-event", "in", "--phone", "+375446370646", "--ext", "151"]);
        all.extend(["--call-id", call]);
        let run = env.json(&all);
        run.exits(0);
        run.stderr
    };
    assert_eq!(ring("1", &[]), "");
    assert_eq!(ring("2", &["-q"]), "");
    let audit = ring("3", &["-v"]);
    assert!(audit.contains("audit") && audit.contains("effect=\"applied\""), "{audit}");
    let details = ring("4", &["-vv"]);
    assert!(details.contains("request done") && details.contains("audit"), "{details}");
}
