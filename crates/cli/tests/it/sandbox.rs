//! `sandbox` and `demo`.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{Run, TestEnv, keys, program};

/// A sandbox process, killed at the end of the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().expect("the sandbox can be killed");
        self.0.wait().expect("an end");
    }
}

fn serve(mut command: std::process::Command) -> (Serving, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).expect("a line");
    (Serving(child), line)
}

#[test]
fn sandbox_prints_address_and_writes_config() {
    let env = TestEnv::bare();
    let serving = env.command(&["--output", "json", "sandbox", "--write-config", "sandbox.toml"]);
    let (_serving, line) = serve(serving);
    let started: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(keys(&started), ["ok", "page", "profiles"]);
    assert_eq!(started["profiles"]["retailcrm"]["crm"], "retailcrm");
    let mode = std::fs::metadata(env.path("sandbox.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let execute = |arguments: &[&str]| {
        let mut all = vec!["--config", "sandbox.toml"];
        all.extend(arguments);
        env.json(&all).exits(0)
    };
    execute(&["health", "--all", "--phone", "+375446370646"]);
    execute(&["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"]);
}

#[test]
fn foreign_configuration_is_not_overwritten() {
    let env = TestEnv::new();
    let before = std::fs::read(env.path("vochi-crm.toml")).unwrap();
    let value = env.json(&["sandbox", "--write-config", "vochi-crm.toml"]).exits(3);
    assert!(value["error"]["message"].as_str().unwrap().contains("vochi-crm.toml"));
    assert_eq!(std::fs::read(env.path("vochi-crm.toml")).unwrap(), before);

    env.write("empty.toml", "", 0o644);
    let (_serving, _) = serve(env.command(&["sandbox", "--write-config", "empty.toml"]));
    let text = std::fs::read_to_string(env.path("empty.toml")).unwrap();
    assert!(text.contains("[profile.retailcrm]"), "{text}");
}

#[test]
fn written_application_can_be_authorized() {
    let env = TestEnv::bare();
    let (_serving, _) = serve(env.command(&["sandbox", "--write-config", "sandbox.toml"]));
    let text = std::fs::read_to_string(env.path("sandbox.toml")).unwrap();
    let (_, application) = text.split_once("take out the signs below").expect("an application");
    let lines = application.lines().skip(2);
    let profile: Vec<_> = lines.map(|line| line.strip_prefix("# ").unwrap_or_default()).collect();
    env.configure(&profile.join("\n"));
    let refused = env.json(&["users"]).exits(6);
    let hint = refused["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("vochi-crm oauth --authorize --profile application"), "{hint}");
}

#[test]
fn unusable_bind_address_is_an_error() {
    let env = TestEnv::bare();
    env.json(&["sandbox", "--bind", "nowhere"]).exits(4);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let value = env.json(&["sandbox", "--bind", &taken]).exits(3);
    assert!(value["error"]["message"].as_str().unwrap().contains(&taken), "{value}");
    env.json(&["sandbox", "--tls", "no.pem", "no.key"]).exits(3);
}

#[test]
fn demo_records_match_in_every_crm() {
    let mut command = program();
    command.args(["--output", "json", "demo"]);
    let value = Run::of(command).exits(0);
    let crms = value["crms"].as_object().expect("CRMs");
    let names: Vec<&str> = crms.keys().map(String::as_str).collect();
    assert_eq!(names, ["bitrix24", "kontur", "retailcrm", "uon"]);
    for (name, crm) in crms {
        assert_eq!(crm["refused"], 0, "{name}");
        let calls = crm["calls"].as_array().expect("calls");
        assert!(calls.len() >= 6, "{name}");
        for call in calls {
            let left_out = call["why"].is_string() && call["recorded"].is_null();
            // The histories of Kontur and U-ON have no outcome busy.
            let is_reduced = name != "retailcrm"
                && call["really"]["outcome"] == "busy"
                && call["recorded"]["outcome"] == "no-answer"
                && call["why"].is_string();
            assert!(call["agrees"] == true || left_out || is_reduced, "{name}: {call}");
        }
        assert!(
            calls.iter().any(|call| call["client"].is_string()),
            "{name}: no client has a name"
        );
        assert!(calls.iter().filter(|call| call["agrees"] == true).count() >= 5, "{name}");
    }
}

#[test]
fn demo_prints_steps_and_table() {
    let mut command = program();
    command.arg("demo");
    let run = Run::of(command);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    assert!(run.stdout.contains("09:00:00  +375446370646  calls 151, 152"), "{run}");
    assert_eq!(run.stdout.matches("the same").count(), 23, "six of each CRM, five of U-ON: {run}");
    assert_eq!(
        run.stdout.matches("Ольга Мельник").count(),
        8,
        "each CRM names the first caller, in its step and in the table: {run}"
    );
    assert!(run.stdout.contains("records only whether a call was answered"), "{run}");
    assert!(run.stdout.contains("nothing was sent: RetailCRM requires a number"), "{run}");
}
