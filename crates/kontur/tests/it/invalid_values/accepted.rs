//! Unusual values are sent unchanged: only Kontur knows whether it accepts them.

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

/// Line breaks, a zero byte, an escape, both writing directions and every special character.
const SPECIAL_TEXT: &str = "a\r\nX-Evil: 1\u{0}\u{1b}[31m\u{202e}ё&=+%#?/\\\"'[]{}\u{1f4de}";

/// The same without control characters, for ids.
const SPECIAL_ID: &str = "a X-Evil: 1\u{202e}ё&=+%#?\\\"'[]{}\u{1f4de}";

/// Returns operations with that text in every text field.
fn with_special_text() -> Vec<Box<dyn Operation>> {
    let email =
        || NewElement::email(SPECIAL_TEXT).kind(ElementType::Other(SPECIAL_TEXT.to_owned()));
    let company = CreateCompany::new(text(SPECIAL_TEXT))
        .inn(text(SPECIAL_TEXT))
        .description(text(SPECIAL_TEXT));
    let new = NewContact::new(text(SPECIAL_TEXT)).position(text(SPECIAL_TEXT)).emails([email()]);
    let mut stored = StoredFile::new(file());
    stored.file_name = Some(SPECIAL_TEXT.to_owned());
    stored.content_type = Some(SPECIAL_TEXT.to_owned());
    vec![
        Box::new(company),
        Box::new(CreateContacts::new().items([new])),
        Box::new(PatchContact::new(contact()).name(text(SPECIAL_TEXT)).add_email(&email())),
        Box::new(SetupIntegration::new(instance()).setting(SPECIAL_TEXT, SPECIAL_TEXT)),
        Box::new(register(leg().recordings([stored]))),
        Box::new(
            PatchInstance::new(instance()).add_webhook(
                &NewWebhook::on_changes("crm-callbacks")
                    .filters([ChangeFilter::new(text(SPECIAL_TEXT))]),
            ),
        ),
    ]
}

/// Returns true if a name or text in the value contains the text.
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
fn control_characters_keep_body_valid() {
    for operation in with_special_text() {
        let name = operation.name();
        let request = operation.request().unwrap();
        let bytes = request.body_ref().encode();
        let raw = std::str::from_utf8(&bytes).unwrap();
        assert!(!raw.contains(char::is_control), "{name}: {raw:?}");
        let whole = holds(&body(&*operation), SPECIAL_TEXT);
        assert!(whole, "{name}: the text has changed: {raw}");
        assert!(request.path().is_ascii(), "{name}");
    }
}

#[test]
fn special_id_is_escaped_in_url() {
    let odd = || FileId::new(SPECIAL_ID).unwrap();
    for operation in [
        Box::new(GetFileMeta(odd())) as Box<dyn Operation>,
        Box::new(DownloadFile::new(odd())),
        // A file id may contain a slash.
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
    let by_id = CallRedirect::ExternalId(ExternalId::new(SPECIAL_ID.replace('/', "")).unwrap());
    let events = ListEvents::new(EventOffset::new(SPECIAL_ID).unwrap());
    for (operation, key) in [(&by_id as &dyn Operation, "externalId"), (&events, "offset")] {
        let query = operation.request().unwrap().query_string();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let sent = pairs.any(|(name, value)| name == key && value == SPECIAL_ID);
        assert!(sent, "{}: {query}", operation.name());
    }
}

#[test]
fn special_id_is_kept_in_body() {
    let failed = CallFailed::new(CommunicationId::new("a/../b").unwrap());
    assert_eq!(body(&failed)["communicationId"], "a/../b");
    let start =
        CallStarted::new(at(0), ExternalId::new(SPECIAL_ID).unwrap(), CallDirection::Inbound);
    assert_eq!(body(&start)["externalId"], SPECIAL_ID);
}

#[test]
fn times_are_sent_unchanged() {
    // Times are sent as the PBX reports them, even if its clock was changed.
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
fn unknown_participants_are_sent() {
    let unknown = Participant::unknown_user;
    let inner = register(RegisteredLeg::new(leg_43(), unknown(), unknown()));
    assert!(body(&inner)["items"][0].get("startedAt").is_none());
    // The client of an internal call is not documented, so none is sent.
    let start = CallStarted::new(at(0), call(), CallDirection::Internal);
    assert!(body(&start).get("clientPhone").is_none());
}

#[test]
fn file_length_is_passed_on() {
    for length in [0, i64::MAX] {
        let mut stored = StoredFile::new(file());
        stored.content_length = Some(length);
        let sent = body(&register(leg().recordings([stored])));
        let sent_length = &sent["items"][0]["recordings"][0]["contentLength"];
        assert_eq!(sent_length, &length.to_string(), "as returned by Kontur");
    }
}

#[test]
fn file_on_two_legs_is_sent() {
    // Kontur may return one id for two uploads of the same bytes; registering the call matters
    // more.
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
fn page_limit_has_no_maximum() {
    // The maximum is not documented.
    let long = ListEvents::from_start().limit(u32::MAX);
    let query = Operation::request(&long).unwrap().query_string();
    assert!(query.ends_with("&limit=4294967295"), "{query}");
}

#[test]
fn schedule_period_is_in_seconds() {
    for (millis, sent) in [(1_000, "00:00:01"), (1_999, "00:00:01"), (86_399_000, "23:59:59")] {
        let period = Duration::from_millis(millis);
        let sync = NewWebhook::every(period, "communications/sync");
        let patch = PatchInstance::new(instance()).add_webhook(&sync);
        let sent_length = &body(&patch)["operations"][0]["value"]["schedule"]["period"];
        assert_eq!(sent_length, sent, "{period:?}");
    }
}

#[test]
fn empty_feature_list_is_sent() {
    // Switching everything off is a valid change.
    let patch = PatchInstance::new(instance()).features([]);
    let features = &body(&patch)["operations"][0]["value"];
    assert_eq!(features, &serde_json::json!({"call": false, "hangup": false}));
}
