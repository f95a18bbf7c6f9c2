//! `health`: every fault of an account is named with a hint.

use serde_json::Value;
use vochi_crm_sandbox::retailcrm::{MODULE_CODE, SiteAccess, Telephony};

use crate::support::TestEnv;

/// A fault of an account, and the expected finding.
struct AccountFault {
    what: &'static str,
    arrange: fn(&TestEnv),
    /// Changes the profile.
    profile: fn(String) -> String,
    exit_code: i32,
    check: &'static str,
    message: &'static str,
    hint: &'static str,
}

const UNCHANGED: fn(String) -> String = |profile| profile;

const FAULTS: &[AccountFault] = &[
    AccountFault {
        what: "wrong key",
        arrange: |_| {},
        profile: |profile| profile.replace("TEST-KEY", "REST-KEY"),
        exit_code: 6,
        check: "key",
        message: "Wrong \"apiKey\" value",
        hint: "check api_key",
    },
    AccountFault {
        what: "wrong account",
        arrange: |env| {
            env.fault(|fault| fault.status(404).content_type("text/html").body("<html></html>"));
        },
        profile: UNCHANGED,
        exit_code: 6,
        check: "key",
        message: "a page instead of data",
        hint: "check url",
    },
    AccountFault {
        what: "missing scope",
        arrange: |env| {
            let scopes = ["telephony_read", "user_read", "integration_read", "reference_read"];
            env.sandbox.retailcrm().set_scopes(scopes);
        },
        profile: UNCHANGED,
        exit_code: 6,
        check: "scopes",
        message: "missing scopes of the key: telephony_write",
        hint: "add them",
    },
    AccountFault {
        what: "module not registered",
        arrange: |env| env.sandbox.retailcrm().remove_module(MODULE_CODE),
        profile: UNCHANGED,
        exit_code: 3,
        check: "module",
        message: "RetailCRM has no module vochi-telephony",
        hint: "run setup",
    },
    AccountFault {
        what: "module switched off",
        arrange: |env| env.sandbox.retailcrm().switch_telephony(Telephony::Off),
        profile: UNCHANGED,
        exit_code: 5,
        check: "module",
        message: "module vochi-telephony is switched off",
        hint: "switch it on",
    },
    AccountFault {
        what: "extension unknown to the CRM",
        arrange: |_| {},
        profile: |profile| {
            profile
                .replace("[profile.shop.extensions]\n", "[profile.shop.extensions]\n170 = \"18\"\n")
        },
        exit_code: 3,
        check: "codes",
        message: "extension 170 is unknown to RetailCRM",
        hint: "run setup",
    },
    AccountFault {
        what: "extension of a deleted user",
        arrange: |env| env.sandbox.retailcrm().remove_user(18),
        profile: UNCHANGED,
        exit_code: 3,
        check: "extensions",
        message: "extension 151 is mapped to user 18, who is unknown to the CRM",
        hint: "correct `extensions`",
    },
    AccountFault {
        what: "site ambiguous",
        arrange: |_| {},
        profile: |profile| profile.replace("site = \"shop-one\"\n", ""),
        exit_code: 3,
        check: "site",
        message: "the key can access several shops: shop-one, shop-two",
        hint: "set `site`",
    },
    AccountFault {
        what: "site out of reach",
        arrange: |env| {
            let only = SiteAccess::Selective(vec!["shop-two".into()]);
            env.sandbox.retailcrm().set_site_access(only);
        },
        profile: UNCHANGED,
        exit_code: 3,
        check: "site",
        message: "the key cannot access shop shop-one",
        hint: "set `site`",
    },
];

#[test]
fn every_fault_is_named_with_a_hint() {
    for fault in FAULTS {
        let env = TestEnv::bare();
        env.configure(&(fault.profile)(env.profile_text("shop")));
        (fault.arrange)(&env);
        let value = env.json(&["health"]).exits(fault.exit_code);
        let checks = value["profiles"][0]["checks"].as_array().expect("checks");
        let failed: Vec<&Value> = checks.iter().filter(|check| check["ok"] == false).collect();
        let named = failed.iter().find(|check| check["name"] == fault.check);
        let check = named.unwrap_or_else(|| panic!("{}: {value}", fault.what));
        for (key, piece) in [("message", fault.message), ("hint", fault.hint)] {
            let text = check[key].as_str().unwrap_or_default();
            assert!(text.contains(piece), "{}: {check}", fault.what);
        }
        let error = value["error"]["message"].as_str().unwrap_or_default();
        assert!(error.starts_with("profile shop: "), "{value}");
    }
}

#[test]
fn unknown_zone_is_reported_without_failure() {
    let env = TestEnv::bare();
    let profile = env.profile_text("shop");
    let lines = profile.lines().filter(|line| !line.starts_with("timezone"));
    env.configure(&lines.collect::<Vec<_>>().join("\n"));
    let scopes = ["telephony_read", "telephony_write", "user_read", "integration_read"];
    env.sandbox.retailcrm().set_scopes(scopes);
    let value = env.json(&["health"]).exits(0);
    let checks = value["profiles"][0]["checks"].as_array().expect("checks");
    let zone = checks.iter().find(|check| check["name"] == "timezone");
    let zone = zone.expect("a check of the zone");
    let text = zone.to_string();
    assert!(text.contains("assumed Europe/Moscow"), "{zone}");
    assert!(text.contains("set `timezone`"), "{zone}");
}

#[test]
fn setup_fixes_missing_module() {
    let env = TestEnv::bare();
    let profile = env.profile_text("shop");
    env.configure(&format!("public_url = \"https://pbx.example.test\"\n{profile}"));
    env.sandbox.retailcrm().remove_module(MODULE_CODE);
    env.json(&["health"]).exits(3);
    env.json(&["setup"]).exits(0);
    let value = env.json(&["health"]).exits(0);
    let checks = value["profiles"][0]["checks"].as_array().expect("checks");
    let module = checks.iter().find(|check| check["name"] == "module");
    assert_eq!(module.expect("a check of the module")["hint"], Value::Null);
}
