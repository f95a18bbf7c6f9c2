//! Finished calls: each is recorded once, with its own values.

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::pending::{self, Mode};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallId, CallRecord, CrmConnector as _, Cx, Direction, Effect, ErrorKind, EventKind, Leg, Line,
    Outcome, Party, Reason, Receipt, Recording, Seconds, WarningKind,
};

use super::support::{
    Bench, at, call, event, ext, hangup, incoming, phone, record, success, warnings,
};

fn uploaded(count: u32) -> Step {
    Step::json(200, &json!({"success": true, "processedCallsCount": count}))
}

fn settings(zone: &str) -> Step {
    Step::json(200, &json!({"success": true, "settings": {"timezone": {"value": zone}}}))
}

fn denied() -> Step {
    Step::json(403, &json!({"success": false, "errorMsg": "Access denied."}))
}

fn invalid() -> Step {
    Step::json(400, &json!({"success": false, "errorMsg": "Errors in the entity format"}))
}

fn unanswered(id: &str, direction: Direction, outcome: Outcome) -> CallRecord {
    let client = phone("+375446370646");
    CallRecord::new(CallId::new(id).unwrap(), direction, client, at(0), outcome)
        .with_rang(ext("151"))
        .with_rang(ext("152"))
        .with_wait(Seconds::new(26))
}

#[tokio::test(start_paused = true)]
async fn answered_call_is_uploaded_with_all_values() {
    let bench = Bench::new([uploaded(1)]);
    let receipt = bench
        .log_one(
            record("1757843474.185")
                .with_line(Line::new("0001363").unwrap())
                .with_recording(Recording::url("https://pbx.example.test/rec/1.mp3").unwrap()),
        )
        .await
        .unwrap();
    assert_eq!(
        bench.sent(0, "calls"),
        json!([{
            "date": "2026-03-02 11:00:00", "type": "in", "phone": "+375446370646", "code": "151",
            "userId": 18, "result": "answered", "duration": 64, "durationWaiting": 6,
            "externalId": "1757843474.185", "recordUrl": "https://pbx.example.test/rec/1.mp3",
            "externalPhone": "+375171234567",
        }])
    );
    assert!(receipt.recorded());
    assert_eq!(receipt.requests(), 1);
    assert!(receipt.warnings().is_empty(), "{:?}", receipt.warnings());
}

#[tokio::test(start_paused = true)]
async fn every_outcome_is_mapped_and_only_answered_have_talk() {
    use Direction::{Inbound, Outbound};
    use Outcome::{Busy, Cancelled, Failed, Missed, NoAnswer, Voicemail};
    for (direction, outcome, reason, word) in [
        (Inbound, Missed, None, "no answer"),
        (Inbound, Missed, Some(Reason::CallerGaveUp), "no answer"),
        (Inbound, Missed, Some(Reason::Busy), "busy"),
        (Inbound, Missed, Some(Reason::Refused), "busy"),
        (Inbound, Missed, Some(Reason::Unavailable), "failed"),
        (Inbound, Voicemail, None, "no answer"),
        (Outbound, NoAnswer, None, "no answer"),
        (Outbound, Busy, None, "busy"),
        (Outbound, Cancelled, None, "no answer"),
        (Outbound, Failed, None, "failed"),
    ] {
        let bench = Bench::new([uploaded(1)]);
        let mut record = unanswered("1", direction, outcome).with_talk(Seconds::new(26));
        if let Some(reason) = reason {
            record = record.with_reason(reason);
        }
        let _ = bench.log_one(record).await.unwrap();
        let sent = &bench.sent(0, "calls")[0];
        assert_eq!(sent["result"], word, "{outcome:?} {reason:?}");
        assert_eq!(sent["duration"], 0, "{outcome:?}");
        assert_eq!(sent["durationWaiting"], 26, "{outcome:?}");
        assert_eq!(sent["type"], direction.as_str());
    }
}

#[tokio::test(start_paused = true)]
async fn call_belongs_to_the_last_talker() {
    let bench = Bench::new([uploaded(1)]);
    let _ = bench.log_one(record("1").with_talked_with(ext("152"))).await.unwrap();
    let sent = &bench.sent(0, "calls")[0];
    assert_eq!((&sent["code"], &sent["userId"]), (&json!("152"), &json!(16)));
}

#[tokio::test(start_paused = true)]
async fn missed_call_belongs_to_missed_user_or_last_ringing() {
    let missed = || unanswered("1", Direction::Inbound, Outcome::Missed);
    let bench = Bench::new([uploaded(1)]);
    let _ = bench.log_one(missed()).await.unwrap();
    assert_eq!(bench.sent(0, "calls")[0]["code"], "152");

    let bench = Bench::with([uploaded(1)], json!({"missed_user": "18"}), json!({}));
    let _ = bench.log_one(missed()).await.unwrap();
    let sent = &bench.sent(0, "calls")[0];
    assert_eq!((&sent["code"], &sent["userId"]), (&json!("151"), &json!(18)));

    let bench = Bench::with([uploaded(1)], json!({"missed_user": 99}), json!({}));
    let _ = bench.log_one(missed()).await.unwrap();
    let sent = &bench.sent(0, "calls")[0];
    assert_eq!((sent.get("code"), &sent["userId"]), (None, &json!(99)));
}

#[tokio::test(start_paused = true)]
async fn call_without_employee_error_names_missed_user() {
    let no_employee =
        CallRecord::new(call(), Direction::Inbound, phone("+375446370646"), at(0), Outcome::Missed);
    let bench = Bench::new([]);
    let error = bench.log_one(no_employee.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.hint().unwrap().contains("missed_user"), "{error}");
    let bench = Bench::with([uploaded(1)], json!({"default_user": "16"}), json!({}));
    let _ = bench.log_one(no_employee).await.unwrap();
    assert_eq!(bench.sent(0, "calls")[0]["userId"], 16);
}

#[tokio::test(start_paused = true)]
async fn unmapped_extension_is_uploaded_without_a_user() {
    let bench = Bench::new([uploaded(1)]);
    let client = phone("+375446370646");
    let record = CallRecord::new(call(), Direction::Inbound, client, at(0), Outcome::Answered)
        .with_talked_with(ext("103"))
        .with_talk(Seconds::new(5));
    let receipt = bench.log_one(record).await.unwrap();
    let sent = &bench.sent(0, "calls")[0];
    assert_eq!((&sent["code"], sent.get("userId")), (&json!("103"), None));
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnmappedExtension);
}

#[tokio::test(start_paused = true)]
async fn date_is_in_the_account_zone_of_any_source() {
    let zone_of = |common, steps: Vec<Step>| {
        let bench = Bench::with(steps, common, json!({}));
        async move {
            let receipt = bench.log_one(record("1")).await.unwrap();
            let requests = bench.played().len();
            (bench.sent(requests - 1, "calls")[0]["date"].clone(), warnings(&receipt))
        }
    };
    let (date, warned) = zone_of(json!({"timezone": "+05:00"}), vec![uploaded(1)]).await;
    assert_eq!((date, warned.len()), (json!("2026-03-02 13:00:00"), 0));

    let read = vec![settings("Europe/Warsaw"), uploaded(1)];
    let (date, warned) = zone_of(json!({"timezone": null}), read).await;
    assert_eq!((date, warned.len()), (json!("2026-03-02 09:00:00"), 0));

    for unreadable in [denied(), settings("Middle-earth"), success()] {
        let (date, warned) =
            zone_of(json!({"timezone": null}), vec![unreadable, uploaded(1)]).await;
        assert_eq!(date, "2026-03-02 11:00:00");
        assert!(warned[0].contains("Europe/Moscow is assumed"), "{warned:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unavailable_crm_does_not_assume_the_zone() {
    let down = || Step::Fail(TransportError::Connect("refused".to_owned()));
    let bench = Bench::with([down(), down(), down(), down()], json!({"timezone": null}), json!({}));
    let error = bench.log_one(record("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.effect(), Effect::NotApplied);
}

#[tokio::test(start_paused = true)]
async fn zone_is_read_once_for_many_calls() {
    let bench = Bench::with(
        [settings("Europe/Minsk"), uploaded(1), uploaded(1)],
        json!({"timezone": null}),
        json!({}),
    );
    let _ = bench.log_one(record("1")).await.unwrap();
    let _ = bench.log_one(record("2")).await.unwrap();
    assert_eq!(bench.played().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn duplicate_in_the_crm_is_a_success() {
    let duplicate = json!({"success": true, "processedCallsCount": 0, "duplicateCalls": ["1"]});
    let bench = Bench::new([Step::json(200, &duplicate)]);
    let receipt = bench.log_one(record("1")).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::AlreadyRecorded);
}

#[tokio::test(start_paused = true)]
async fn calls_are_uploaded_in_batches_of_fifty() {
    let bench = Bench::new([uploaded(50), uploaded(50), uploaded(20)]);
    let records: Vec<CallRecord> = (0..120).map(|index| record(&format!("c{index}"))).collect();
    let results = bench.log(&records).await;
    assert!(results.iter().all(Result::is_ok));
    let sizes: Vec<usize> =
        (0..3).map(|index| bench.sent(index, "calls").as_array().unwrap().len()).collect();
    assert_eq!(sizes, [50, 50, 20]);
    let requests: u32 = results.iter().flatten().map(Receipt::requests).sum();
    assert_eq!(requests, 3, "each request is counted on one record");
    assert_eq!(results[0].as_ref().unwrap().requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn invalid_call_does_not_block_the_others() {
    let bench = Bench::new([invalid(), uploaded(1), invalid(), uploaded(1)]);
    let results = bench.log(&[record("1"), record("2"), record("3")]).await;
    assert!(results[0].as_ref().unwrap().recorded());
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::Rejected);
    assert!(results[2].as_ref().unwrap().recorded());
    assert_eq!(results[0].as_ref().unwrap().requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn unsendable_record_does_not_block_the_others() {
    let bench = Bench::new([uploaded(1)]);
    let hidden = CallRecord::new(
        CallId::new("h").unwrap(),
        Direction::Inbound,
        Party::Hidden,
        at(0),
        Outcome::Missed,
    )
    .with_rang(ext("151"));
    let internal = CallRecord::new(
        CallId::new("i").unwrap(),
        Direction::Internal,
        Party::Extension(ext("152")),
        at(0),
        Outcome::Missed,
    );
    let without_employee = CallRecord::new(
        CallId::new("u").unwrap(),
        Direction::Inbound,
        phone("+375446370646"),
        at(0),
        Outcome::Missed,
    );
    let results = bench.log(&[hidden, internal, without_employee, record("1")]).await;
    let hidden = results[0].as_ref().unwrap();
    assert!(!hidden.recorded());
    assert_eq!(hidden.warnings()[0].kind(), WarningKind::HiddenNumber);
    assert!(!results[1].as_ref().unwrap().recorded());
    assert_eq!(results[2].as_ref().unwrap_err().kind(), ErrorKind::Config);
    assert!(results[3].as_ref().unwrap().recorded());
}

#[tokio::test(start_paused = true)]
async fn record_takes_values_of_the_live_call() {
    let bench = Bench::new([success(), success(), uploaded(1)]);
    let _ = bench
        .event(incoming(0, &["151", "152"]).with_line(Line::new("0001363").unwrap()))
        .await
        .unwrap();
    let _ = bench
        .event(event(6, EventKind::Answered).with_leg(Leg::to_employee(ext("152"))))
        .await
        .unwrap();
    let recording = Recording::url("https://pbx.example.test/rec/1.mp3").unwrap();
    let _ = bench.event(event(60, EventKind::RecordingReady(recording))).await.unwrap();
    let _ = bench.event(hangup(70)).await.unwrap();
    let bare = CallRecord::new(
        call(),
        Direction::Inbound,
        phone("+375446370646"),
        at(0),
        Outcome::Answered,
    );
    let _ = bench.log_one(bare).await.unwrap();
    let sent = &bench.sent(2, "calls")[0];
    assert_eq!(sent["duration"], 64);
    assert_eq!(sent["durationWaiting"], 6);
    assert_eq!(sent["code"], "152");
    assert_eq!(sent["externalPhone"], "+375171234567");
    assert_eq!(sent["recordUrl"], "https://pbx.example.test/rec/1.mp3");
}

#[tokio::test(start_paused = true)]
async fn recording_file_is_unsupported_with_a_hint() {
    let bench = Bench::new([]);
    let file = Recording::File("/var/spool/rec/1.mp3".into());
    let error = bench.log_one(record("1").with_recording(file.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("URL"), "{error}");
    let attached = bench.connector.attach_recording(&Cx::history(), &call(), &file).await;
    assert_eq!(attached.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test(start_paused = true)]
async fn account_options_change_the_upload() {
    let bench = Bench::with(
        [uploaded(1)],
        json!({"call_id_prefix": "pbx1-"}),
        json!({"strip_plus_in_upload": true, "site": "shop-one"}),
    );
    let source = json!({"source": "google", "medium": "cpc"});
    let receipt = bench
        .log_one(record("1").with_extra("source", source.clone()).with_extra("colour", "green"))
        .await
        .unwrap();
    let sent = &bench.sent(0, "calls")[0];
    assert_eq!(sent["phone"], "375446370646");
    assert_eq!(sent["externalId"], "pbx1-1");
    assert_eq!(sent["site"], "shop-one");
    assert_eq!(sent["source"], source);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownOption);
}

#[tokio::test(start_paused = true)]
async fn unprocessed_call_is_pending() {
    let bench = Bench::new([uploaded(0), uploaded(1)]);
    let error = bench.log_one(record("1")).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    assert!(error.message().contains("processed 0 of 1"), "{error}");
    let hub = bench.connector.client().hub().clone();
    let (cx, call) = (Cx::history(), CallId::new("1").unwrap());
    let settled = pending::settle(&bench.connector, &hub, &cx, &call, Mode::Due).await.unwrap();
    assert_eq!(settled[0].outcome, pending::Outcome::Sent, "{settled:?}");
}

#[tokio::test(start_paused = true)]
async fn unprocessed_call_of_several_is_found() {
    let there = json!({"success": true, "processedCallsCount": 0, "duplicateCalls": ["1"]});
    let bench = Bench::new([uploaded(1), Step::json(200, &there), uploaded(0)]);
    let results = bench.log(&[record("1"), record("2")]).await;
    assert!(results[0].as_ref().unwrap().recorded());
    assert_eq!(results[1].as_ref().unwrap_err().effect(), Effect::Maybe);
}
