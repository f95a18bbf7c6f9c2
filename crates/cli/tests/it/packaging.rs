//! `completions` and `man`.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::support::{Run, TestEnv, program};

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Run::of(with(&["completions", shell]));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(run.stdout.contains("vochi-crm"), "{shell}: {run}");
    }
}

fn with(arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments);
    command
}

/// Returns a shell's completions at the end of a command line; `None` if the shell is not installed.
fn completions(env: &TestEnv, shell: &str, typed: &[&str]) -> Option<Vec<String>> {
    let script = Run::of(with(&["completions", shell])).stdout;
    env.write("script", &script, 0o600);
    let (last, index) = (typed.last().copied().unwrap_or_default(), typed.len());
    let program = Path::new(env!("CARGO_BIN_EXE_vochi-crm"));
    let path =
        std::env::join_paths([program.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]);
    let code = match shell {
        "bash" => {
            "source ./script; COMP_WORDS=(vochi-crm \"$@\"); COMP_CWORD=$#; COMP_TYPE=9
             _clap_complete_vochi_crm vochi-crm \"${!#}\" x; printf '%s\\n' \"${COMPREPLY[@]}\""
        }
        // The completion system works only in an interactive shell; its two functions are replaced.
        "zsh" => {
            "compdef() { }; _describe() { print -rl -- \"${(@P)argv[3]}\" }
             source ./script; words=(vochi-crm \"$@\"); CURRENT=$(($# + 1))
             _clap_dynamic_completer_vochi_crm"
        }
        _ => "source ./script; complete --do-complete=\"vochi-crm $argv\"",
    };
    let mut command = Command::new(shell);
    match shell {
        "bash" => command.args(["--norc", "-c", code, "bash"]),
        "zsh" => command.args(["-f", "-c", code, "zsh"]),
        _ => command.args(["--no-config", "-c", code, "--"]),
    };
    let ended = command
        .args(typed)
        .current_dir(env.path(""))
        .env_clear()
        .env("PATH", path.unwrap())
        .env("HOME", env.path(""))
        .output();
    let ended = match ended {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        ended => ended.expect("the shell runs"),
    };
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(errors, "", "{shell} at word {index}, {last:?}");
    let shown = String::from_utf8_lossy(&ended.stdout);
    // fish and zsh add a description to each.
    let words = shown.lines().filter_map(|line| line.split(['\t', ':']).next());
    Some(words.map(|word| word.trim().to_owned()).collect())
}

/// The shells to test. bash is required.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

#[track_caller]
fn assert_completes(typed: &[&str], wanted: &[&str]) {
    let env = TestEnv::bare();
    let shop = env.profile_text("shop");
    env.configure(&format!("{shop}{}", env.kontur_text("portal")));
    for shell in SHELLS {
        let Some(words) = completions(&env, shell, typed) else {
            assert_ne!(shell, "bash", "bash is not installed");
            continue;
        };
        for word in wanted {
            assert!(words.iter().any(|one| one == word), "{shell} {typed:?}: {word} in {words:?}");
        }
    }
}

#[test]
fn shell_completes_commands() {
    assert_completes(&["ca"], &["call-event", "call-log"]);
}

#[test]
fn shell_completes_options_of_a_subcommand() {
    assert_completes(&["call-event", "--d"], &["--direction", "--dialstatus", "--dry-run"]);
    assert_completes(&["--output", "json", "setup", "--r"], &["--remove"]);
}

#[test]
fn shell_completes_values() {
    assert_completes(&["call-event", "a"], &["answered"]);
    assert_completes(&["call-event", "hangup", "--outcome", "no"], &["no-answer"]);
}

#[test]
fn shell_completes_profile_names() {
    assert_completes(&["--profile", "s"], &["shop"]);
    assert_completes(&["lookup", "--profile", ""], &["shop", "portal"]);
}

#[test]
fn broken_configuration_completes_no_profiles() {
    let env = TestEnv::bare();
    env.configure("[profile\n");
    let words = completions(&env, "bash", &["--profile", ""]).expect("bash");
    assert_eq!(words, [""], "no completions, no message");
}

#[test]
fn manual_has_every_command() {
    let mut command = program();
    command.arg("man");
    let page = Run::of(command).stdout;
    assert!(page.contains(".TH vochi-crm 1"), "{page}");
    for heading in ["COMMAND CALL-EVENT", "COMMAND CALL-LOG", "COMMAND SANDBOX"] {
        assert!(page.contains(heading), "{heading}");
    }
    assert!(page.contains("\\-\\-crm\\-call\\-id"), "options of commands");
}

#[test]
fn manual_pages_are_written_to_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["man", "--dir"]).arg(directory.path());
    assert_eq!(Run::of(command).code, Some(0));
    assert!(directory.path().join("vochi-crm.1").is_file());
    assert!(directory.path().join("vochi-crm-call-event.1").is_file());

    let mut command = program();
    command.args(["--output", "json", "man", "--dir", "/nowhere/at/all"]);
    Run::of(command).exits(4);
}
