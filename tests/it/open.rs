//! `vochi_crm::open`: from a profile to a connector; every error names its key.

use serde_json::json;
use vochi_crm::{Crm, ErrorKind, Hub, Profile};

fn retailcrm() -> Profile {
    Profile::new("retailcrm").set("url", "https://demo.retailcrm.ru").set("api_key", "invented-key")
}

fn kontur() -> Profile {
    Profile::new("kontur").set("workspace", "vochi-demo").set("api_key", "invented-key")
}

fn uon() -> Profile {
    Profile::new("uon").set("api_key", "invented-key")
}

fn bitrix24() -> Profile {
    Profile::new("bitrix24").set("webhook_url", "https://portal.bitrix24.by/rest/1/invented-key/")
}

#[test]
fn profile_opens_its_connector() {
    let hub = Hub::new().unwrap();
    for profile in [retailcrm(), kontur(), uon().set("account_id", 12345), bitrix24()] {
        let opened = vochi_crm::open(&hub, "shop", &profile).unwrap();
        assert_eq!(Some(opened.crm().as_str()), profile.crm());
        assert_eq!(opened.account().as_str(), "shop");
    }
}

#[test]
fn invalid_profile_names_the_key() {
    let hub = Hub::new().unwrap();
    let uuid = "a1b2c3d4-1111-4a4a-8b8b-000000000151";
    for (profile, key, part) in [
        (Profile::default(), "crm", "missing"),
        (Profile::new("retailcmr"), "crm", "\"retailcrm\""),
        (Profile::new("retailcrm"), "url, api_key", "missing"),
        (Profile::new("kontur").set("access_key", "x"), "workspace", "missing"),
        (retailcrm().set("extension", json!({})), "extension", "`extensions`"),
        (retailcrm().set("account_id", "5"), "account_id", "unknown key"),
        (retailcrm().set("url", "http://demo.retailcrm.ru"), "url", "plain http"),
        (retailcrm().set("api_key", json!({"env": "KEY"})), "api_key", "text"),
        (retailcrm().set("api_key", ""), "api_key", "missing"),
        (retailcrm().set("retries", -1), "retries", "whole number"),
        (retailcrm().set("popup", "loud"), "popup", "ring, answer, never"),
        (retailcrm().set("timezone", "Minsk"), "timezone", "IANA"),
        (retailcrm().set("burst", 0), "burst", "1 or more"),
        (retailcrm().set("requests_per_second", 1e12), "requests_per_second", ""),
        (retailcrm().set("public_url", "http://pbx.example.test"), "public_url", "loopback"),
        (retailcrm().set("allowed_networks", json!(["10.0.0.0/33"])), "allowed_networks", ""),
        (retailcrm().set("unknown_caller", "lead"), "unknown_caller", "no leads"),
        (retailcrm().extension("151", "Ann"), "extensions.151", "positive number"),
        (retailcrm().extension("151", true), "extensions.151", "whole number"),
        (retailcrm().line("main", "12"), "lines.main", "+375171234567"),
        (retailcrm().set("missed_user", "Ann"), "missed_user", "positive number"),
        (kontur().extension("151", 18), "extensions.151", "18"),
        (kontur().extension("151", uuid).set("missed_task", true), "missed_task", "tasks"),
        (kontur().set("unknown_caller", json!({"in": "client"})), "unknown_caller", "itself"),
        (kontur().set("integration_secret", "invented"), "integration_secret", "id=value"),
        (kontur().set("api_key", "two\nlines"), "api_key", "header"),
        (kontur().set("workspace", "a/b"), "workspace", "invalid"),
        (kontur().set("instance_id", 12), "instance_id", "integration instance id"),
        (kontur().set("redirect_by", "phone"), "redirect_by", "client, line"),
        (Profile::new("uon"), "api_key", "missing"),
        (uon().set("api_key", "a/b"), "api_key", "slash"),
        (uon().set("account_id", "shop"), "account_id", "number or a subdomain"),
        (uon().set("body_encoding", "xml"), "body_encoding", "json, form"),
        (uon().set("lead_status", "Новый"), "lead_status", "positive number"),
        (uon().extension("151", "Ann"), "extensions.151", "positive number"),
        (Profile::new("bitrix24"), "webhook_url", "missing"),
        (bitrix24().set("webhook_url", "https://portal.bitrix24.by/"), "webhook_url", ""),
        (bitrix24().set("client_id", "local.1"), "webhook_url", "two ways of access"),
        (bitrix24().set("tariff", "large"), "tariff", "standard, enterprise"),
        (bitrix24().set("missed_task", true), "missed_task", ""),
    ] {
        let error = vochi_crm::open(&hub, "shop", &profile).expect_err(key);
        assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some(key)), "{error}");
        assert!(error.message().starts_with(&format!("{key}: ")), "{error}");
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

#[test]
fn value_of_wrong_type_is_not_printed() {
    let hub = Hub::new().unwrap();
    for key in Crm::all().iter().flat_map(Crm::keys) {
        for value in [json!(["canary", 1]), json!({"in": ["canary"]})] {
            for profile in [retailcrm(), kontur()] {
                let profile = profile.set(key.name, value.clone());
                let error = vochi_crm::open(&hub, "shop", &profile).unwrap_err();
                let shown = format!("{error} {error:?} {profile:?}");
                assert!(!shown.contains("canary"), "{}: {value}: {shown}", key.name);
            }
        }
    }
}
