//! `sandbox` and `demo`.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{Ran, Stage, keys, program};

/// A sandbox in a process of its own; it ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().expect("it can be ended");
        self.0.wait().expect("it ends");
    }
}

fn serve(mut command: std::process::Command) -> (Serving, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).expect("a line");
    (Serving(child), line)
}

#[test]
fn a_sandbox_says_where_it_is_and_writes_a_configuration() {
    let stage = Stage::bare();
    let serving = stage.command(&["--output", "json", "sandbox", "--write-config", "sandbox.toml"]);
    let (_serving, line) = serve(serving);
    let started: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(keys(&started), ["ok", "page", "profiles"]);
    assert_eq!(started["profiles"]["retailcrm"]["crm"], "retailcrm");
    let mode = std::fs::metadata(stage.path("sandbox.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let run = |arguments: &[&str]| {
        let mut all = vec!["--config", "sandbox.toml"];
        all.extend(arguments);
        stage.json(&all).ends(0)
    };
    run(&["health", "--all", "--phone", "+375446370646"]);
    run(&["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"]);
}

#[test]
fn a_configuration_of_somebody_elses_making_is_not_overwritten() {
    let stage = Stage::new();
    let before = std::fs::read(stage.path("vochi-crm.toml")).unwrap();
    let value = stage.json(&["sandbox", "--write-config", "vochi-crm.toml"]).ends(3);
    assert!(value["error"]["message"].as_str().unwrap().contains("vochi-crm.toml"));
    assert_eq!(std::fs::read(stage.path("vochi-crm.toml")).unwrap(), before);

    stage.write("empty.toml", "", 0o644);
    let (_serving, _) = serve(stage.command(&["sandbox", "--write-config", "empty.toml"]));
    let text = std::fs::read_to_string(stage.path("empty.toml")).unwrap();
    assert!(text.contains("[profile.retailcrm]"), "{text}");
}

#[test]
fn an_address_nobody_can_listen_at_is_told() {
    let stage = Stage::bare();
    stage.json(&["sandbox", "--bind", "nowhere"]).ends(4);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let value = stage.json(&["sandbox", "--bind", &taken]).ends(3);
    assert!(value["error"]["message"].as_str().unwrap().contains(&taken), "{value}");
    stage.json(&["sandbox", "--tls", "no.pem", "no.key"]).ends(3);
}

#[test]
fn the_demonstration_ends_by_itself_and_every_crm_holds_the_truth() {
    let mut command = program();
    command.args(["--output", "json", "demo"]);
    let value = Ran::of(command).ends(0);
    let crms = value["crms"].as_object().expect("CRMs");
    let names: Vec<&str> = crms.keys().map(String::as_str).collect();
    assert_eq!(names, ["kontur", "retailcrm"]);
    for (name, crm) in crms {
        assert_eq!(crm["refused"], 0, "{name}");
        let calls = crm["calls"].as_array().expect("calls");
        assert!(calls.len() >= 6, "{name}");
        for call in calls {
            let left_out = call["why"].is_string() && call["recorded"].is_null();
            // Kontur's history has no word for busy.
            let plain = name == "kontur"
                && call["really"]["outcome"] == "busy"
                && call["recorded"]["outcome"] == "no-answer"
                && call["why"].is_string();
            assert!(call["agrees"] == true || left_out || plain, "{name}: {call}");
        }
        assert!(calls.iter().any(|call| call["client"].is_string()), "{name}: no client is named");
        assert!(calls.iter().filter(|call| call["agrees"] == true).count() >= 6, "{name}");
    }
}

#[test]
fn people_see_the_calls_come_in_and_then_the_table() {
    let mut command = program();
    command.arg("demo");
    let ran = Ran::of(command);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    assert!(ran.stdout.contains("09:00:00  +375446370646  calls 151, 152"), "{ran}");
    assert_eq!(ran.stdout.matches("the same").count(), 12, "six in each CRM: {ran}");
    assert_eq!(
        ran.stdout.matches("Ольга Мельник").count(),
        4,
        "each CRM names the first caller, as it rings and in the table: {ran}"
    );
    assert!(ran.stdout.contains("tells only whether a call was answered"), "{ran}");
    assert!(ran.stdout.contains("nothing: the caller hides the number"), "{ran}");
}
