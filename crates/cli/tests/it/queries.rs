//! `route`, `users`, `health`, `api`.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::Telephony;

use crate::support::{TestEnv, keys};

#[test]
fn route_prints_responsible_extension() {
    let env = TestEnv::new();
    let value = env.json(&["route", "8044 637 06 46"]).exits(0);
    for key in ["ok", "found", "phone", "extension", "user_id"] {
        assert!(keys(&value).contains(&key), "{key} is missing in {value}");
    }
    assert_eq!(
        (&value["found"], &value["phone"], &value["extension"], &value["user_id"]),
        (&json!(true), &json!("+375446370646"), &json!("151"), &json!("18")),
    );
    assert_eq!(env.run(&["route", "+375446370646"]).stdout, "151\n", "for a dial plan");
}

#[test]
fn route_without_manager_ends_with_1() {
    let env = TestEnv::new();
    let value = env.json(&["route", "+375291112299"]).exits(1);
    assert_eq!((&value["found"], &value["extension"]), (&json!(false), &Value::Null));
    let run = env.run(&["route", "+375291112299"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
}

#[test]
fn invalid_number_sends_no_request() {
    let env = TestEnv::new();
    for (arguments, code) in [(&["route", "abc"][..], 4), (&["health", "--phone", "151"], 4)] {
        let value = env.json(arguments).exits(code);
        assert_eq!(value["error"]["kind"], "input");
    }
    assert_eq!(env.requests(), 0);
}

#[test]
fn users_lists_extensions_and_mismatches() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop").replace("151 = \"18\"", "151 = \"4711\"");
    env.configure(&text);
    let value = env.json(&["users"]).exits(0);
    assert_eq!(keys(&value), ["mismatches", "ok", "users"]);
    let users = value["users"].as_array().expect("users");
    let of = |id: &str| users.iter().find(|user| user["user_id"] == id).expect("a user");
    assert_eq!(keys(of("16")), ["active", "extension", "name", "user_id"]);
    assert_eq!(of("16")["extension"], "152");
    assert_eq!(of("22")["active"], false);
    assert_eq!(of("18")["extension"], Value::Null);
    let mismatches = value["mismatches"].to_string();
    assert!(mismatches.contains("extension 151 is mapped to user 4711"), "{mismatches}");
    assert!(mismatches.contains("user 18"), "{mismatches}");

    let text = env.run(&["users"]).stdout;
    assert!(text.contains("152") && text.contains("mismatch:"), "{text}");
}

#[test]
fn healthy_profile_passes_every_check() {
    let env = TestEnv::new();
    let value = env.json(&["health", "--phone", "+375446370646"]).exits(0);
    assert_eq!(keys(&value), ["ok", "profiles"]);
    let profile = &value["profiles"][0];
    assert_eq!(keys(profile), ["checks", "crm", "latency_ms", "ok", "profile"]);
    assert!(profile["latency_ms"].is_u64());
    let checks = profile["checks"].as_array().expect("checks");
    for check in checks {
        assert_eq!(keys(check), ["hint", "message", "name", "ok"]);
        assert_eq!(check["ok"], true, "{check}");
    }
    let search = checks.iter().find(|check| check["name"] == "search").expect("a trial search");
    assert!(search["message"].as_str().unwrap().contains("151"), "{search}");
    assert!(checks.iter().any(|check| check["name"] == "state"));
}

#[test]
fn health_ends_with_worst_profile() {
    let env = TestEnv::bare();
    let good = env.profile_text("good");
    let rejected = env.profile_text("wrong_key").replace("TEST-KEY", "REST-KEY");
    let misconfigured = "[profile.unset]\ncrm = \"retailcrm\"\nurl = \"https://x.example.test\"\n\
                         api_key = { env = \"NOWHERE\" }\n";
    env.configure(&format!("{good}\n{rejected}"));
    let value = env.json(&["health", "--all"]).exits(6);
    assert_eq!(value["error"]["kind"], "auth");
    let good_one = |value: &Value| value["profiles"][0]["ok"] == true;
    assert!(good_one(&value), "one failed profile does not affect the others: {value}");

    env.configure(&format!("{good}\n{rejected}\n{misconfigured}"));
    let value = env.json(&["health", "--all"]).exits(3);
    assert!(good_one(&value));
    let unset = &value["profiles"][1];
    assert_eq!((&unset["profile"], &unset["crm"]), (&json!("unset"), &json!("retailcrm")));
    assert!(unset["checks"][0]["message"].as_str().unwrap().contains("NOWHERE"), "{unset}");

    let text = env.run(&["health", "--all"]);
    assert!(text.stdout.contains("FAIL"), "{text}");
}

#[test]
fn raw_response_is_printed_unchanged() {
    let env = TestEnv::new();
    let value = env.json(&["api", "GET", "/api/v5/users?limit=20", "-d", "page=1"]).exits(0);
    assert_eq!(keys(&value), ["answer", "ok"]);
    assert_eq!(value["answer"]["pagination"]["currentPage"], 1);
    let text = env.run(&["api", "GET", "api/credentials"]).stdout;
    assert!(text.contains("\"siteAccess\": \"access_full\""), "{text}");
}

#[test]
fn raw_write_is_a_form() {
    let env = TestEnv::new();
    let event = r#"event={"phone":"+375446370646","type":"in","codes":["151"]}"#;
    env.json(&["api", "POST", crate::support::CALL_EVENT, "-d", event]).exits(0);
    assert_eq!(env.sandbox.retailcrm().live().len(), 1);
}

#[test]
fn unknown_path_is_not_found() {
    let env = TestEnv::new();
    let value = env.json(&["api", "GET", "/api/v5/nothing"]).exits(5);
    assert_eq!(
        (&value["error"]["kind"], &value["error"]["status"]),
        (&json!("not_found"), &json!(404))
    );
}

#[test]
fn path_with_host_is_a_usage_error() {
    let env = TestEnv::new();
    for path in ["https://elsewhere.example.test/x", "//elsewhere.example.test/x"] {
        env.json(&["api", "GET", path]).exits(2);
    }
    assert_eq!(env.requests(), 0);
}

#[test]
fn raw_write_is_retried_only_if_idempotent() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop").replace("retries = 0", "retries = 2");
    env.configure(&text);
    let event = r#"event={"phone":"+375446370646","type":"in","codes":["151"]}"#;
    let post = ["api", "POST", crate::support::CALL_EVENT, "-d", event];
    env.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
    let value = env.json(&post).exits(8);
    assert_eq!(value["error"]["effect"], "maybe");

    env.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
    let repeated: Vec<&str> = post.into_iter().chain(["--idempotent"]).collect();
    env.json(&repeated).exits(0);
}

#[test]
fn disabled_module_rejects_data() {
    let env = TestEnv::new();
    env.sandbox.retailcrm().switch_telephony(Telephony::Off);
    let ring = ["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"];
    let value = env.json(&ring).exits(5);
    assert_eq!(value["error"]["kind"], "rejected");
}
