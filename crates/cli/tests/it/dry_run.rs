//! `--dry-run`: nothing goes out, and what is shown is what would.

use std::process::Command;

use vochi_crm_sandbox::Crm;
use vochi_crm_sandbox::retailcrm::API_KEY;

use crate::support::{CALL_EVENT, Stage, UPLOAD, keys};

const RING: [&str; 9] = [
    "--dry-run",
    "call-event",
    "in",
    "--call-id",
    "o'1",
    "--phone",
    "+375446370646",
    "--ext",
    "151",
];

#[test]
fn a_dry_run_sends_nothing_and_remembers_nothing() {
    let stage = Stage::new();
    let before = stage.files().len();
    for (arguments, path) in [
        (&RING[..], CALL_EVENT),
        (
            &[
                "--dry-run",
                "call-log",
                "--call-id",
                "1",
                "--phone",
                "+375446370646",
                "--direction",
                "in",
                "--started-at",
                "2026-03-02T08:00:00Z",
                "--outcome",
                "missed",
                "--ext",
                "151",
            ],
            UPLOAD,
        ),
        (&["--dry-run", "route", "+375446370646"], "/api/v5/telephony/manager"),
        (&["--dry-run", "users"], "/api/v5/users"),
        (&["--dry-run", "health", "--all"], "/api/credentials"),
        (&["--dry-run", "api", "POST", "/api/v5/x", "-d", "a=b"], "/api/v5/x"),
    ] {
        let value = stage.json(arguments).ends(0);
        let requests = value["requests"].as_array().expect("requests");
        assert!(!requests.is_empty(), "{arguments:?}");
        for request in requests {
            assert_eq!(keys(request), ["body", "curl", "headers", "method", "url"]);
            assert_eq!(request["headers"]["x-api-key"], "***");
        }
        let url = requests[0]["url"].as_str().expect("an address");
        assert!(url.contains(path), "{url}");
    }
    assert_eq!(stage.requests(), 0, "nothing went out");
    assert_eq!(stage.files().len(), before, "nothing was written");
}

#[test]
fn the_curl_line_does_what_the_command_would_have_done() {
    let stage = Stage::bare();
    // With its id in the body, the second secret has to be filled in too.
    let text = stage.profile_text("shop");
    stage.configure(&text.replace("retries = 0", "retries = 0\nsend_client_id = true"));
    let shown = stage.json(&RING).ends(0)["requests"][0]["curl"].as_str().expect("curl").to_owned();
    assert!(shown.contains("$VOCHI_CRM_API_KEY") && !shown.contains(API_KEY), "{shown}");
    let sent = Command::new("bash")
        .args(["-c", &shown])
        .env("VOCHI_CRM_API_KEY", API_KEY)
        .env("VOCHI_CRM_CLIENT_ID", vochi_crm_sandbox::retailcrm::CLIENT_ID)
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("bash and curl");
    let answer = String::from_utf8_lossy(&sent.stdout).into_owned();
    assert!(answer.contains("\"success\":true"), "{answer} {sent:?}\n{shown}");
    stage.json(&RING[1..]).ends(0);
    let requests = stage.sandbox.requests(Crm::RetailCrm);
    let [by_curl, by_program] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(by_curl.body, by_program.body, "byte for byte");
    assert_eq!(by_curl.header("x-api-key"), by_program.header("x-api-key"));
    assert_eq!(stage.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn a_dry_run_knows_what_is_remembered() {
    let stage = Stage::new();
    let ring: Vec<&str> = RING[1..].to_vec();
    stage.json(&ring).ends(0);
    let hangup = ["--dry-run", "call-event", "hangup", "--call-id", "o'1", "--record"];
    let value = stage.json(&hangup).ends(0);
    let urls: Vec<&str> = value["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .filter_map(|request| request["url"].as_str())
        .collect();
    assert!(urls[0].ends_with(CALL_EVENT) && urls[1].ends_with(UPLOAD), "{urls:?}");
    let again = stage.json(&hangup).ends(0);
    assert_eq!(again["requests"].as_array().map(Vec::len), Some(2), "the call is still open");
}

#[test]
fn people_get_lines_to_paste() {
    let stage = Stage::new();
    let text = stage.run(&RING).stdout;
    assert!(text.starts_with("curl -sS -X POST 'http://127.0.0.1:"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    let nothing = ["--dry-run", "call-event", "answered", "--call-id", "1", "--ext", "151"];
    assert_eq!(stage.run(&nothing).stdout, "# nothing would be sent\n");
}

#[test]
fn a_mistake_is_a_mistake_in_a_dry_run_too() {
    let stage = Stage::new();
    stage.json(&["--dry-run", "route", "abc"]).ends(4);
    stage.json(&["--dry-run", "--profile", "nobody", "users"]).ends(3);
}
