//! Signals, closed pipes, full disks.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{TestEnv, program};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

/// Interrupts a command during its first request and returns its standard output.
fn interrupted(arguments: &[&str]) -> String {
    let env = TestEnv::new();
    env.fault(|fault| fault.delay(Duration::from_secs(30)));
    let mut child = env
        .command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let began = Instant::now();
    while env.requests() == 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "no request came");
        std::thread::yield_now();
    }
    signal(&child, "-INT");
    let status = child.wait().expect("an end");
    assert_eq!(status.code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(20), "it did not wait for the response");
    let mut printed = String::new();
    child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    printed
}

#[test]
fn ctrl_c_during_read_prints_one_error() {
    let printed = interrupted(&["--output", "json", "route", "+375446370646"]);
    let value: Value = serde_json::from_str(&printed).expect("one object");
    assert_eq!(
        (&value["ok"], &value["error"]["kind"], &value["error"]["effect"]),
        (&json!(false), &json!("interrupted"), &json!("not_applied")),
        "{printed}"
    );
    assert_eq!(printed.lines().count(), 1, "one line: {printed}");
    assert_eq!(interrupted(&["route", "+375446370646"]), "", "no text in human mode");
}

#[test]
fn ctrl_c_during_write_has_effect_maybe() {
    let ring = ["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"];
    let printed = interrupted(&[&["--output", "json"][..], &ring].concat());
    let value: Value = serde_json::from_str(&printed).expect("one object");
    assert_eq!(value["error"]["effect"], "maybe", "{printed}");
}

#[test]
fn ctrl_c_during_input_prints_one_error() {
    let env = TestEnv::new();
    for command in [&["phone", "--region", "BY"][..], &["lookup", "--from", "-"]] {
        let mut child = env
            .command(&[&["--output", "json"][..], command].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("an input");
        stdin.write_all(b"+375446370646\n").expect("the input can be written");
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
        lines.next().expect("a row").expect("a line");
        signal(&child, "-INT");
        let last = lines.next().expect("an error object").expect("a line");
        let value: Value = serde_json::from_str(&last).expect("an object");
        assert_eq!(value["error"]["kind"], "interrupted", "{command:?}: {last}");
        assert!(lines.next().is_none(), "{command:?}: nothing more");
        assert_eq!(child.wait().expect("an end").code(), Some(130), "{command:?}");
    }
}

/// Starts a sandbox and returns its first line.
fn sandbox() -> (Child, serde_json::Value) {
    let mut child = program()
        .args(["--output", "json", "sandbox"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).expect("a line");
    let started = serde_json::from_str(&line).expect("JSON");
    (child, started)
}

#[test]
fn sandbox_ends_130_on_sigint_and_0_on_sigterm() {
    for (name, code) in [("-INT", 130), ("-TERM", 0)] {
        let (mut child, started) = sandbox();
        assert_eq!(started["ok"], true);
        signal(&child, name);
        assert_eq!(child.wait().expect("an end").code(), Some(code), "{name}");
    }
}

#[test]
fn closed_pipe_ends_quietly() {
    let mut child = program()
        .args(["--output", "json", "phone", "--region", "BY"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    stdin.write_all(b"80291112233\n").unwrap();
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert!(first.contains("+375291112233"), "a row per line immediately: {first}");
    drop(reader);
    for _ in 0..1_000 {
        if stdin.write_all(b"80291112233\n").is_err() {
            break;
        }
    }
    drop(stdin);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn closed_stdout_does_not_stop_the_command() {
    let env = TestEnv::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ring = ["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"];
    let ended = env.command(&ring).stdout(writer).stderr(Stdio::piped()).output().expect("an end");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(env.sandbox.retailcrm().live().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let ended = program()
        .args(["phone", "+375291112233"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("an end");
    assert_eq!(ended.status.code(), Some(70));
    let printed = String::from_utf8_lossy(&ended.stderr);
    assert!(printed.contains("cannot write standard output"), "{printed}");
}
