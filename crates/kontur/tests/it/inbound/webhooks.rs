//! Kontur's clock, setup, and changes of its entities.

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundRequest};
use vochi_crm_kontur::inbound::{ECHO, EVENTS_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH};

use super::super::fixture::Fixture;
use super::{MASHA, headers, of_fixture, posted, refused, request, send, taken};

const CONTACT: &str = "98c0a1d2-3333-4c4c-9d9d-000000000301";
const COMPANY: &str = "98c0a1d2-2222-4c4c-9d9d-000000000201";
const DEAL: &str = "98c0a1d2-4444-4c4c-9d9d-000000000401";

/// A change with these members.
fn change(fields: &Value) -> InboundEvent {
    taken(posted("/crm-callbacks", fields))
}

fn entity(event: &InboundEvent) -> Option<(&str, &str)> {
    let entity = event.entity.as_ref()?;
    Some((&entity.kind, &entity.id))
}

#[test]
fn a_change_of_a_client_is_told_with_its_own_id() {
    let fixture = Fixture::open("inbound-webhook-entity-event");
    let event = taken(send(&of_fixture(fixture.request())));
    assert_eq!(event.kind, InboundKind::CustomerChanged);
    assert_eq!(event.id, "3c75d291-8888-4b4b-9c9c-000000000801");
    assert_eq!(entity(&event), Some(("contact", CONTACT)));
    assert_eq!(json!(event.raw), fixture.request()["body"]);
    assert_eq!(event.access_key, None, "only system calls bring a key");
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
fn other_changes_are_told_by_their_word() {
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
fn a_change_of_a_user_names_user_and_extension() {
    let event = change(&json!({
        "id": "e-2", "type": "change", "changeData": {"type": "patch"},
        "entityIds": {"userId": MASHA},
    }));
    assert_eq!(event.kind, InboundKind::Other("user.patch".to_owned()));
    assert_eq!(event.user_id.unwrap().as_str(), MASHA);
    assert_eq!(event.extension.unwrap().as_str(), "101");
}

#[test]
fn a_change_without_an_id_is_the_same_where_all_it_says_is() {
    let one = json!({"type": "change", "entityIds": {"contactId": CONTACT}});
    let other = json!({"type": "change", "entityIds": {"companyId": COMPANY}});
    assert_eq!(change(&one).id, change(&one).id);
    assert_ne!(change(&one).id, change(&other).id);
}

#[test]
fn a_change_that_is_none_is_refused() {
    for body in ["", "null", "[]", "[{}]", "\"OK\"", "7", "{", "\u{feff}"] {
        let answer = send(&request(Method::POST, "/crm-callbacks", body));
        assert_eq!(refused(answer), (400, ErrorKind::Input), "{body}");
    }
    let marked = "\u{feff}{\"id\": \"e-3\"}";
    assert_eq!(taken(send(&request(Method::POST, EVENTS_PATH, marked))).id, "e-3");
}

#[test]
fn schedules_come_by_any_method_of_the_two_and_with_any_body() {
    for (path, kind) in [
        (SYNC_PATH, InboundKind::SyncRequested),
        (UPGRADE_PATH, InboundKind::Other("setup/upgrade".to_owned())),
        (SETUP_PATH, InboundKind::Installed),
    ] {
        for method in [Method::GET, Method::POST] {
            for body in ["", "{}", "{\"autoAnswer\": false}", "[1]", "{", "\u{fffd}"] {
                let path = format!("/k7/{path}");
                let event = taken(send(&request(method.clone(), &path, body)));
                assert_eq!(event.kind, kind, "{path} {body}");
            }
        }
        let put = request(Method::PUT, path, "");
        assert_eq!(refused(send(&put)), (400, ErrorKind::Input));
    }
}

#[test]
fn settings_come_without_their_secrets() {
    let setup = json!({
        "autoAnswer": false, "SecretKey": "canary",
        "settings": [
            {"id": "SecretKey", "value": "canary", "values": ["canary"]},
            {"id": "autoRedirect", "value": "False"},
        ],
    });
    let told = taken(posted("/setup", &setup));
    assert_eq!(
        json!(told.raw),
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
fn every_beat_of_a_schedule_is_an_event_of_its_own() {
    let beat = |echo: &str| {
        let headers = headers(&[(ECHO, echo)]);
        let request = InboundRequest::new(Method::POST, "/communications/sync", "", headers, "");
        send(&request).1.unwrap().id
    };
    assert_ne!(beat("echo-1"), beat("echo-2"));
    assert_eq!(beat("echo-1"), beat("echo-1"));
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
