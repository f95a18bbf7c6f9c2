//! `completions` and `man`.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Stage, program};

#[test]
fn every_shell_gets_a_completion_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Ran::of(with(&["completions", shell]));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(ran.stdout.contains("vochi-crm"), "{shell}: {ran}");
    }
}

fn with(arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments);
    command
}

/// What a shell offers at the end of a command line, with its completion script loaded; `None` where
/// the shell is not installed.
fn offered(stage: &Stage, shell: &str, typed: &[&str]) -> Option<Vec<String>> {
    let script = Ran::of(with(&["completions", shell])).stdout;
    stage.write("script", &script, 0o600);
    let (last, index) = (typed.last().copied().unwrap_or_default(), typed.len());
    let program = Path::new(env!("CARGO_BIN_EXE_vochi-crm"));
    let path =
        std::env::join_paths([program.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]);
    let code = match shell {
        "bash" => {
            "source ./script; COMP_WORDS=(vochi-crm \"$@\"); COMP_CWORD=$#; COMP_TYPE=9
             _clap_complete_vochi_crm vochi-crm \"${!#}\" x; printf '%s\\n' \"${COMPREPLY[@]}\""
        }
        // The two functions of its completion system, which works in an interactive shell only.
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
        .current_dir(stage.path(""))
        .env_clear()
        .env("PATH", path.unwrap())
        .env("HOME", stage.path(""))
        .output();
    let ended = match ended {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        ended => ended.expect("the shell runs"),
    };
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(said, "", "{shell} at word {index}, {last:?}");
    let shown = String::from_utf8_lossy(&ended.stdout);
    // fish and zsh show a description behind each.
    let words = shown.lines().filter_map(|line| line.split(['\t', ':']).next());
    Some(words.map(|word| word.trim().to_owned()).collect())
}

/// Shells that offer something; bash is always there.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

#[track_caller]
fn offers(typed: &[&str], wanted: &[&str]) {
    let stage = Stage::bare();
    let shop = stage.profile_text("shop");
    stage.configure(&format!("{shop}{}", stage.kontur_text("portal")));
    for shell in SHELLS {
        let Some(words) = offered(&stage, shell, typed) else {
            assert_ne!(shell, "bash", "bash is not installed");
            continue;
        };
        for word in wanted {
            assert!(words.iter().any(|one| one == word), "{shell} {typed:?}: {word} in {words:?}");
        }
    }
}

#[test]
fn shell_offers_commands() {
    offers(&["ca"], &["call-event", "call-log"]);
}

#[test]
fn shell_offers_options_after_a_subcommand() {
    offers(&["call-event", "--d"], &["--direction", "--dialstatus", "--dry-run"]);
    offers(&["--output", "json", "setup", "--r"], &["--remove"]);
}

#[test]
fn shell_offers_values() {
    offers(&["call-event", "a"], &["answered"]);
    offers(&["call-event", "hangup", "--outcome", "no"], &["no-answer"]);
}

#[test]
fn shell_offers_names_of_profiles() {
    offers(&["--profile", "s"], &["shop"]);
    offers(&["lookup", "--profile", ""], &["shop", "portal"]);
}

#[test]
fn broken_configuration_offers_no_profiles() {
    let stage = Stage::bare();
    stage.configure("[profile\n");
    let words = offered(&stage, "bash", &["--profile", ""]).expect("bash");
    assert_eq!(words, [""], "nothing, and no message");
}

#[test]
fn the_manual_has_every_command() {
    let mut command = program();
    command.arg("man");
    let page = Ran::of(command).stdout;
    assert!(page.contains(".TH vochi-crm 1"), "{page}");
    for heading in ["COMMAND CALL-EVENT", "COMMAND CALL-LOG", "COMMAND SANDBOX"] {
        assert!(page.contains(heading), "{heading}");
    }
    assert!(page.contains("\\-\\-crm\\-call\\-id"), "options of the commands are in it");
}

#[test]
fn manual_pages_are_written_for_packagers() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["man", "--dir"]).arg(directory.path());
    assert_eq!(Ran::of(command).code, Some(0));
    assert!(directory.path().join("vochi-crm.1").is_file());
    assert!(directory.path().join("vochi-crm-call-event.1").is_file());

    let mut command = program();
    command.args(["--output", "json", "man", "--dir", "/nowhere/at/all"]);
    Ran::of(command).ends(4);
}
