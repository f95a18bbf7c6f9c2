//! Values of responses, and methods that a raw request reaches.

use serde_json::{Value, json};
use vochi_crm_bitrix24::api::{
    AttachRecordUrl, CommunicationType, FindDuplicates, ListUsers, RecordName,
};
use vochi_crm_bitrix24::model::PortalCallId;
use vochi_crm_core::http::{ApiRequest, Operation as _, RawRequest, Repeat};
use vochi_crm_core::testing::conformance::CrmUnderTest as _;
use vochi_crm_core::testing::{Fixture, Step};
use vochi_crm_core::{Cx, Text};

use super::conformance::Bitrix24;
use super::support::{Bench, CALL_ID};

#[test]
fn duplicates_are_listed_by_type() {
    let find =
        FindDuplicates::new(CommunicationType::Phone).values([Text::new("+375291112233").unwrap()]);
    let fixture = Fixture::open(Bitrix24::FIXTURES, "crm.duplicate.findbycomm");
    for (name, ids) in [
        ("contacts", json!({"CONTACT": [797, 801]})),
        ("all_types", json!({"LEAD": [3465], "CONTACT": [797], "COMPANY": [643]})),
        ("string_ids", json!({"CONTACT": [797]})),
        ("nothing_empty_list", json!({})),
    ] {
        let found = find.decode(&fixture.response(name)).unwrap();
        assert_eq!(json!(found), ids, "{name}");
    }
}

#[test]
fn inner_numbers_of_any_form_are_read() {
    let fixture = Fixture::open(Bitrix24::FIXTURES, "user.get");
    let users = ListUsers::employees().decode(&fixture.response("all_shapes_of_extension"));
    let users = users.unwrap().items.good;
    let numbers: Vec<_> = users.iter().map(|user| user.inner_phone.as_deref()).collect();
    assert_eq!(numbers, [Some("101"), None, None, None], "null, empty and absent are none");
}

#[test]
fn recordings_are_wav_or_mp3() {
    for (name, sent) in [("1.MP3", Some("1.mp3")), ("a.b.wav", Some("a.b.wav")), ("1.ogg", None)] {
        let read = RecordName::new(name).ok();
        assert_eq!(read.as_ref().map(RecordName::as_str), sent, "{name}");
    }
    for name in ["mp3", ".mp3", "dir/1.mp3", "1.mp3\n"] {
        let error = RecordName::new(name).unwrap_err();
        assert!(error.hint().unwrap().contains("wav or mp3"), "{name}: {error:?}");
    }
    let url: url::Url = "https://pbx.example.test/rec?id=5".parse().unwrap();
    let attach = AttachRecordUrl::new(PortalCallId::new(CALL_ID).unwrap(), url);
    let body = attach.request().unwrap().body_ref().encode();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body.get("FILENAME"), None, "nothing empty is sent");
}

#[tokio::test]
async fn other_methods_are_reached_by_raw_requests() {
    for (method, response) in [
        ("event.test", "ok"),
        ("events", "ok"),
        ("feature.get", "ok"),
        ("server.time", "ok"),
        ("voximplant.line.get", "ok"),
        ("voximplant.url.get", "ok"),
        ("voximplant.user.get", "ok"),
    ] {
        let fixture = Fixture::open(Bitrix24::FIXTURES, method);
        let expected: Value = serde_json::from_slice(&fixture.response(response).body).unwrap();
        let bench = Bench::new([Step::Response(fixture.response(response))]);
        let request = ApiRequest::post(format!("/{method}")).json(&json!({})).unwrap();
        let request = RawRequest::new(request).with_repeat(Repeat::Safe);
        let found = bench.connector.client().raw(&Cx::history(), request).await.unwrap();
        assert_eq!(found, expected, "{method}");
    }
}
