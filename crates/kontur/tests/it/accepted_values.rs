//! Unusual values are sent unchanged: only Kontur knows whether it accepts them.

use std::time::Duration;

use serde_json::Value;
use url::form_urlencoded;
use vochi_crm_core::http::Operation;
use vochi_crm_core::{LegId, Timestamp};
use vochi_crm_kontur::api::{
    CallFailed, CallRedirect, CallStarted, DownloadFile, GetFileMeta, ListEvents, NewWebhook,
    PatchInstance, RegisteredLeg,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, EventOffset, ExternalId, FileId, Participant, StoredFile,
};

use super::conformance::values::{call, file, finished, instance, leg, leg_43, register};
use super::operations::FILE;
use super::support::at;

/// Both writing directions and every special character, without control characters, for ids.
const SPECIAL_ID: &str = "a X-Evil: 1\u{202e}ё&=+%#?\\\"'[]{}\u{1f4de}";

fn body(operation: &impl Operation) -> Value {
    let bytes = operation.request().unwrap().body_ref().encode();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn special_id_is_escaped_in_url() {
    let odd = || FileId::new(SPECIAL_ID).unwrap();
    for (name, request) in [
        (GetFileMeta::NAME, GetFileMeta(odd()).request()),
        (DownloadFile::NAME, DownloadFile::new(odd()).request()),
        // A file id may contain a slash.
        (DownloadFile::NAME, DownloadFile::new(FileId::new("a/../b").unwrap()).request()),
    ] {
        let request = request.unwrap();
        let path = request.path();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~%/".contains(c);
        assert!(path.chars().all(plain), "{name}: {path}");
        let parts = path.split('/').count();
        assert_eq!(parts, name.split('/').count() + 1, "{name}: {path}");
    }
    let by_id = CallRedirect::ExternalId(ExternalId::new(SPECIAL_ID.replace('/', "")).unwrap());
    let events = ListEvents::new(EventOffset::new(SPECIAL_ID).unwrap());
    for (request, key) in [(by_id.request(), "externalId"), (events.request(), "offset")] {
        let query = request.unwrap().query_string();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let sent = pairs.any(|(name, value)| name == key && value == SPECIAL_ID);
        assert!(sent, "{key}: {query}");
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
    let late = "9999-12-30T00:00:00Z".parse::<Timestamp>().unwrap();
    for request in [
        register(early).request(),
        register(leg().ended_at(at(-1))).request(),
        finished(CallDirection::Inbound, at(-60)).request(),
        CallStarted::new(late, call(), CallDirection::Inbound).request(),
    ] {
        assert!(request.is_ok(), "{request:?}");
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
    let query = long.request().unwrap().query_string();
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
