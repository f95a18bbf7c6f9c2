//! Values that look odd and go out all the same, in one piece: only Kontur knows whether it takes
//! them.

use std::time::Duration;

use serde_json::Value;
use url::form_urlencoded;
use vochi_crm_core::{LegId, Timestamp};
use vochi_crm_kontur::api::{
    CallFailed, CallRedirect, CallStarted, ChangeFilter, CreateCompany, CreateContacts,
    DownloadFile, GetFileMeta, ListEvents, NewContact, NewElement, NewWebhook, PatchContact,
    PatchInstance, RegisteredLeg, SetupIntegration,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, ElementType, EventOffset, ExternalId, FileId, Participant,
    StoredFile,
};

use super::super::operations::FILE;
use super::super::operations::table::{
    Operation, call, contact, file, finished, instance, leg, leg_43, register,
};
use super::super::support::{at, text};

/// Line breaks, a zero byte, an escape, both directions of writing, every special character.
const NASTY: &str = "a\r\nX-Evil: 1\u{0}\u{1b}[31m\u{202e}ё&=+%#?/\\\"'[]{}\u{1f4de}";

/// The same for ids, which have no control characters.
const ODD: &str = "a X-Evil: 1\u{202e}ё&=+%#?\\\"'[]{}\u{1f4de}";

/// Operations with that text wherever they take one: names and texts are a person's.
fn nasty() -> Vec<Box<dyn Operation>> {
    let email = || NewElement::email(NASTY).kind(ElementType::Other(NASTY.to_owned()));
    let company = CreateCompany::new(text(NASTY)).inn(text(NASTY)).description(text(NASTY));
    let new = NewContact::new(text(NASTY)).position(text(NASTY)).emails([email()]);
    let mut stored = StoredFile::new(file());
    stored.file_name = Some(NASTY.to_owned());
    stored.content_type = Some(NASTY.to_owned());
    vec![
        Box::new(company),
        Box::new(CreateContacts::new().items([new])),
        Box::new(PatchContact::new(contact()).name(text(NASTY)).add_email(&email())),
        Box::new(SetupIntegration::new(instance()).setting(NASTY, NASTY)),
        Box::new(register(leg().recordings([stored]))),
        Box::new(PatchInstance::new(instance()).add_webhook(
            &NewWebhook::on_changes("crm-callbacks").filters([ChangeFilter::new(text(NASTY))]),
        )),
    ]
}

/// Whether a text stands anywhere in a value, as a name or as a text.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(other) => other == text,
        Value::Array(list) => list.iter().any(|one| holds(one, text)),
        Value::Object(map) => map.iter().any(|(name, one)| name == text || holds(one, text)),
        _ => false,
    }
}

fn body(operation: &dyn Operation) -> Value {
    let bytes = operation.request().unwrap().body_ref().encode();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn control_characters_break_no_body() {
    for operation in nasty() {
        let name = operation.name();
        let request = operation.request().unwrap();
        let bytes = request.body_ref().encode();
        let raw = std::str::from_utf8(&bytes).unwrap();
        assert!(!raw.contains(char::is_control), "{name}: {raw:?}");
        let whole = holds(&body(&*operation), NASTY);
        assert!(whole, "{name}: the text has changed: {raw}");
        assert!(request.path().is_ascii(), "{name}");
    }
}

#[test]
fn an_odd_id_stays_one_part_of_a_path_or_query() {
    let odd = || FileId::new(ODD).unwrap();
    for operation in [
        Box::new(GetFileMeta(odd())) as Box<dyn Operation>,
        Box::new(DownloadFile::new(odd())),
        // A file's id may have any form, also one with a slash.
        Box::new(DownloadFile::new(FileId::new("a/../b").unwrap())),
    ] {
        let name = operation.name();
        let request = operation.request().unwrap();
        let path = request.path();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~%/".contains(c);
        assert!(path.chars().all(plain), "{name}: {path}");
        let parts = path.split('/').count();
        assert_eq!(parts, name.split('/').count() + 1, "{name}: {path}");
    }
    let by_id = CallRedirect::ExternalId(ExternalId::new(ODD.replace('/', "")).unwrap());
    let events = ListEvents::new(EventOffset::new(ODD).unwrap());
    for (operation, key) in [(&by_id as &dyn Operation, "externalId"), (&events, "offset")] {
        let query = operation.request().unwrap().query_string();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let sent = pairs.any(|(name, value)| name == key && value == ODD);
        assert!(sent, "{}: {query}", operation.name());
    }
}

#[test]
fn an_odd_id_goes_out_whole_in_a_body() {
    let failed = CallFailed::new(CommunicationId::new("a/../b").unwrap());
    assert_eq!(body(&failed)["communicationId"], "a/../b");
    let start = CallStarted::new(at(0), ExternalId::new(ODD).unwrap(), CallDirection::Inbound);
    assert_eq!(body(&start)["externalId"], ODD);
}

#[test]
fn times_are_the_pbxs_own() {
    // Rather a call with odd times than none: the clocks of the PBX may be set meanwhile.
    let early = leg().answered_at(at(-60)).ended_at(at(-30));
    let operations: [Box<dyn Operation>; 4] = [
        Box::new(register(early)),
        Box::new(register(leg().ended_at(at(-1)))),
        Box::new(finished(CallDirection::Inbound, at(-60))),
        Box::new(CallStarted::new(
            "9999-12-30T00:00:00Z".parse::<Timestamp>().unwrap(),
            call(),
            CallDirection::Inbound,
        )),
    ];
    for operation in operations {
        assert!(operation.request().is_ok(), "{}", operation.name());
    }
}

#[test]
fn a_leg_of_unknown_people_and_a_call_of_no_number_are_told() {
    let unknown = Participant::unknown_user;
    let inner = register(RegisteredLeg::new(leg_43(), unknown(), unknown()));
    assert!(body(&inner)["items"][0].get("startedAt").is_none());
    // What stands for the client of an internal call is not documented: nothing does.
    let start = CallStarted::new(at(0), call(), CallDirection::Internal);
    assert!(body(&start).get("clientPhone").is_none());
}

#[test]
fn a_file_of_no_length_or_any_length_is_attached() {
    for length in [0, i64::MAX] {
        let mut stored = StoredFile::new(file());
        stored.content_length = Some(length);
        let sent = body(&register(leg().recordings([stored])));
        let told = &sent["items"][0]["recordings"][0]["contentLength"];
        assert_eq!(told, &length.to_string(), "Kontur said so itself");
    }
}

#[test]
fn one_file_on_two_legs_is_konturs_to_refuse() {
    // It may give two uploads of the same bytes one id; the call matters more.
    let other = RegisteredLeg::new(
        LegId::new("1763631515.44").unwrap(),
        Participant::Client,
        Participant::unknown_user(),
    );
    let stored = || StoredFile::new(file());
    let call = register(leg().recordings([stored()])).legs([other.recordings([stored()])]);
    let sent = body(&call);
    for item in sent["items"].as_array().unwrap() {
        assert_eq!(item["recordings"][0]["fileId"], FILE, "{sent}");
    }
}

#[test]
fn a_page_may_be_as_long_as_anybody_likes() {
    // The most that is allowed is not documented.
    let long = ListEvents::from_start().limit(u32::MAX);
    let query = Operation::request(&long).unwrap().query_string();
    assert!(query.ends_with("&limit=4294967295"), "{query}");
}

#[test]
fn a_schedule_keeps_whole_seconds() {
    for (millis, sent) in [(1_000, "00:00:01"), (1_999, "00:00:01"), (86_399_000, "23:59:59")] {
        let period = Duration::from_millis(millis);
        let sync = NewWebhook::every(period, "communications/sync");
        let patch = PatchInstance::new(instance()).add_webhook(&sync);
        let told = &body(&patch)["operations"][0]["value"]["schedule"]["period"];
        assert_eq!(told, sent, "{period:?}");
    }
}

#[test]
fn no_features_at_all_are_a_change() {
    // To switch everything off is a wish like any other.
    let patch = PatchInstance::new(instance()).features([]);
    let features = &body(&patch)["operations"][0]["value"];
    assert_eq!(features, &serde_json::json!({"call": false, "hangup": false}));
}
