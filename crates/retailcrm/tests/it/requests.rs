//! All requests, compared with the fixtures.

use serde_json::json;
use vochi_crm_core::http::Operation;
use vochi_crm_core::{Seconds, Secret};
use vochi_crm_retailcrm::api::{
    FindManager, GetCredentials, GetSettings, SendCallEvent, UploadCalls, UserFilter,
};
use vochi_crm_retailcrm::model::{
    CallDirection, CallResult, CallUpload, HangupStatus, PageSize, PhoneText, UserId, WebAnalytics,
};

use super::fixture::{Fixture, assert_same};
use super::support::{ext, form, list, phone, text};

fn local(text: &str) -> vochi_crm_core::LocalTime {
    text.parse().unwrap()
}

fn to_both(event: SendCallEvent) -> SendCallEvent {
    event
        .codes([ext("101")])
        .codes([ext("102")])
        .user_ids([UserId::new(7).unwrap()])
        .user_ids([UserId::new(8).unwrap()])
}

#[test]
fn call_events_match_the_documentation() {
    let fixture = Fixture::open("telephony_call_event");
    let incoming = to_both(SendCallEvent::incoming(phone("+375291112233")))
        .call_external_id(text("pbx1-1773474900.42"))
        .external_phone(PhoneText::from(phone("+375171234567")))
        .site(text("shop-one"));
    let outgoing = SendCallEvent::outgoing(phone("+375296254070"))
        .codes([ext("101")])
        .user_ids([UserId::new(7).unwrap()])
        .call_external_id(text("pbx1-1773475200.51"))
        .external_phone(PhoneText::from(phone("+375171234567")));
    let hangup = |status, id: &str| {
        to_both(SendCallEvent::hangup(phone("+375291112233"), status)).call_external_id(text(id))
    };
    let analytics: WebAnalytics = serde_json::from_value(json!({
        "campaign": {"name": "Весна", "code": "spring"}, "queryString": "купить диван",
    }))
    .unwrap();
    let from_campaign = SendCallEvent::incoming(phone("+375291112233"))
        .codes([ext("101")])
        .call_external_id(text("pbx1-1773474900.44"))
        .web_analytics_data(analytics);
    let with_client_id =
        incoming.clone().client_id(Secret::new("9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f"));
    for (name, event) in [
        (None, incoming),
        (Some("outgoing"), outgoing),
        (Some("hangup_answered"), hangup(HangupStatus::Answered, "pbx1-1773474900.42")),
        (Some("hangup_missed"), hangup(HangupStatus::NoAnswered, "pbx1-1773474900.43")),
        (Some("incoming_with_web_analytics"), from_campaign),
        (Some("with_module_clientId_as_the_live_host_sends_it"), with_client_id),
    ] {
        let wanted = fixture.request(name);
        let request = event.request().unwrap();
        assert_same(&request, wanted);
        let body = request.body_ref().encode();
        assert_eq!(std::str::from_utf8(&body).unwrap(), wanted["wire_body"], "{name:?}");
    }
}

#[test]
fn upload_matches_the_documentation() {
    let fixture = Fixture::open("telephony_calls_upload");
    let upload = UploadCalls::new().calls([
        CallUpload::new(
            local("2026-03-14 10:15:00"),
            CallDirection::In,
            phone("+375291112233"),
            CallResult::Answered,
            text("pbx1-1773474900.42"),
        )
        .user_id(UserId::new(7).unwrap())
        .duration(Seconds::new(95))
        .duration_waiting(Seconds::new(12))
        .record_url(text("https://pbx.example.test/rec/5d1f0b7e.mp3"))
        .external_phone(PhoneText::from(phone("+375171234567")))
        .site(text("shop-one")),
        CallUpload::new(
            local("2026-03-14 10:20:00"),
            CallDirection::In,
            phone("+375296254070"),
            CallResult::NoAnswer,
            text("pbx1-1773475200.43"),
        )
        .code(ext("102"))
        .duration_waiting(Seconds::new(25)),
        CallUpload::new(
            local("2026-03-14 10:30:00"),
            CallDirection::Out,
            phone("+375296254070"),
            CallResult::Busy,
            text("pbx1-1773475800.51"),
        )
        .code(ext("101"))
        .duration_waiting(Seconds::new(4)),
    ]);
    let request = upload.request().unwrap();
    assert_same(&request, fixture.request(None));
    let body = request.body_ref().encode();
    assert_eq!(std::str::from_utf8(&body).unwrap(), fixture.request(None)["wire_body"]);
}

#[test]
fn duration_not_set_is_zero_unless_answered() {
    for (result, duration) in [
        (CallResult::Answered, None),
        (CallResult::NoAnswer, Some(json!(0))),
        (CallResult::Busy, Some(json!(0))),
        (CallResult::Failed, Some(json!(0))),
    ] {
        let call = CallUpload::new(
            local("2026-03-14 10:15:00"),
            CallDirection::In,
            phone("+375291112233"),
            result,
            text("1"),
        );
        let upload = UploadCalls::new().calls([call.code(ext("101"))]).request().unwrap();
        let fields = form(std::str::from_utf8(&upload.body_ref().encode()).unwrap());
        let sent: serde_json::Value = serde_json::from_str(&fields[0].1).unwrap();
        let sent = &sent[0];
        assert_eq!(sent.get("duration"), duration.as_ref(), "{result:?}: {sent}");
    }
}

#[test]
fn invalid_number_is_sent_as_digits() {
    let digits = PhoneText::digits_of("*21*37529#").unwrap();
    assert_eq!(digits.as_str(), "2137529");
    assert_eq!(PhoneText::digits_of("MTS"), None);
    assert_eq!(PhoneText::from(phone("+375291112233")).without_plus().as_str(), "375291112233");
}

#[test]
fn reads_match_the_documentation() {
    let manager = FindManager::new(phone("+375291112233")).details().ignore_status();
    assert_same(&manager.request().unwrap(), Fixture::open("telephony_manager").request(None));
    let users = UserFilter::new().active().managers();
    assert_same(&list(users).request().unwrap(), Fixture::open("users_list").request(None));
    assert_same(&GetCredentials.request().unwrap(), Fixture::open("credentials").request(None));
    assert_same(&GetSettings.request().unwrap(), Fixture::open("settings").request(None));
}

#[test]
fn page_sizes_are_those_of_the_crm() {
    for (size, text) in
        [(PageSize::Twenty, "20"), (PageSize::Fifty, "50"), (PageSize::Hundred, "100")]
    {
        let query = list(UserFilter::new()).page_size(size).page(3).request().unwrap();
        assert_eq!(query.query_string(), format!("limit={text}&page=3"));
    }
}
