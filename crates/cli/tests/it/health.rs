//! `health` names what is wrong with an account, and what to do.

use serde_json::Value;
use vochi_crm_sandbox::retailcrm::{MODULE_CODE, SiteAccess, Telephony};

use crate::support::Stage;

/// Something that is wrong with an account, and what `health` has to say of it.
struct Wrong {
    what: &'static str,
    arrange: fn(&Stage),
    /// Changes to the profile.
    profile: fn(String) -> String,
    ends: i32,
    check: &'static str,
    message: &'static str,
    hint: &'static str,
}

const AS_IT_IS: fn(String) -> String = |profile| profile;

const WRONG: &[Wrong] = &[
    Wrong {
        what: "wrong key",
        arrange: |_| {},
        profile: |profile| profile.replace("TEST-KEY", "REST-KEY"),
        ends: 6,
        check: "key",
        message: "Wrong \"apiKey\" value",
        hint: "check api_key",
    },
    Wrong {
        what: "wrong account",
        arrange: |stage| {
            stage.fault(|fault| fault.status(404).content_type("text/html").body("<html></html>"));
        },
        profile: AS_IT_IS,
        ends: 6,
        check: "key",
        message: "a page instead of data",
        hint: "check url",
    },
    Wrong {
        what: "missing scope",
        arrange: |stage| {
            let scopes = ["telephony_read", "user_read", "integration_read", "reference_read"];
            stage.sandbox.retailcrm().set_scopes(scopes);
        },
        profile: AS_IT_IS,
        ends: 6,
        check: "scopes",
        message: "missing scopes of the key: telephony_write",
        hint: "add them",
    },
    Wrong {
        what: "module not registered",
        arrange: |stage| stage.sandbox.retailcrm().remove_module(MODULE_CODE),
        profile: AS_IT_IS,
        ends: 3,
        check: "module",
        message: "RetailCRM has no module vochi-telephony",
        hint: "register the telephony",
    },
    Wrong {
        what: "module switched off",
        arrange: |stage| stage.sandbox.retailcrm().switch_telephony(Telephony::Off),
        profile: AS_IT_IS,
        ends: 5,
        check: "module",
        message: "module vochi-telephony is switched off",
        hint: "switch it on",
    },
    Wrong {
        what: "extension unknown to the CRM",
        arrange: |_| {},
        profile: |profile| {
            profile
                .replace("[profile.shop.extensions]\n", "[profile.shop.extensions]\n170 = \"18\"\n")
        },
        ends: 3,
        check: "codes",
        message: "extension 170 is unknown to RetailCRM",
        hint: "register the telephony",
    },
    Wrong {
        what: "extension of a user who is gone",
        arrange: |stage| stage.sandbox.retailcrm().remove_user(18),
        profile: AS_IT_IS,
        ends: 3,
        check: "extensions",
        message: "extension 151 is mapped to user 18, who is unknown to the CRM",
        hint: "correct `extensions`",
    },
    Wrong {
        what: "site ambiguous",
        arrange: |_| {},
        profile: |profile| profile.replace("site = \"shop-one\"\n", ""),
        ends: 3,
        check: "site",
        message: "the key can access several shops: shop-one, shop-two",
        hint: "set `site`",
    },
    Wrong {
        what: "site out of reach",
        arrange: |stage| {
            let only = SiteAccess::Selective(vec!["shop-two".into()]);
            stage.sandbox.retailcrm().set_site_access(only);
        },
        profile: AS_IT_IS,
        ends: 3,
        check: "site",
        message: "the key cannot access shop shop-one",
        hint: "set `site`",
    },
];

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    for wrong in WRONG {
        let stage = Stage::bare();
        stage.configure(&(wrong.profile)(stage.profile_text("shop")));
        (wrong.arrange)(&stage);
        let value = stage.json(&["health"]).ends(wrong.ends);
        let checks = value["profiles"][0]["checks"].as_array().expect("checks");
        let failed: Vec<&Value> = checks.iter().filter(|check| check["ok"] == false).collect();
        let named = failed.iter().find(|check| check["name"] == wrong.check);
        let check = named.unwrap_or_else(|| panic!("{}: {value}", wrong.what));
        for (key, piece) in [("message", wrong.message), ("hint", wrong.hint)] {
            let text = check[key].as_str().unwrap_or_default();
            assert!(text.contains(piece), "{}: {check}", wrong.what);
        }
        let error = value["error"]["message"].as_str().unwrap_or_default();
        assert!(error.starts_with("profile shop: "), "{value}");
    }
}

#[test]
fn a_zone_nobody_knows_is_named_and_is_no_failure() {
    let stage = Stage::bare();
    let profile = stage.profile_text("shop");
    let lines = profile.lines().filter(|line| !line.starts_with("timezone"));
    stage.configure(&lines.collect::<Vec<_>>().join("\n"));
    let scopes = ["telephony_read", "telephony_write", "user_read", "integration_read"];
    stage.sandbox.retailcrm().set_scopes(scopes);
    let value = stage.json(&["health"]).ends(0);
    let checks = value["profiles"][0]["checks"].as_array().expect("checks");
    let zone = checks.iter().find(|check| check["name"] == "timezone");
    let zone = zone.expect("a check of the zone");
    let said = zone.to_string();
    assert!(said.contains("Europe/Moscow is assumed"), "{zone}");
    assert!(said.contains("set `timezone`"), "{zone}");
}

#[test]
fn setup_mends_what_health_finds_missing() {
    let stage = Stage::bare();
    let profile = stage.profile_text("shop");
    stage.configure(&format!("public_url = \"https://pbx.example.test\"\n{profile}"));
    stage.sandbox.retailcrm().remove_module(MODULE_CODE);
    stage.json(&["health"]).ends(3);
    stage.json(&["setup"]).ends(0);
    let value = stage.json(&["health"]).ends(0);
    let checks = value["profiles"][0]["checks"].as_array().expect("checks");
    let module = checks.iter().find(|check| check["name"] == "module");
    assert_eq!(module.expect("a check of the module")["hint"], Value::Null);
}
