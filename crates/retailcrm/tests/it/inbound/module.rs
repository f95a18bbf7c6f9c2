//! Module activity, settings, triggers.

use http::StatusCode;
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundEntity, InboundKind};
use vochi_crm_retailcrm::inbound::{ACTIVITY_PATH, SETTINGS_PATH, TRIGGER_PATH};

use super::super::fixture::Fixture;
use super::super::support::phone;
use super::{CLIENT_ID, event, genuine, play, post, refused};

#[test]
fn module_activity_is_installed_or_uninstalled() {
    let on = play("inbound_module_activity", None, CLIENT_ID);
    assert_eq!(on.kind, InboundKind::Installed);
    assert_eq!(
        json!(on.raw),
        json!({
            "clientId": "***", "activity": {"active": true, "freeze": false},
            "systemUrl": "https://example.retailcrm.ru",
        })
    );
    let off = play("inbound_module_activity", Some("frozen_without_systemUrl"), CLIENT_ID);
    assert_eq!(off.kind, InboundKind::Uninstalled);
    for (activity, installed) in [
        (r#"activity={"active":true,"freeze":true}"#, false),
        (r#"activity={"active":false,"freeze":false}"#, false),
        (r#"activity={"active":"1"}"#, true),
        ("activity[active]=1&activity[freeze]=", true),
        ("activity%5Bactive%5D=1&activity%5Bfreeze%5D=1", false),
    ] {
        let answer = post(ACTIVITY_PATH, &format!("clientId={CLIENT_ID}&{activity}"));
        let kind = event(answer).kind;
        assert_eq!(kind == InboundKind::Installed, installed, "{activity}");
    }
}

#[test]
fn unreadable_activity_gets_a_module_error_reply() {
    for activity in [
        "",
        "activity=",
        "activity=yes",
        "activity=[true,false]",
        r#"activity={"active":"perhaps"}"#,
        r#"activity={"active":true}&activity={"active":false}"#,
        r#"activity={"active":tr"#,
    ] {
        let (reply, error) = post(ACTIVITY_PATH, &format!("clientId={CLIENT_ID}&{activity}"));
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Input, "{activity}");
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let wanted = Fixture::open("inbound_module_activity").body("unknown_client");
        assert_eq!(body, wanted, "the error reply of a module");
    }
}

#[test]
fn settings_are_passed_on() {
    let settings = play("inbound_module_settings", None, CLIENT_ID);
    assert_eq!(settings.kind, InboundKind::Other("settings".to_owned()));
    assert_eq!(settings.raw["settings"]["timezone"]["value"], "Europe/Minsk");
    let text = post(SETTINGS_PATH, &format!("clientId={CLIENT_ID}&settings=%7Bx"));
    assert_eq!(event(text).raw["settings"], "{x");
}

#[test]
fn trigger_of_the_template_is_read() {
    let status = play("inbound_trigger_webhook", None, "TEST-TRIGGER-SECRET");
    assert_eq!(status.kind, InboundKind::Other("order.status".to_owned()));
    assert_eq!(
        status.entity,
        Some(InboundEntity { kind: "order".to_owned(), id: "501".to_owned() })
    );
    assert_eq!(status.phone, Some(phone("+375291112233").into()));
    assert_eq!(status.user_id.as_ref().unwrap().as_str(), "7");
    assert_eq!(status.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(status.raw["secret"], "***");
    assert_eq!(status.raw["status"], "new");
    assert_eq!(status.raw["site"], "shop-one");
}

#[test]
fn customer_trigger_is_a_customer_event() {
    for (word, kind, entity) in [
        ("customer.created", InboundKind::CustomerChanged, "customer"),
        ("customer.changed", InboundKind::CustomerChanged, "customer"),
        ("customer_corporate.changed", InboundKind::CustomerChanged, "customer_corporate"),
        ("customer.removed", InboundKind::Other("customer.removed".to_owned()), "customer"),
        ("birthday", InboundKind::Other("birthday".to_owned()), "customer"),
    ] {
        let changed = event(genuine(TRIGGER_PATH, &format!("event={word}&customer_id=60")));
        assert_eq!(changed.kind, kind);
        let found = changed.entity.unwrap();
        assert_eq!((found.kind.as_str(), found.id.as_str()), (entity, "60"));
        assert_eq!((changed.phone, changed.user_id), (None, None));
    }
    let answer = genuine(TRIGGER_PATH, "customer_id=60");
    assert_eq!(refused(answer), (400, ErrorKind::Input));
}

#[test]
fn equal_triggers_have_the_same_id() {
    let id = |rest: &str| event(genuine(TRIGGER_PATH, rest)).id;
    let first = id("event=customer.changed&customer_id=60&at=10");
    assert_eq!(id("at=10&customer_id=60&event=customer.changed"), first);
    assert_ne!(id("event=customer.changed&customer_id=60&at=11"), first);
    assert_ne!(id("event=customer.changed&customer_id=61&at=10"), first);
}
