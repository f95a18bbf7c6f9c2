//! Finished calls of unknown talk time, and warnings of their source.

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallRecord, Direction, EventKind, Leg, Outcome, Party, Receipt, Seconds, Warning, WarningKind,
};

use super::support::{Bench, at, call, event, ext, form, hangup, incoming, phone, record, success};

fn uploaded(count: u32) -> Step {
    Step::json(200, &json!({"success": true, "processedCallsCount": count}))
}

/// An answered call that waited 6 s, of unknown talk time.
fn unknown() -> CallRecord {
    let client = phone("+375446370646");
    CallRecord::new(call(), Direction::Inbound, client, at(0), Outcome::Answered)
        .with_talked_with(ext("151"))
        .with_wait(Seconds::new(6))
}

fn incomplete() -> Warning {
    Warning::new(WarningKind::IncompleteRecord, "the PBX reported a part of the call")
}

fn kinds(receipt: &Receipt) -> Vec<WarningKind> {
    receipt.warnings().iter().map(Warning::kind).collect()
}

#[tokio::test(start_paused = true)]
async fn unknown_talk_is_uploaded_without_duration_and_warns() {
    let bench = Bench::new([uploaded(1)]);
    let receipt = bench.log_one(unknown()).await.unwrap();
    let body = &bench.played()[0].body;
    let (name, calls) = form(body).remove(0);
    assert_eq!(name, "calls");
    assert_eq!(
        calls,
        r#"[{"date":"2026-03-02 11:00:00","type":"in","phone":"+375446370646","userId":18,"code":"151","result":"answered","durationWaiting":6,"externalId":"1757843474.185"}]"#
    );
    assert!(receipt.recorded(), "the call is recorded");
    assert_eq!(kinds(&receipt), [WarningKind::TalkUnknown]);
}

#[tokio::test(start_paused = true)]
async fn unknown_and_known_talk_share_an_upload() {
    let bench = Bench::new([uploaded(2)]);
    let results = bench.log(&[unknown(), record("2")]).await;
    let sent = bench.sent(0, "calls");
    assert_eq!(sent[0].get("duration"), None, "{sent}");
    assert_eq!(sent[1]["duration"], 64, "{sent}");
    let of = |index: usize| kinds(results[index].as_ref().unwrap());
    assert_eq!(of(0), [WarningKind::TalkUnknown]);
    assert_eq!(of(1), []);
}

#[tokio::test(start_paused = true)]
async fn unknown_talk_takes_what_the_events_observed() {
    let bench = Bench::new([success(), success(), uploaded(1)]);
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let answered = event(6, EventKind::Answered).with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(answered).await.unwrap();
    let _ = bench.event(hangup(70)).await.unwrap();
    let receipt = bench.log_one(unknown()).await.unwrap();
    assert_eq!(bench.sent(2, "calls")[0]["duration"], 64);
    assert_eq!(kinds(&receipt), []);
}

#[tokio::test(start_paused = true)]
async fn talk_marked_unknown_is_not_derived() {
    let bench = Bench::new([success(), success(), uploaded(1)]);
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let answered = event(6, EventKind::Answered).with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(answered).await.unwrap();
    // The end is when the PBX closed the call, a day later.
    let _ = bench.event(hangup(86_400)).await.unwrap();
    let own = Warning::new(WarningKind::TalkUnknown, "the end was not observed");
    let receipt = bench.log_one(unknown().with_warning(own.clone())).await.unwrap();
    let sent = bench.sent(2, "calls");
    assert_eq!(sent[0].get("duration"), None, "{sent}");
    assert_eq!(receipt.warnings(), [own]);
}

#[tokio::test(start_paused = true)]
async fn known_talk_after_an_unknown_one_is_already_recorded() {
    let bench = Bench::new([uploaded(1)]);
    let _ = bench.log_one(unknown()).await.unwrap();
    let known = unknown().with_talk(Seconds::new(64));
    let receipt = bench.log_one(known).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.requests(), 0);
    assert_eq!(kinds(&receipt), [WarningKind::AlreadyRecorded]);
    assert_eq!(bench.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn unknown_talk_without_a_request_has_no_talk_warning() {
    let hidden =
        CallRecord::new(call(), Direction::Inbound, Party::Hidden, at(0), Outcome::Answered);
    let internal = CallRecord::new(
        call(),
        Direction::Internal,
        Party::Extension(ext("152")),
        at(0),
        Outcome::Answered,
    );
    for (record, why) in
        [(hidden, WarningKind::HiddenNumber), (internal, WarningKind::NothingToSend)]
    {
        let bench = Bench::new([]);
        let record = record.with_warning(incomplete());
        let receipt = bench.log_one(record).await.unwrap();
        assert!(!receipt.recorded(), "{why:?}");
        assert_eq!(kinds(&receipt), [WarningKind::IncompleteRecord, why]);
    }
}

#[tokio::test(start_paused = true)]
async fn warnings_of_the_record_are_in_its_receipt_once() {
    let bench = Bench::new([uploaded(2)]);
    let warned = record("1").with_warning(incomplete());
    let results = bench.log(&[warned.clone(), record("2"), warned]).await;
    let of = |index: usize| kinds(results[index].as_ref().unwrap());
    assert_eq!(of(0), [WarningKind::IncompleteRecord]);
    assert_eq!(of(1), [], "the warning belongs to another record");
    let repeated = [WarningKind::IncompleteRecord, WarningKind::AlreadyRecorded];
    assert_eq!(of(2), repeated);
}

#[tokio::test(start_paused = true)]
async fn warnings_survive_an_upload_of_each_call_alone() {
    let refused =
        || Step::json(400, &json!({"success": false, "errorMsg": "Errors in the entity format"}));
    let bench = Bench::new([refused(), uploaded(1), uploaded(1)]);
    let results = bench.log(&[unknown().with_warning(incomplete()), record("2")]).await;
    let receipt = results[0].as_ref().unwrap();
    let both = [WarningKind::IncompleteRecord, WarningKind::TalkUnknown];
    assert_eq!(kinds(receipt), both);
}
