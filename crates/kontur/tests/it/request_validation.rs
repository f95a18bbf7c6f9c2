//! Requests that are rejected before sending.

use std::time::Duration;

use vochi_crm_core::http::Operation;
use vochi_crm_core::{ErrorKind, LegId, Result};
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, CallStarted, CreateContacts, ListEvents, NewContact,
    NewElement, NewWebhook, PatchContact, PatchInstance, RegisterCall, RegisteredLeg,
    SendCallEvent,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, ContactId, ExternalId, FileId, FileName, InstanceId,
    LegEventType, Participant, StoredFile, UserId,
};

use super::operations::{CONTACT, FILE, INSTANCE};
use super::support::text;

fn call() -> ExternalId {
    ExternalId::new("1763631515.42").unwrap()
}

fn at(text: &str) -> vochi_crm_core::Timestamp {
    format!("2025-11-20T09:{text}Z").parse().unwrap()
}

fn leg(id: &str) -> RegisteredLeg {
    let id = LegId::new(id).unwrap();
    RegisteredLeg::new(id, Participant::Client, Participant::unknown_user())
}

fn register(legs: impl IntoIterator<Item = RegisteredLeg>) -> RegisterCall {
    let call = RegisterCall::new(at("38:35"), call(), CallDirection::Inbound);
    call.legs(legs)
}

fn event(kind: LegEventType, to: Participant) -> SendCallEvent {
    let id = CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01").unwrap();
    let leg = LegId::new("1").unwrap();
    SendCallEvent::new(id, call(), leg, at("38:36"), kind, Participant::Client, to)
}

fn refused(what: &str, outcome: Result<impl Sized>) {
    match outcome {
        Ok(_) => panic!("{what}: expected an error"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Input, "{what}: {error}"),
    }
}

#[test]
fn invalid_ids_are_rejected() {
    refused("a slash in a call's id", ExternalId::new("pbx/1763631515.42"));
    refused("an empty call id", ExternalId::new(" "));
    refused("an extension as a user", UserId::new("101"));
    refused("no user", UserId::new("00000000-0000-0000-0000-000000000000"));
    refused("a slash in a leg's id", LegId::new("Vochi/1763631515.43"));
    refused("an empty communication", CommunicationId::new(""));
}

#[test]
fn invalid_calls_are_rejected() {
    let sideways = CallDirection::Other("sideways".to_owned());
    let start = CallStarted::new(at("38:35"), call(), sideways);
    refused("an unknown direction", start.request());
    refused("no legs", register([]).request());
    refused("one leg twice", register([leg("1"), leg("1")]).request());
    let ended = leg("1").answered_at(at("39:00")).ended_at(at("38:59"));
    refused("an end before the answer", register([ended]).request());
    let moment = leg("1").answered_at(at("39:00")).ended_at(at("39:00"));
    refused("an end with the answer", register([moment]).request());
    let mut file = StoredFile::new(FileId::new(FILE).unwrap());
    file.file_name = Some(String::new());
    let nameless = leg("1").recordings([file]);
    refused("a file without a name", register([nameless]).request());
    let id = || LegId::new("1").unwrap();
    let robot = Participant::Other("robot".to_owned());
    let odd = RegisteredLeg::new(id(), Participant::Client, robot);
    refused("an unknown participant", register([odd]).request());
    let alone = RegisteredLeg::new(id(), Participant::Client, Participant::Client);
    refused("the client twice", register([alone]).request());
}

#[test]
fn invalid_events_are_rejected() {
    let user = Participant::unknown_user;
    refused("finished", event(LegEventType::Finished, user()).request());
    let rang = LegEventType::Other("rang".to_owned());
    refused("an unknown event", event(rang, user()).request());
    let alone = event(LegEventType::Connected, Participant::Client);
    refused("the client twice", alone.request());
    let robot = Participant::Other("robot".to_owned());
    let odd = event(LegEventType::Connected, robot);
    refused("an unknown participant", odd.request());
}

#[test]
fn invalid_instance_changes_are_rejected() {
    let patch = || PatchInstance::new(InstanceId::new(INSTANCE).unwrap());
    refused("no change", patch().request());
    for url in ["http://crm-hook.example.org", "crm-hook.example.org", ""] {
        refused(url, patch().base_url(url).request());
    }
    let sync = |period, url: &str| {
        let webhook = NewWebhook::every(Duration::from_secs(period), url);
        patch().add_webhook(&webhook).request()
    };
    assert!(sync(300, "communications/sync").is_ok());
    refused("no period", sync(0, "communications/sync"));
    refused("a day", sync(86_400, "communications/sync"));
    refused("a leading slash", sync(300, "/communications/sync"));
    refused("a whole address", sync(300, "https://example.org/sync"));
    refused("no address", sync(300, ""));
    let everything = NewWebhook::on_changes("crm-callbacks");
    refused("no change filter", patch().add_webhook(&everything).request());
}

#[test]
fn empty_client_fields_are_rejected() {
    refused("no contacts", CreateContacts::new().request());
    let empty_element = NewContact::new(text("Иван")).emails([NewElement::email("")]);
    refused("no address", CreateContacts::new().items([empty_element]).request());
    let patch = || PatchContact::new(ContactId::new(CONTACT).unwrap());
    refused("no change", patch().request());
    let empty = NewElement::email(" ");
    refused("an empty address", patch().add_email(&empty).request());
    refused("no events", ListEvents::from_start().limit(0u32).request());
}

#[test]
fn missing_fields_are_omitted() {
    let contact = NewContact::new(text("Иван"));
    let request = CreateContacts::new().items([contact]).request().unwrap();
    assert_eq!(
        std::str::from_utf8(&request.body_ref().encode()).unwrap(),
        r#"{"items":[{"name":"Иван"}]}"#
    );
    let file: StoredFile = serde_json::from_str(&format!(r#"{{"fileId":"{FILE}"}}"#)).unwrap();
    let call = register([leg("1").recordings([file])]);
    let body = |call: &RegisterCall| {
        let bytes = call.request().unwrap().body_ref().encode();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    assert!(body(&call).contains(&format!(r#""recordings":[{{"fileId":"{FILE}"}}]"#)));
    assert!(!body(&call.without_recordings()).contains("recordings"));
}

#[test]
fn invalid_credentials_are_config_errors() {
    for key in ["", " ", "a\nb"] {
        let error = AuthorizePrivate::new(key).request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    for secret in ["", "secretKey", "=value", "secretKey=", "a\n=b"] {
        let ask = AuthorizePublic::new("invented-key", secret);
        let error = ask.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{secret:?}");
    }
}

#[test]
fn file_name_is_plain_ascii() {
    assert!(FileName::new("2025-11-20_093835_375291112233_101.mp3").is_ok());
    for name in ["", "запись.mp3", "a/b.mp3", "a\"b.mp3", "a\r\n.mp3", "..\\a"] {
        refused(name, FileName::new(name));
    }
}
