//! Schedules, setup and changes of entities.

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundRequest};
use vochi_crm_core::testing::conformance::recorded_request;
use vochi_crm_kontur::inbound::{ECHO, EVENTS_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH};

use super::super::fixture::Fixture;
use super::{MASHA, accepted, headers, posted, refused, request, send};

const CONTACT: &str = "98c0a1d2-3333-4c4c-9d9d-000000000301";
const COMPANY: &str = "98c0a1d2-2222-4c4c-9d9d-000000000201";
const DEAL: &str = "98c0a1d2-4444-4c4c-9d9d-000000000401";

/// Returns the event of a change with these fields.
fn change(fields: &Value) -> InboundEvent {
    accepted(posted("/crm-callbacks", fields))
}

fn entity(event: &InboundEvent) -> Option<(&str, &str)> {
    let entity = event.entity.as_ref()?;
    Some((&entity.kind, &entity.id))
}

#[test]
fn client_change_keeps_event_id() {
    let fixture = Fixture::open("inbound-webhook-entity-event");
    let event = accepted(send(&recorded_request(fixture.request())));
    assert_eq!(event.kind, InboundKind::CustomerChanged);
    assert_eq!(event.id, "3c75d291-8888-4b4b-9c9c-000000000801");
    assert_eq!(entity(&event), Some(("contact", CONTACT)));
    assert_eq!(json!(event.raw), fixture.request()["body"]);
    assert_eq!(event.access_key, None, "only system calls carry a key");
    assert_eq!((event.user_id, event.phone), (None, None));
    for how in ["create", "delete", "restore", "PATCH"] {
        let event = change(&json!({
            "id": "e-1", "type": "change", "changeData": {"type": how},
            "entityIds": {"companyId": COMPANY},
        }));
        assert_eq!(event.kind, InboundKind::CustomerChanged, "{how}");
        assert_eq!(entity(&event), Some(("company", COMPANY)));
    }
}

#[test]
fn other_changes_are_named_by_entity() {
    for (fields, word, about) in [
        (
            json!({"type": "change", "changeData": {"type": "patch"}, "entityIds": {"dealId": DEAL}}),
            "deal.patch",
            Some(("deal", DEAL)),
        ),
        (
            json!({"changeData": {"type": "exploded"}, "entityIds": {"taskId": 7}}),
            "task.exploded",
            Some(("task", "7")),
        ),
        (
            json!({"type": "change", "entityIds": {"dealId": DEAL}}),
            "deal.change",
            Some(("deal", DEAL)),
        ),
        (
            json!({"type": "link", "entityIds": {"dealId": DEAL, "contactId": CONTACT}}),
            "link",
            Some(("contact", CONTACT)),
        ),
        (json!({"type": "unlink", "entityIds": []}), "unlink", None),
        (json!({"type": "dance"}), "dance", None),
        (json!({"type": "change"}), "change", None),
        (json!({}), "event", None),
    ] {
        let event = change(&fields);
        assert_eq!(event.kind, InboundKind::Other(word.to_owned()), "{fields}");
        assert_eq!(entity(&event), about, "{fields}");
    }
}

#[test]
fn user_change_names_user_and_extension() {
    let event = change(&json!({
        "id": "e-2", "type": "change", "changeData": {"type": "patch"},
        "entityIds": {"userId": MASHA},
    }));
    assert_eq!(event.kind, InboundKind::Other("user.patch".to_owned()));
    assert_eq!(event.user_id.unwrap().as_str(), MASHA);
    assert_eq!(event.extension.unwrap().as_str(), "101");
}

#[test]
fn change_without_id_is_known_by_content() {
    let one = json!({"type": "change", "entityIds": {"contactId": CONTACT}});
    let other = json!({"type": "change", "entityIds": {"companyId": COMPANY}});
    assert_eq!(change(&one).id, change(&one).id);
    assert_ne!(change(&one).id, change(&other).id);
}

#[test]
fn invalid_change_is_refused() {
    for body in ["", "null", "[]", "[{}]", "\"OK\"", "7", "{", "\u{feff}"] {
        let response = send(&request(Method::POST, "/crm-callbacks", body));
        assert_eq!(refused(response), (400, ErrorKind::Input), "{body}");
    }
    let marked = "\u{feff}{\"id\": \"e-3\"}";
    assert_eq!(accepted(send(&request(Method::POST, EVENTS_PATH, marked))).id, "e-3");
}

#[test]
fn schedules_accept_get_post_and_any_body() {
    for (path, kind) in [
        (SYNC_PATH, InboundKind::SyncRequested),
        (UPGRADE_PATH, InboundKind::Other("setup/upgrade".to_owned())),
        (SETUP_PATH, InboundKind::Installed),
    ] {
        for method in [Method::GET, Method::POST] {
            for body in ["", "{}", "{\"autoAnswer\": false}", "[1]", "{", "\u{fffd}"] {
                let path = format!("/k7/{path}");
                let event = accepted(send(&request(method.clone(), &path, body)));
                assert_eq!(event.kind, kind, "{path} {body}");
            }
        }
        let put = request(Method::PUT, path, "");
        assert_eq!(refused(send(&put)), (400, ErrorKind::Input));
    }
}

#[test]
fn settings_are_redacted() {
    let setup = json!({
        "autoAnswer": false, "SecretKey": "canary",
        "settings": [
            {"id": "SecretKey", "value": "canary", "values": ["canary"]},
            {"id": "autoRedirect", "value": "False"},
        ],
    });
    let installed = accepted(posted("/setup", &setup));
    assert_eq!(
        json!(installed.raw),
        json!({
            "autoAnswer": false, "SecretKey": "***",
            "settings": [
                {"id": "SecretKey", "value": "***", "values": "***"},
                {"id": "autoRedirect", "value": "False"},
            ],
        })
    );
}

#[test]
fn schedule_events_differ_by_echo() {
    let event_id = |echo: &str| {
        let headers = headers(&[(ECHO, echo)]);
        let request = InboundRequest::new(Method::POST, "/communications/sync", "", headers, "");
        send(&request).1.unwrap().id
    };
    assert_ne!(event_id("echo-1"), event_id("echo-2"));
    assert_eq!(event_id("echo-1"), event_id("echo-1"));
}

#[test]
fn webhooks_and_schedules_need_no_header() {
    for path in [SYNC_PATH, UPGRADE_PATH, SETUP_PATH, EVENTS_PATH] {
        let request = InboundRequest::new(Method::POST, path, "", HeaderMap::new(), "{}");
        let (reply, event) = send(&request);
        assert!(event.is_ok(), "{path}");
        assert_eq!(reply.body, "OK");
        assert!(!reply.headers.contains_key(ECHO));
    }
}
