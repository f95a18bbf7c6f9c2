//! The values of decoded responses.

use serde_json::json;
use vochi_crm_core::Timestamp;
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::recorded_response;
use vochi_crm_kontur::api::{
    AuthorizePrivate, CallRedirect, CallStarted, GetContact, GetFileMeta, GetInstance,
    GetMainTelephony, ListEvents,
};
use vochi_crm_kontur::judge;
use vochi_crm_kontur::model::{
    CallDirection, ChangeType, ContactId, EventOffset, ExternalId, FeedEvent, FeedEventType,
    FileId, InstanceId, InstanceStatus, LegEventType, Participant, PhoneText, User, WebhookTrigger,
};

use super::fixture::{Fixture, names};
use super::operations::{CONTACT, FILE, INSTANCE, by_path};

/// In every form of a success.
#[test]
fn every_scenario_response_is_decoded() {
    for name in names().iter().filter(|name| name.starts_with("scenario-")) {
        for step in Fixture::open(name).our_steps() {
            let operation = by_path(name, &step["request"]);
            let mut content = step["response"].clone();
            let forms: &[&str] = if content["body"] == "OK" { &["OK", "\"OK\"", ""] } else { &[] };
            let bodies = forms.iter().map(|form| json!(form));
            for body in std::iter::once(content["body"].clone()).chain(bodies) {
                content["body"] = body;
                let response = recorded_response(&content);
                assert!(judge(&response).is_ok(), "{name}: {content}");
                let read = operation.decode(&response);
                assert!(read.is_ok(), "{name}: {content}: {read:?}");
            }
        }
    }
}

fn started() -> CallStarted {
    let call = ExternalId::new("1763631515.42").unwrap();
    let at: Timestamp = "2025-11-20T09:38:35Z".parse().unwrap();
    CallStarted::new(at, call, CallDirection::Inbound)
}

#[test]
fn started_call_contains_client() {
    let fixture = Fixture::open("call-started");
    let read = |name| started().decode(&fixture.response(name)).unwrap();
    let call = read("ok_new_call_known_client");
    assert_eq!(call.id.as_str(), "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01");
    let id = call.external_id.as_ref().unwrap();
    assert_eq!(id.as_str(), "Vochi/1763631515.42");
    assert_eq!(id, &ExternalId::new("1763631515.42").unwrap());
    assert_eq!(call.direction, Some(CallDirection::Inbound));
    assert_eq!(call.status.as_deref(), Some("live-status-not-documented"));
    assert_eq!(call.links.contact_ids.len(), 2);
    assert_eq!(call.links.company_ids.len(), 1);
    assert_eq!(call.links.deal_ids.len(), 1);
    assert_eq!(call.data.call.client_phone.as_deref(), Some("375291112233"));
    assert!(call.external_created_at.is_some());
    assert!(!call.was_answered());
    assert!(read("ok_unknown_client").links.is_empty());
}

#[test]
fn finished_call_contains_legs() {
    let fixture = Fixture::open("call-started");
    let response = fixture.response("ok_repeat_after_missed_call");
    let call = started().decode(&response).unwrap();
    let leg = &call.data.call.items.good[0];
    assert_eq!(leg.started_at, None);
    assert!(leg.finished_at.is_some());
    assert_eq!(leg.from, Some(Participant::Client));
    assert_eq!(leg.to, Some(Participant::unknown_user()));
    assert!(!call.was_answered());
    let events = call.data.call.events.good;
    let kinds: Vec<_> = events.iter().filter_map(|event| event.kind.clone()).collect();
    assert_eq!(kinds, [LegEventType::Appeared, LegEventType::Disconnected]);
}

#[test]
fn responsible_user_may_be_missing() {
    let ask = CallRedirect::Phone(PhoneText::digits_of("375291112233").unwrap());
    let fixture = Fixture::open("call-redirect-by-phone");
    let read = |name| ask.decode(&fixture.response(name)).unwrap().user_ids;
    assert_eq!(read("found")[0].as_str(), "a1b2c3d4-1111-4a4a-8b8b-000000000101");
    assert_eq!(read("nobody"), []); // quoted
    let masha = "a1b2c3d4-1111-4a4a-8b8b-000000000101";
    for odd in [json!(["operator", null, masha]), json!(masha)] {
        let response = Response::ok_json(&json!({ "userIds": odd }));
        assert_eq!(ask.decode(&response).unwrap().user_ids.len(), 1, "{odd}");
    }
}

#[test]
fn authorization_contains_workspace_and_instance() {
    let response = Fixture::open("authorize-private-integration").response("ok");
    let read = AuthorizePrivate::new("test-api-key-0001").decode(&response).unwrap();
    assert_eq!(read.access_key.expose(), "test-access-key-0001");
    assert_eq!(read.workspace.name.as_deref(), Some("vochi-demo"));
    assert_eq!(read.instance.id, Some(InstanceId::new(INSTANCE).unwrap()));
    assert!(read.instance.features.call && read.instance.features.hangup);
    for invalid in [json!({}), json!({"accessKey": " "}), json!({"accessKey": "a\nb"})] {
        let ask = AuthorizePrivate::new("test-api-key-0001");
        assert!(ask.decode(&Response::ok_json(&invalid)).is_err(), "{invalid}");
    }
}

#[test]
fn instance_is_decoded_bare_and_wrapped() {
    let get = GetInstance(InstanceId::new(INSTANCE).unwrap());
    let fixture = Fixture::open("instances-get");
    let bare = get.decode(&fixture.response("ok")).unwrap();
    assert_eq!(bare.status, Some(InstanceStatus::Active));
    assert_eq!(bare.setting("AutoRedirect"), Some("False"));
    assert_eq!(bare.settings.good[0].flag(), Some(false));
    assert_eq!(bare.webhooks.good.len(), 2);
    let sync = &bare.webhooks.good[1];
    assert_eq!(sync.trigger, Some(WebhookTrigger::Schedule));
    assert_eq!(sync.schedule.period.as_deref(), Some("00:05:00"));
    assert_eq!(bare.webhook(sync.id.as_ref().unwrap()), Some(sync));
    assert!(bare.updated_at().is_some());
    let patched = Fixture::open("instances-patch-features");
    assert_eq!(get.decode(&patched.response("ok_wrapped")).unwrap(), bare);
    assert_eq!(get.decode(&patched.response("ok_bare")).unwrap(), bare);
    let secret = get.decode(&fixture.response("ok_with_secrets")).unwrap();
    assert_eq!(secret.status, Some(InstanceStatus::Failed));
    let first = &secret.secrets.good[0];
    assert_eq!(first.value.as_ref().unwrap().expose(), "test-secret-0001");
    assert_eq!(first.values.len(), 1);
}

#[test]
fn feed_page_contains_next_offset() {
    let fixture = Fixture::open("events-feed");
    let page = ListEvents::from_start().decode(&fixture.response("page")).unwrap();
    assert!(page.has_more && page.events.broken.is_empty());
    assert_eq!(page.next.as_str(), "00000000-20ac-176a-0000-0000060f5e88");
    let [made, tied, changed] = page.events.good.as_slice() else {
        panic!("three events");
    };
    assert_eq!(made.change_type(), Some(&ChangeType::Create));
    assert_eq!(made.user().unwrap().display_name(), "Мария Иванова");
    assert_eq!(made.contact(), None);
    assert_eq!(tied.kind, Some(FeedEventType::Link));
    assert!(tied.entity_ids.deal().is_some() && tied.entity_ids.company().is_some());
    assert_eq!(tied.entity_ids.iter().count(), 2);
    assert_eq!(changed.change_type(), Some(&ChangeType::Patch));
    let contact = changed.contact().unwrap();
    assert_eq!(contact.position.as_deref(), Some("Менеджер по продажам"));
    assert!(contact.has_phone(&PhoneText::digits_of("375291112233").unwrap()));
}

#[test]
fn empty_page_keeps_offset() {
    let here = EventOffset::new("00000000-20ac-176a-0000-0000060f5e88").unwrap();
    let list = ListEvents::new(here.clone());
    let drained = Fixture::open("events-feed").response("drained");
    let page = list.decode(&drained).unwrap();
    assert!(!page.has_more && page.events.good.is_empty());
    assert_eq!(page.next, here);
    for case in [json!(null), json!("00000000-0000-0000-0000-000000000000"), json!("x")] {
        let body = json!({"count": 0, "items": [], "lastOffset": case, "hasMore": false});
        let page = list.decode(&Response::ok_json(&body)).unwrap();
        assert_eq!(page.next, here, "{case}");
    }
    let body = json!({"items": [{"offset": "a"}, {"offset": "b"}], "hasMore": true});
    let page = list.decode(&Response::ok_json(&body)).unwrap();
    assert_eq!(page.next.as_str(), "b", "the last event contains it too");
    for lost in [json!({"count": 3}), json!({"lastOffset": "x", "items": {}})] {
        assert!(list.decode(&Response::ok_json(&lost)).is_err(), "{lost}");
    }
}

#[test]
fn webhook_body_is_feed_event() {
    let fixture = Fixture::open("inbound-webhook-entity-event");
    let event: FeedEvent = serde_json::from_value(fixture.request()["body"].clone()).unwrap();
    assert_eq!(event.contact().unwrap().id.as_str(), CONTACT);
    assert!(event.id.is_some() && event.created.created_by_user_id.is_some());
}

#[test]
fn clients_users_and_settings_are_decoded() {
    let get = GetContact(ContactId::new(CONTACT).unwrap());
    let contact = get.decode(&Fixture::open("contacts-get").response("ok")).unwrap();
    assert_eq!(contact.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(contact.links.company_ids.len(), 1);
    let users = Fixture::open("users-list-unverified");
    let user: User = serde_json::from_value(users.body("bare_array")[0].clone()).unwrap();
    assert_eq!(user.login.as_deref(), Some("masha@example.org"));
    assert_eq!(user.is_admin, Some(false));
    let get = GetMainTelephony(InstanceId::new(INSTANCE).unwrap());
    let response = Fixture::open("ui-settings-main-telephony").response("ok");
    let setting = get.decode(&response).unwrap();
    assert_eq!(setting.value.as_deref(), Some(INSTANCE));
}

#[test]
fn file_length_is_number_or_text() {
    let get = GetFileMeta(FileId::new(FILE).unwrap());
    for (fixture, length) in [("files-meta", 921_600), ("files-upload", 10)] {
        let file = get.decode(&Fixture::open(fixture).response("ok")).unwrap();
        assert_eq!(file.content_length, Some(length));
        let written = serde_json::to_value(&file).unwrap();
        assert_eq!(written["contentLength"], length.to_string());
    }
}
