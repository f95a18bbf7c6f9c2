//! `route`, `users`, `health`, `api`.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::Telephony;

use crate::support::{Stage, keys};

#[test]
fn a_route_is_the_extension_of_the_responsible_manager() {
    let stage = Stage::new();
    let value = stage.json(&["route", "8044 637 06 46"]).ends(0);
    for key in ["ok", "found", "phone", "extension", "user_id"] {
        assert!(keys(&value).contains(&key), "{key} is missing in {value}");
    }
    assert_eq!(
        (&value["found"], &value["phone"], &value["extension"], &value["user_id"]),
        (&json!(true), &json!("+375446370646"), &json!("151"), &json!("18")),
    );
    assert_eq!(stage.run(&["route", "+375446370646"]).stdout, "151\n", "for a dial plan");
}

#[test]
fn a_caller_nobody_is_responsible_for_ends_with_one() {
    let stage = Stage::new();
    let value = stage.json(&["route", "+375291112299"]).ends(1);
    assert_eq!((&value["found"], &value["extension"]), (&json!(false), &Value::Null));
    let ran = stage.run(&["route", "+375291112299"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
}

#[test]
fn a_number_that_is_none_is_refused_before_anybody_is_asked() {
    let stage = Stage::new();
    for (arguments, code) in [(&["route", "abc"][..], 4), (&["health", "--phone", "151"], 4)] {
        let value = stage.json(arguments).ends(code);
        assert_eq!(value["error"]["kind"], "input");
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn users_stand_beside_their_extensions_and_mismatches_are_named() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop").replace("151 = \"18\"", "151 = \"4711\"");
    stage.configure(&text);
    let value = stage.json(&["users"]).ends(0);
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

    let text = stage.run(&["users"]).stdout;
    assert!(text.contains("152") && text.contains("mismatch:"), "{text}");
}

#[test]
fn a_healthy_profile_says_so_check_by_check() {
    let stage = Stage::new();
    let value = stage.json(&["health", "--phone", "+375446370646"]).ends(0);
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
fn health_ends_with_the_gravest_of_all_profiles() {
    let stage = Stage::bare();
    let good = stage.profile_text("good");
    let rejected = stage.profile_text("wrong_key").replace("TEST-KEY", "REST-KEY");
    let misconfigured = "[profile.unset]\ncrm = \"retailcrm\"\nurl = \"https://x.example.test\"\n\
                         api_key = { env = \"NOWHERE\" }\n";
    stage.configure(&format!("{good}\n{rejected}"));
    let value = stage.json(&["health", "--all"]).ends(6);
    assert_eq!(value["error"]["kind"], "auth");
    let good_one = |value: &Value| value["profiles"][0]["ok"] == true;
    assert!(good_one(&value), "one bad profile says nothing about the others: {value}");

    stage.configure(&format!("{good}\n{rejected}\n{misconfigured}"));
    let value = stage.json(&["health", "--all"]).ends(3);
    assert!(good_one(&value));
    let unset = &value["profiles"][1];
    assert_eq!((&unset["profile"], &unset["crm"]), (&json!("unset"), &json!("retailcrm")));
    assert!(unset["checks"][0]["message"].as_str().unwrap().contains("NOWHERE"), "{unset}");

    let text = stage.run(&["health", "--all"]);
    assert!(text.stdout.contains("FAIL"), "{text}");
}

#[test]
fn a_raw_request_has_the_key_and_its_answer_comes_as_it_is() {
    let stage = Stage::new();
    let value = stage.json(&["api", "GET", "/api/v5/users?limit=20", "-d", "page=1"]).ends(0);
    assert_eq!(keys(&value), ["answer", "ok"]);
    assert_eq!(value["answer"]["pagination"]["currentPage"], 1);
    let text = stage.run(&["api", "GET", "api/credentials"]).stdout;
    assert!(text.contains("\"siteAccess\": \"access_full\""), "{text}");
}

#[test]
fn a_raw_write_is_a_form() {
    let stage = Stage::new();
    let event = r#"event={"phone":"+375446370646","type":"in","codes":["151"]}"#;
    stage.json(&["api", "POST", crate::support::CALL_EVENT, "-d", event]).ends(0);
    assert_eq!(stage.sandbox.retailcrm().live().len(), 1);
}

#[test]
fn what_the_crm_does_not_have_is_not_found() {
    let stage = Stage::new();
    let value = stage.json(&["api", "GET", "/api/v5/nothing"]).ends(5);
    assert_eq!(
        (&value["error"]["kind"], &value["error"]["status"]),
        (&json!("not_found"), &json!(404))
    );
}

#[test]
fn the_host_of_a_raw_request_is_the_profiles() {
    let stage = Stage::new();
    for path in ["https://elsewhere.example.test/x", "//elsewhere.example.test/x"] {
        stage.json(&["api", "GET", path]).ends(2);
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn only_a_raw_write_that_may_be_repeated_is() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop").replace("retries = 0", "retries = 2");
    stage.configure(&text);
    let event = r#"event={"phone":"+375446370646","type":"in","codes":["151"]}"#;
    let post = ["api", "POST", crate::support::CALL_EVENT, "-d", event];
    stage.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
    let value = stage.json(&post).ends(8);
    assert_eq!(value["error"]["effect"], "maybe");

    stage.fault(|fault| fault.lose(vochi_crm_sandbox::Lose::Answer));
    let repeated: Vec<&str> = post.into_iter().chain(["--idempotent"]).collect();
    stage.json(&repeated).ends(0);
}

#[test]
fn a_module_that_is_off_is_a_refusal_of_the_data() {
    let stage = Stage::new();
    stage.sandbox.retailcrm().switch_telephony(Telephony::Off);
    let ring = ["call-event", "in", "--call-id", "1", "--phone", "+375446370646", "--ext", "151"];
    let value = stage.json(&ring).ends(5);
    assert_eq!(value["error"]["kind"], "rejected");
}
