//! `--dry-run`: nothing is sent, the planned requests are printed.

use std::process::Command;

use vochi_crm_sandbox::Crm;
use vochi_crm_sandbox::retailcrm::API_KEY;

use crate::support::{CALL_EVENT, TestEnv, UPLOAD, keys};

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
fn dry_run_sends_and_stores_nothing() {
    let env = TestEnv::new();
    let before = env.files().len();
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
        let value = env.json(arguments).exits(0);
        let requests = value["requests"].as_array().expect("requests");
        assert!(!requests.is_empty(), "{arguments:?}");
        for request in requests {
            assert_eq!(keys(request), ["body", "curl", "headers", "method", "url"]);
            assert_eq!(request["headers"]["x-api-key"], "***");
        }
        let url = requests[0]["url"].as_str().expect("an address");
        assert!(url.contains(path), "{url}");
    }
    assert_eq!(env.requests(), 0, "nothing was sent");
    assert_eq!(env.files().len(), before, "nothing was written");
}

#[test]
fn curl_line_sends_the_same_request() {
    let env = TestEnv::bare();
    // With `send_client_id` the body holds a second secret.
    let text = env.profile_text("shop");
    env.configure(&text.replace("retries = 0", "retries = 0\nsend_client_id = true"));
    let shown = env.json(&RING).exits(0)["requests"][0]["curl"].as_str().expect("curl").to_owned();
    assert!(shown.contains("$VOCHI_CRM_API_KEY") && !shown.contains(API_KEY), "{shown}");
    let sent = Command::new("bash")
        .args(["-c", &shown])
        .env("VOCHI_CRM_API_KEY", API_KEY)
        .env("VOCHI_CRM_CLIENT_ID", vochi_crm_sandbox::retailcrm::CLIENT_ID)
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("bash and curl");
    let response = String::from_utf8_lossy(&sent.stdout).into_owned();
    assert!(response.contains("\"success\":true"), "{response} {sent:?}\n{shown}");
    env.json(&RING[1..]).exits(0);
    let requests = env.sandbox.requests(Crm::RetailCrm);
    let [by_curl, by_program] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(by_curl.body, by_program.body, "byte for byte");
    assert_eq!(by_curl.header("x-api-key"), by_program.header("x-api-key"));
    assert_eq!(env.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn dry_run_reads_the_stored_state() {
    let env = TestEnv::new();
    let ring: Vec<&str> = RING[1..].to_vec();
    env.json(&ring).exits(0);
    let hangup = ["--dry-run", "call-event", "hangup", "--call-id", "o'1", "--record"];
    let value = env.json(&hangup).exits(0);
    let urls: Vec<&str> = value["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .filter_map(|request| request["url"].as_str())
        .collect();
    assert!(urls[0].ends_with(CALL_EVENT) && urls[1].ends_with(UPLOAD), "{urls:?}");
    let repeat = env.json(&hangup).exits(0);
    assert_eq!(repeat["requests"].as_array().map(Vec::len), Some(2), "the call is still open");
}

#[test]
fn human_output_is_curl_lines() {
    let env = TestEnv::new();
    let text = env.run(&RING).stdout;
    assert!(text.starts_with("curl -sS -X POST 'http://127.0.0.1:"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    let nothing = ["--dry-run", "call-event", "answered", "--call-id", "1", "--ext", "151"];
    assert_eq!(env.run(&nothing).stdout, "# nothing would be sent\n");
}

#[test]
fn dry_run_reports_errors() {
    let env = TestEnv::new();
    env.json(&["--dry-run", "route", "abc"]).exits(4);
    env.json(&["--dry-run", "--profile", "unknown", "users"]).exits(3);
}
