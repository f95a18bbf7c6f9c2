//! `completions` and `man`.

use crate::support::{Ran, program};

#[test]
fn every_shell_gets_completions_of_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let mut command = program();
        command.args(["completions", shell]);
        let ran = Ran::of(command);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(
            ran.stdout.contains("call-event") && ran.stdout.contains("dry-run"),
            "{shell}"
        );
    }
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
    assert!(
        page.contains("\\-\\-crm\\-call\\-id"),
        "options of the commands are in it"
    );
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
